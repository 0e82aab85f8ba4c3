/** The element of that id and kind. @throws when the page has none. */
export function required<T extends HTMLElement>(id: string, kind: abstract new () => T): T {
  const element = document.getElementById(id);
  if (!(element instanceof kind)) throw new Error(`the page has no ${id}`);
  return element;
}

/** An element with a text or with children. */
export function element(name: string, content: string | readonly Node[] = [], className = ''): HTMLElement {
  const made = document.createElement(name);
  if (className !== '') made.className = className;
  if (typeof content === 'string') made.textContent = content;
  else made.append(...content);
  return made;
}

/** Figures with what they are, the figures large. */
export function tiles(figures: Record<string, string>): HTMLElement {
  const all = Object.entries(figures).map(([what, figure]) =>
    element('div', [element('dt', what), element('dd', figure)]),
  );
  return element('dl', all, 'tiles');
}

/** A table, whose first column names its rows; or that there is nothing. */
export function table(caption: string, head: readonly string[], rows: readonly (readonly string[])[]): HTMLElement {
  if (rows.length === 0) return element('p', `${caption}: nothing yet.`, 'empty');
  const cell = (name: 'td' | 'th', text: string, scope?: string) => {
    const made = element(name, text);
    if (scope) made.setAttribute('scope', scope);
    return made;
  };
  const toRow = ([first = '', ...rest]: readonly string[]) =>
    element('tr', [cell('th', first, 'row'), ...rest.map((text) => cell('td', text))]);
  const made = element('table', [
    element('caption', caption),
    element('thead', [
      element(
        'tr',
        head.map((text) => cell('th', text, 'col')),
      ),
    ]),
    element('tbody', rows.map(toRow)),
  ]);
  const scroll = element('div', [made], 'scroll');
  // What scrolls must be within reach of the keyboard.
  scroll.tabIndex = 0;
  scroll.setAttribute('role', 'group');
  scroll.setAttribute('aria-label', caption);
  return scroll;
}

/** Puts the heading of a section back with new content below it; what stands there already stays as it is. */
export function fill(id: string, ...content: readonly Node[]): void {
  const section = required(id, HTMLElement);
  const heading = section.querySelector('h2');
  const open = [...section.querySelectorAll('details')].map((details) => details.open);
  section.replaceChildren(...(heading ? [heading] : []), ...content);
  for (const [index, details] of [...section.querySelectorAll('details')].entries())
    details.open = open[index] ?? false;
}
