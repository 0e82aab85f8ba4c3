import { element, required, table } from './dom.ts';
import { beginRecords } from './front-door-records.ts';

/** What the local host tells at `GET /local/about`. */
interface About {
  over: string;
  version: string;
  /** Whether HubSpot is the embedded one, whose calls can be looked at. */
  embedded: boolean;
}

/** A HubSpot call as the embedded one met it; times in epoch milliseconds. */
interface Call {
  operation: string;
  method: string;
  path: string;
  inputs: number;
  startedAt: number;
  finishedAt?: number;
  status?: number | string;
}

interface Ready {
  what: string;
  method: 'GET' | 'POST';
  path: string;
  body?: Record<string, unknown>;
}

const STUDENT = { student_id: '1599999', email: 'maya.obrien@example.com' };
const AS_STUDENT = new URLSearchParams(STUDENT).toString();
const READY: readonly Ready[] = [
  { what: "A student's upcoming bookings", method: 'GET', path: `/api/bookings/list?${AS_STUDENT}&filter=upcoming` },
  {
    what: 'Sessions with seats counted',
    method: 'GET',
    path: '/api/mock-exams/available?mock_type=Clinical%20Skills&realtime=true',
  },
  {
    what: 'What a student can pay with',
    method: 'POST',
    path: '/api/mock-exams/validate-credits',
    body: { ...STUDENT, mock_type: 'Mini-mock' },
  },
  { what: 'Past the cache', method: 'GET', path: `/api/bookings/list?${AS_STUDENT}&_t=1` },
  { what: 'Somebody else', method: 'GET', path: '/api/bookings/list?student_id=1&email=maya.obrien@example.com' },
  { what: 'Whether the API answers', method: 'GET', path: '/api/health?deep=true' },
];
const POLL_MS = 2000;
const MOST_CALLS = 30;

async function readCalls(sinceMs: number): Promise<Call[]> {
  const response = await fetch(`/local/calls?since=${Math.floor(sinceMs)}`);
  return ((await response.json()) as { calls: Call[] }).calls;
}

/** A bar from one time to another, on a line that is `wholeMs` long. */
function bar(name: string, fromMs: number, toMs: number, wholeMs: number): HTMLElement {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  const rect = document.createElementNS('http://www.w3.org/2000/svg', 'rect');
  const share = (ms: number) => `${Math.min(100, Math.max(0, (100 * ms) / wholeMs))}%`;
  rect.setAttribute('x', share(fromMs));
  rect.setAttribute('width', share(Math.max(toMs - fromMs, wholeMs / 200)));
  rect.setAttribute('height', '100%');
  svg.setAttribute('aria-hidden', 'true');
  svg.append(rect);
  return element('div', [element('span', name), svg, element('span', `${Math.round(toMs - fromMs)} ms`)]);
}

/** What the answer waited for, as its Server-Timing header tells. */
function waits(header: string): { name: string; ms: number }[] {
  return header.split(', ').flatMap((entry) => {
    const [, name = '', ms] = /^(\w+);.*dur=([\d.]+)$/.exec(entry) ?? [];
    return name === '' || name === 'total' ? [] : [{ name, ms: Number(ms) }];
  });
}

function countRounds(calls: readonly Call[]): number {
  let [rounds, busyUntil] = [0, -Infinity];
  for (const { startedAt, finishedAt = Infinity } of calls.toSorted((a, b) => a.startedAt - b.startedAt)) {
    if (startedAt >= busyUntil) rounds += 1;
    busyUntil = Math.max(busyUntil, finishedAt);
  }
  return rounds;
}

async function send({ what, method, path, body }: Ready, isEmbedded: boolean): Promise<void> {
  const sentAt = Date.now();
  const headers = { 'Content-Type': 'application/json' };
  const response = await fetch(path, { method, ...(body && { headers, body: JSON.stringify(body) }) });
  const text = await response.text();
  const wholeMs = Math.max(1, Date.now() - sentAt);
  const timing = response.headers.get('server-timing') ?? '';
  const calls = isEmbedded ? (await readCalls(sentAt)).filter(({ startedAt }) => startedAt <= sentAt + wholeMs) : [];
  const cache = /cache;desc=(\w+)/.exec(timing)?.[1] ?? 'none';
  const status = element('span', String(response.status), response.ok ? 'status' : 'status failed');
  const told = ` in ${wholeMs} ms: ${calls.length} HubSpot calls in ${countRounds(calls)} rounds, cache ${cache}`;
  let from = 0;
  const parts = waits(timing).map(({ name, ms }) => {
    from += ms;
    return bar(name, from - ms, from, wholeMs);
  });
  const lines = calls.map(({ operation, inputs, startedAt, finishedAt = Date.now() }) =>
    bar(inputs > 1 ? `${operation} (${inputs})` : operation, startedAt - sentAt, finishedAt - sentAt, wholeMs),
  );
  const json = element('pre', text.startsWith('{') ? JSON.stringify(JSON.parse(text), null, 2) : text);
  json.tabIndex = 0;
  required('answer', HTMLElement).replaceChildren(
    element('p', [document.createTextNode(`${what}: `), status, document.createTextNode(told)]),
    element('div', parts.length > 0 ? [element('p', 'What it waited for', 'soft'), ...parts] : [], 'lines'),
    element('div', lines.length > 0 ? [element('p', 'HubSpot calls', 'soft'), ...lines] : [], 'lines'),
    json,
  );
}

async function showCalls(): Promise<void> {
  const calls = (await readCalls(0)).slice(-MOST_CALLS).toReversed();
  const rows = calls.map(({ operation, inputs, startedAt, finishedAt, status }) => [
    `${new Date(startedAt).toLocaleTimeString()} ${operation}`,
    String(inputs),
    String(status ?? '…'),
    finishedAt === undefined ? '…' : `${Math.round(finishedAt - startedAt)} ms`,
  ]);
  required('log', HTMLElement).replaceChildren(table('HubSpot calls', ['call', 'inputs', 'status', 'time'], rows));
}

async function begin(): Promise<void> {
  const about = (await (await fetch('/local/about')).json()) as About;
  required('over', HTMLElement).textContent = `This one, version ${about.version}, runs over ${about.over}.`;
  const items = READY.map((ready) => {
    const button = element('button', [
      document.createTextNode(ready.what),
      element('code', `${ready.method} ${decodeURIComponent(ready.path)}`),
    ]);
    button.addEventListener('click', () => void send(ready, about.embedded));
    return element('li', [button]);
  });
  required('requests', HTMLElement).replaceChildren(...items);
  required('calls', HTMLElement).hidden = !about.embedded;
  if (!about.embedded) return;
  await showCalls();
  await beginRecords();
  setInterval(() => {
    if (document.visibilityState === 'visible') void showCalls();
  }, POLL_MS);
}

void begin();
