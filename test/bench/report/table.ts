export type Cell = string | number;

/** A table in Markdown, its columns lined up so that a terminal shows it well, too; numbers stand on the right. */
export function formatTable(headers: readonly string[], rows: readonly (readonly Cell[])[]): string {
  const texts = [headers, ...rows].map((row) => row.map((cell) => String(cell).replaceAll('|', '\\|')));
  const widths = headers.map((_, column) => Math.max(3, ...texts.map((row) => width(row[column] ?? ''))));
  const isRight = headers.map((_, column) =>
    rows.every((row) => typeof row[column] === 'number' || row[column] === '–'),
  );
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, column) => pad(cell, widths[column] ?? 0, isRight[column] === true)).join(' | ')} |`;
  const rule = widths.map((width, column) => (isRight[column] ? `${'-'.repeat(width - 1)}:` : '-'.repeat(width)));
  const [head = [], ...body] = texts;
  return [line(head), line(rule), ...body.map(line)].join('\n');
}

/** In characters, as a terminal shows them. */
function width(text: string): number {
  return Array.from(text).length;
}

function pad(text: string, columns: number, right: boolean): string {
  const space = ' '.repeat(Math.max(0, columns - width(text)));
  return right ? space + text : text + space;
}

/** Milliseconds with as many digits as say something. */
export function milliseconds(value: number): number {
  if (value >= 100) return Math.round(value);
  return Number(value.toFixed(value >= 10 ? 1 : 2));
}

/** `95 %`. */
export function percent(share: number): string {
  return `${Math.floor(share * 100)} %`;
}
