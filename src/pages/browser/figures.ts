import type { Series, Snapshot } from '../../monitoring/snapshot.ts';

type Labels = Record<string, string>;

interface Distribution {
  count: number;
  sum: number;
  bounds: readonly number[];
  buckets: readonly number[];
}

/** The metrics of all instances together, since they began or since an earlier look. */
export class Figures {
  readonly #now: readonly Snapshot[];
  readonly #before: ReadonlyMap<string, Snapshot>;

  /** @param before an earlier look at the same instances; what was counted by then is left out. */
  constructor(now: readonly Snapshot[], before: readonly Snapshot[] = []) {
    this.#now = now;
    this.#before = new Map(before.map((snapshot) => [snapshot.instanceId, snapshot]));
  }

  /** Seconds the figures are about. */
  get seconds(): number {
    const spans = this.#now.map(({ instanceId, atMs, startedAtMs }) => {
      return (atMs - (this.#before.get(instanceId)?.atMs ?? startedAtMs)) / 1000;
    });
    return Math.max(1, ...spans);
  }

  /** A counter, over all series whose labels fit. */
  count(name: string, fitting: Labels = {}): number {
    return this.#sum(name, fitting, ({ value, count }) => value ?? count ?? 0);
  }

  /** A gauge as it is now, added up over the instances. */
  gauge(name: string, fitting: Labels = {}): number {
    const all = this.#now.flatMap(({ metrics }) => metrics[name] ?? []);
    return all.filter(fits(fitting)).reduce((sum, { value = 0 }) => sum + value, 0);
  }

  /** A gauge's largest value among the instances; null where none has it. */
  largest(name: string): number | null {
    const all = this.#now.flatMap(({ metrics }) => (metrics[name] ?? []).map(({ value = 0 }) => value));
    return all.length === 0 ? null : Math.max(...all);
  }

  smallest(name: string): number | null {
    const all = this.#now.flatMap(({ metrics }) => (metrics[name] ?? []).map(({ value = 0 }) => value));
    return all.length === 0 ? null : Math.min(...all);
  }

  /** The values of a label. */
  labels(name: string, label: string, fitting: Labels = {}): string[] {
    const all = this.#now.flatMap(({ metrics }) => (metrics[name] ?? []).filter(fits(fitting)));
    return [...new Set(all.flatMap(({ labels }) => labels[label] ?? []))].toSorted((a, b) => a.localeCompare(b));
  }

  /** A histogram, over all series whose labels fit. */
  distribution(name: string, fitting: Labels = {}): Distribution {
    const series = this.#now.flatMap(({ metrics }) => (metrics[name] ?? []).filter(fits(fitting)));
    const bounds = series[0]?.bounds ?? [];
    const bucket = (index: number) => this.#sum(name, fitting, ({ buckets = [] }) => buckets[index] ?? 0);
    return {
      count: this.#sum(name, fitting, ({ count = 0 }) => count),
      sum: this.#sum(name, fitting, ({ sum = 0 }) => sum),
      bounds,
      buckets: [...bounds, Infinity].map((_bound, index) => bucket(index)),
    };
  }

  #sum(name: string, fitting: Labels, of: (series: Series) => number): number {
    const total = (snapshot: Snapshot | undefined) =>
      (snapshot?.metrics[name] ?? []).filter(fits(fitting)).reduce((sum, series) => sum + of(series), 0);
    const since = this.#now.map((snapshot) => total(snapshot) - total(this.#before.get(snapshot.instanceId)));
    return since.reduce((sum, each) => sum + each, 0);
  }
}

function fits(fitting: Labels): (series: Series) => boolean {
  return ({ labels }) => Object.entries(fitting).every(([name, value]) => labels[name] === value);
}

/** The value that a share of all are below, found in its bucket by its place; null where nothing was counted. */
export function quantile({ count, bounds, buckets }: Distribution, share: number): number | null {
  if (count === 0) return null;
  let left = share * count;
  for (const [index, inBucket] of buckets.entries()) {
    const [from, to] = [bounds[index - 1] ?? 0, bounds[index] ?? bounds.at(-1) ?? 0];
    if (left <= inBucket && inBucket > 0) return from + (to - from) * (left / inBucket);
    left -= inBucket;
  }
  return bounds.at(-1) ?? null;
}

export interface Verdict {
  mood: 'good' | 'warn' | 'bad' | 'quiet';
  sentence: string;
}

/** Answers that are nobody's fault but ours or HubSpot's. */
function failuresOf(figures: Figures): number {
  return figures
    .labels(REQUESTS, 'http.response.status_code')
    .filter((status) => status >= '500')
    .reduce((sum, status) => sum + figures.count(REQUESTS, { 'http.response.status_code': status }), 0);
}

export const REQUESTS = 'http.server.request.duration';
const CALLS = 'http.client.request.duration';

/** How it stands, in one line with the likely cause. */
export function verdictOf(figures: Figures): Verdict {
  const requests = figures.count(REQUESTS);
  const failed = failuresOf(figures);
  const cause = likelyCause(figures);
  if (requests === 0) return { mood: 'quiet', sentence: `Nobody is asking at the moment.${cause ? ` ${cause}` : ''}` };
  const share = failed / requests;
  const made = figures.count('mocks.bookings', { outcome: 'made' });
  const flowing = made > 0 ? `Bookings are flowing: ${made} made.` : 'No booking was made in this time.';
  if (share > 0.02) {
    return {
      mood: 'bad',
      sentence: `${percent(share)} of the answers are failures. ${cause ?? 'Look at the codes below.'}`,
    };
  }
  if (cause) return { mood: 'warn', sentence: `${flowing} ${cause}` };
  return { mood: 'good', sentence: `${flowing} Requests succeed, and what students see is fresh.` };
}

/** What most likely is wrong, in a sentence; undefined when nothing seems to be. */
function likelyCause(figures: Figures): string | undefined {
  const oldest = figures.largest('mocks.debts.oldest') ?? 0;
  const outcomes = figures.labels(CALLS, 'hubspot.outcome').filter((outcome) => outcome !== '2xx' && outcome !== '404');
  const failing = outcomes.reduce((sum, outcome) => sum + figures.count(CALLS, { 'hubspot.outcome': outcome }), 0);
  const calls = figures.count(CALLS);
  const used =
    (figures.largest('mocks.hubspot.window.used') ?? 0) / (figures.largest('mocks.hubspot.window.limit') ?? Infinity);
  if (figures.count('mocks.sessions.overbooked') > 0) return 'A session holds more bookings than seats: look which.';
  if (calls > 0 && failing / calls > 0.1)
    return `HubSpot fails: ${percent(failing / calls)} of the calls (${outcomes.join(', ')}).`;
  if (figures.smallest('mocks.redis.up') === 0) return 'Redis does not answer: bookings wait for a confirmation.';
  if (figures.count('mocks.hubspot.refused') > 0) return "HubSpot's limit is reached: some calls find no room in time.";
  if (used > 0.9) return "HubSpot's limit is nearly reached.";
  if (oldest > 60) return `A booking has been unfinished for ${Math.round(oldest)} s.`;
  return undefined;
}

export function percent(share: number): string {
  return Number.isFinite(share) ? `${(share * 100).toFixed(share < 0.1 ? 1 : 0)} %` : '–';
}

/** Looked at sessions, and how many of those booked: of all who did the first step of two. */
export function completionOf(figures: Figures, from: string, to: string): number {
  return figures.count('mocks.flow.steps', { step: to }) / figures.count('mocks.flow.steps', { step: from });
}
