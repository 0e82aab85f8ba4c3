import type { MonitoringData, Snapshot } from '../../monitoring/snapshot.ts';
import { LineChart } from './chart.ts';
import { required } from './dom.ts';
import { Figures, verdictOf } from './figures.ts';
import { drawPanels } from './panels.ts';

const POLL_MS = 5000;
/** Looks that are kept: an hour of them. */
const MOST_LOOKS = 720;

interface Look {
  atMs: number;
  instances: readonly Snapshot[];
}

const looks: Look[] = [];
const charts = {
  requests: new LineChart('Requests per second', ['answered', 'refused', 'failed']),
  window: new LineChart("Share of HubSpot's window in use, %", ['used']),
  debts: new LineChart('Bookings not finished', ['open']),
};

/** What the figures are about: since the look that is about so many seconds old, or since the instances began. */
function baseline(now: number): readonly Snapshot[] {
  const seconds = Number(required('span', HTMLSelectElement).value);
  if (seconds === 0) return [];
  const since = now - seconds * 1000;
  return (looks.find(({ atMs }) => atMs >= since - POLL_MS / 2) ?? looks[0])?.instances ?? [];
}

function draw(data: MonitoringData): void {
  const isFirst = looks.length < 2;
  const figures = new Figures(data.instances, isFirst ? [] : baseline(data.atMs));
  const { mood, sentence } = verdictOf(figures);
  const verdict = required('verdict', HTMLElement);
  verdict.dataset['mood'] = mood;
  if (verdict.textContent !== sentence) verdict.textContent = sentence;
  const webhooks = data.webhooks ? 'with webhooks' : 'without webhooks';
  required('over', HTMLElement).textContent = `over ${data.hubspot}, ${webhooks}`;
  drawPanels(figures, data, charts);
}

/** A point of each chart for the time since the look before. */
function plot(last: Look, { atMs, instances }: Look): void {
  const step = new Figures(instances, last.instances);
  const perSecond = (first: string) => {
    const statuses = step.labels('http.server.request.duration', 'http.response.status_code');
    const all = statuses.filter((status) => status.startsWith(first));
    const name = 'http.server.request.duration';
    return (
      all.reduce((sum, status) => sum + step.count(name, { 'http.response.status_code': status }), 0) / step.seconds
    );
  };
  const at = atMs / 1000;
  charts.requests.add(at, [perSecond('2'), perSecond('4'), perSecond('5')]);
  const limit = step.largest('mocks.hubspot.window.limit') ?? 0;
  charts.window.add(at, [limit > 0 ? (100 * (step.largest('mocks.hubspot.window.used') ?? 0)) / limit : 0]);
  charts.debts.add(at, [step.largest('mocks.debts.open') ?? 0]);
}

function show(id: 'enter' | 'board' | 'loading'): void {
  for (const each of ['enter', 'board', 'loading']) required(each, HTMLElement).hidden = each !== id;
  required('leave', HTMLElement).hidden = id !== 'board' || !hasSignedIn;
}

let hasSignedIn = false;
let timer: ReturnType<typeof setTimeout> | undefined;

async function look(): Promise<void> {
  clearTimeout(timer);
  const stale = required('stale', HTMLElement);
  try {
    const response = await fetch('/api/monitoring/data', { cache: 'no-store' });
    if (response.status === 401 || response.status === 429) return show('enter');
    if (!response.ok) throw new Error(`the API answers ${response.status}`);
    const data = (await response.json()) as MonitoringData;
    const now = { atMs: data.atMs, instances: data.instances };
    const last = looks.at(-1);
    looks.push(now);
    if (looks.length > MOST_LOOKS) looks.shift();
    show('board');
    if (last) plot(last, now);
    draw(data);
    stale.hidden = true;
  } catch (error) {
    show(looks.length > 0 ? 'board' : 'loading');
    const reason = error instanceof Error ? error.message : String(error);
    const text = `No news since ${new Date(looks.at(-1)?.atMs ?? Date.now()).toLocaleTimeString()}: ${reason}. Trying again.`;
    stale.textContent = text;
    stale.hidden = false;
    if (looks.length === 0) required('loading', HTMLElement).textContent = text;
  }
  timer = setTimeout(() => void look(), POLL_MS);
}

async function signIn(token: string): Promise<void> {
  const refused = required('refused', HTMLElement);
  refused.textContent = '';
  const headers = { 'Content-Type': 'application/json' };
  const response = await fetch('/api/monitoring/session', { method: 'POST', headers, body: JSON.stringify({ token }) });
  if (!response.ok) {
    const { error } = (await response.json()) as { error: string };
    refused.textContent = response.status === 401 ? 'That is not the monitoring token.' : error;
    return;
  }
  hasSignedIn = true;
  required('token', HTMLInputElement).value = '';
  await look();
}

async function signOut(): Promise<void> {
  await fetch('/api/monitoring/session', { method: 'DELETE' });
  await look();
}

required('enter', HTMLFormElement).addEventListener('submit', (event) => {
  event.preventDefault();
  void signIn(required('token', HTMLInputElement).value);
});
required('leave', HTMLElement).addEventListener('click', () => {
  hasSignedIn = false;
  void signOut();
});
required('span', HTMLElement).addEventListener('change', () => void look());
document.addEventListener('visibilitychange', () => {
  if (document.visibilityState === 'visible') void look();
});
void look();
