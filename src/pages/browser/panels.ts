import type { KnownSession, MonitoringData } from '../../monitoring/snapshot.ts';
import type { LineChart } from './chart.ts';
import { fill, table, tiles } from './dom.ts';
import { completionOf, type Figures, percent, quantile, REQUESTS } from './figures.ts';

interface Charts {
  requests: LineChart;
  window: LineChart;
  debts: LineChart;
}

/** HubSpot calls that the API before this one needed for the same request, measured on an account of the same kind. */
const CALLS_BEFORE: Record<string, number> = {
  'GET bookings/list': 54,
  'GET mock-exams/available': 61,
  'POST mock-exams/validate-credits': 2,
  'POST bookings/create': 9,
  'DELETE bookings/[id]': 8,
  'GET mock-exams/sync-capacity': 81,
  'POST webhooks/booking-sync': 160,
};

export function drawPanels(figures: Figures, data: MonitoringData, charts: Charts): void {
  drawRequests(figures, charts.requests);
  drawLatency(figures);
  drawHubSpot(figures, charts.window);
  drawBookings(figures, data, charts.debts);
  drawCache(figures);
  drawMachinery(figures, data);
  drawMore(figures, data);
  for (const chart of [charts.requests, charts.window, charts.debts]) chart.draw();
}

const whole = (number: number) => Math.round(number).toLocaleString('en');
const ms = (seconds: number | null) => (seconds === null ? '–' : `${whole(seconds * 1000)} ms`);
const fixed = (number: number) => (Number.isFinite(number) ? number.toFixed(1) : '–');

function endpointsOf(figures: Figures): { name: string; fitting: Record<string, string> }[] {
  // Who watches is not watched.
  const routes = figures.labels(REQUESTS, 'http.route').filter((route) => !route.startsWith('/api/monitoring'));
  return routes.flatMap((route) =>
    figures.labels(REQUESTS, 'http.request.method', { 'http.route': route }).map((method) => ({
      name: `${method} ${route.replace('/api/', '')}`,
      fitting: { 'http.route': route, 'http.request.method': method },
    })),
  );
}

function drawRequests(figures: Figures, chart: LineChart): void {
  const all = figures.count(REQUESTS);
  const statuses = figures.labels(REQUESTS, 'http.response.status_code');
  const failed = statuses.filter((status) => status >= '500');
  const failures = failed.reduce(
    (sum, status) => sum + figures.count(REQUESTS, { 'http.response.status_code': status }),
    0,
  );
  const codes = figures
    .labels(REQUESTS, 'error.type')
    .map((code) => [code, figures.count(REQUESTS, { 'error.type': code })] as const);
  const rows = codes.filter(([, count]) => count > 0).toSorted(([, a], [, b]) => b - a);
  fill(
    'requests',
    tiles({ requests: whole(all), 'per second': fixed(all / figures.seconds), 'error rate': percent(failures / all) }),
    chart.element,
    table(
      'Refusals and errors by code',
      ['code', 'answers'],
      rows.map(([code, count]) => [code, whole(count)]),
    ),
  );
}

function drawLatency(figures: Figures): void {
  const rows = endpointsOf(figures).flatMap(({ name, fitting }) => {
    const times = figures.distribution(REQUESTS, fitting);
    if (times.count === 0) return [];
    return [[name, whole(times.count), ...[0.5, 0.9, 0.95, 0.99].map((share) => ms(quantile(times, share)))]];
  });
  const waits = figures.labels('mocks.request.wait.duration', 'wait').flatMap((wait) => {
    const times = figures.distribution('mocks.request.wait.duration', { wait });
    return times.count === 0
      ? []
      : [[wait, whole(times.count), ms(times.sum / times.count), ms(quantile(times, 0.95))]];
  });
  fill(
    'latency',
    table('By endpoint', ['endpoint', 'requests', 'P50', 'P90', 'P95', 'P99'], rows),
    table('What requests waited for', ['wait', 'requests', 'mean', 'P95'], waits),
  );
}

function drawHubSpot(figures: Figures, chart: LineChart): void {
  const limit = figures.largest('mocks.hubspot.window.limit');
  const used = figures.largest('mocks.hubspot.window.used') ?? 0;
  const rows = endpointsOf(figures).flatMap(({ name, fitting }) => {
    const { count, sum } = figures.distribution('mocks.request.hubspot.calls', fitting);
    return count === 0
      ? []
      : [[name, fixed(sum / count), CALLS_BEFORE[name] === undefined ? '–' : whole(CALLS_BEFORE[name])]];
  });
  fill(
    'hubspot',
    tiles({
      calls: whole(figures.count('http.client.request.duration')),
      'of the window': limit === null ? '–' : `${whole(used)} of ${whole(limit)}`,
      'near misses': whole(figures.count('mocks.hubspot.near_misses')),
    }),
    chart.element,
    table('Calls per request', ['endpoint', 'now', 'before'], rows),
  );
}

