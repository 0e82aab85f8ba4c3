import { element, required, table } from './dom.ts';

/** What the local host tells at `GET /local/records`; times in epoch milliseconds. */
interface Shown {
  type: string;
  types: { id: string; name: string }[];
  /** Those that can be changed. */
  properties: string[];
  records: { id: string; values: Record<string, string> }[];
  deliveries: { at: number; events: number; attempt: number; status: number }[];
}

const POLL_MS = 1000;
const MOST_COLUMNS = 6;
let type = '';

/** Shows records, changes them on demand, and goes on showing what HubSpot tells the API of it. */
export async function beginRecords(): Promise<void> {
  const types = required('types', HTMLSelectElement);
  types.addEventListener('change', () => {
    type = types.value;
    void show(true);
  });
  const form = required('change', HTMLFormElement);
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    void change(Object.fromEntries(new FormData(form)) as Record<string, string>);
  });
  await show(true);
  required('records', HTMLElement).hidden = false;
  setInterval(() => {
    if (document.visibilityState === 'visible') void show(false);
  }, POLL_MS);
}

async function show(isNewType: boolean): Promise<void> {
  const shown = (await (await fetch(`/local/records?type=${type}`)).json()) as Shown;
  type = shown.type;
  if (isNewType) {
    required('types', HTMLSelectElement).replaceChildren(
      ...shown.types.map(({ id, name }) => option(name, id, id === type)),
    );
    required('properties', HTMLSelectElement).replaceChildren(
      ...shown.properties.map((name) => option(name, name, false)),
    );
    required('record', HTMLInputElement).value = shown.records[0]?.id ?? '';
  }
  const columns = shown.properties.slice(0, MOST_COLUMNS);
  const rows = shown.records.map(({ id, values }) => [id, ...columns.map((name) => values[name] ?? '')]);
  required('newest', HTMLElement).replaceChildren(table('The newest records', ['id', ...columns], rows));
  const told = shown.deliveries.map(({ at, events, attempt, status }) => [
    new Date(at).toLocaleTimeString(),
    String(events),
    String(attempt + 1),
    status === 0 ? 'no answer' : String(status),
  ]);
  required('deliveries', HTMLElement).replaceChildren(
    table('Webhooks to the API', ['time', 'events', 'attempt', 'answer'], told),
  );
}

function option(text: string, value: string, isSelected: boolean): HTMLElement {
  const made = element('option', text) as HTMLOptionElement;
  made.value = value;
  made.selected = isSelected;
  return made;
}

async function change(wish: Record<string, string>): Promise<void> {
  const response = await fetch('/local/records', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(wish),
  });
  const { error } = (await response.json()) as { error?: string };
  const done = `Changed ${wish['property']} of ${wish['id']}. HubSpot tells the API in a moment.`;
  required('changed', HTMLElement).textContent = error ?? done;
  await show(false);
}