function drawBookings(figures: Figures, { sessions }: MonitoringData, chart: LineChart): void {
  const made = figures.count('mocks.bookings', { outcome: 'made' });
  const outcomes = figures.labels('mocks.bookings', 'outcome');
  const rows = outcomes.map((outcome) => [outcome, whole(figures.count('mocks.bookings', { outcome }))]);
  fill(
    'bookings',
    tiles({
      'bookings per hour': whole((made * 3600) / figures.seconds),
      unfinished: whole(figures.largest('mocks.debts.open') ?? 0),
      'the oldest': `${whole(figures.largest('mocks.debts.oldest') ?? 0)} s`,
    }),
    chart.element,
    table('Bookings by outcome', ['outcome', 'times'], rows),
    table('Fullest sessions', ['session', 'taken', 'free'], fullest(sessions)),
  );
}

function shareTaken({ capacity, taken }: KnownSession): number {
  return taken / Math.max(1, capacity);
}

function fullest(sessions: readonly KnownSession[]): string[][] {
  const first = sessions.toSorted((a, b) => shareTaken(b) - shareTaken(a)).slice(0, 6);
  return first.map(({ date, type, capacity, taken }) => [
    `${date} ${type}`,
    `${taken} of ${capacity}`,
    whole(Math.max(0, capacity - taken)),
  ]);
}

function drawCache(figures: Figures): void {
  const lookups = (fitting: Record<string, string>) => figures.count('mocks.cache.lookups', fitting);
  const hits = lookups({ outcome: 'hit' }) + lookups({ outcome: 'stale' });
  const kinds = figures.labels('mocks.cache.lookups', 'kind').flatMap((kind) => {
    const [found, all] = [lookups({ kind, outcome: 'hit' }) + lookups({ kind, outcome: 'stale' }), lookups({ kind })];
    return all === 0 ? [] : [[kind, whole(all), percent(found / all)]];
  });
  const reasons = figures.labels('mocks.cache.lookups', 'reason').map((reason) => [reason, whole(lookups({ reason }))]);
  fill(
    'cache',
    tiles({
      'hit rate': percent(hits / lookups({})),
      values: whole(figures.gauge('mocks.cache.entries')),
      size: `${fixed(figures.gauge('mocks.cache.bytes') / 1e6)} MB`,
    }),
    table('Hits by kind', ['kind', 'look-ups', 'hits'], kinds),
    table('Why there were misses', ['reason', 'misses'], reasons),
  );
}

function drawMachinery(figures: Figures, { instances, webhooks }: MonitoringData): void {
  const lag = figures.distribution('mocks.webhook.lag');
  const up = figures.smallest('mocks.redis.up');
  const rows = instances.map(({ instanceId, startedAtMs, atMs }) => [
    instanceId.slice(0, 8),
    `${whole((atMs - startedAtMs) / 60_000)} min`,
  ]);
  fill(
    'machinery',
    tiles({
      instances: whole(instances.length),
      Redis: up === null ? 'not used' : up === 0 ? 'down' : 'up',
      'webhook lag, P95': webhooks ? ms(quantile(lag, 0.95)) : 'off',
    }),
    table('Instances heard of in the last minute', ['instance', 'age'], rows),
  );
}

function drawMore(figures: Figures, { sessions }: MonitoringData): void {
  const retired = (used: boolean) => figures.count('mocks.cache.retired', { used: String(used) });
  const sizes = figures.distribution('mocks.hubspot.batch.size');
  const free = sessions.reduce((sum, { capacity, taken }) => sum + Math.max(0, capacity - taken), 0);
  const seats = sessions.reduce((sum, { capacity }) => sum + capacity, 0);
  const outcomes = figures.labels('http.client.request.duration', 'hubspot.outcome').map((outcome) => {
    return [outcome, whole(figures.count('http.client.request.duration', { 'hubspot.outcome': outcome }))];
  });
  fill(
    'more',
    tiles({
      'signed in → booked': percent(completionOf(figures, 'signed in', 'booked')),
      'looked → booked': percent(completionOf(figures, 'looked', 'booked')),
      'free seats': seats === 0 ? '–' : `${whole(free)} of ${whole(seats)}`,
      'cached values used before they went': percent(retired(true) / (retired(true) + retired(false))),
      evictions: whole(figures.count('mocks.cache.evictions')),
      'inputs per batch': fixed(sizes.sum / sizes.count),
      retries: whole(figures.count('mocks.hubspot.retries')),
      'calls refused for want of room': whole(figures.count('mocks.hubspot.refused')),
      'calls today': whole(figures.largest('mocks.hubspot.calls_today') ?? 0),
      'overbooked sessions seen': whole(figures.count('mocks.sessions.overbooked')),
      'Redis commands': whole(figures.count('mocks.redis.commands')),
    }),
    table('HubSpot calls by outcome', ['outcome', 'calls'], outcomes),
  );
}
