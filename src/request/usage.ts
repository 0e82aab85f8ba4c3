/**
 * What a request can wait for. Where it waits for several at once, the first of these is charged, so that the parts
 * never add up to more than the whole.
 */
const WAITS = [
  'hubspot',
  'retry',
  'budget',
  'linger',
  'shared',
  'lock',
  'seat',
  'login',
  'confirmation',
  'start',
] as const;

/**
 * `hubspot`: calls under way. `retry`: pauses before repeats. `budget`: room in HubSpot's limits, and a free place.
 * `linger`: company for a call. `shared`: work that is done once for several requests. `lock`: the student's other
 * requests. `seat`: one that is held for somebody else. `login`: other logins of the address to be decided.
 * `confirmation`: HubSpot to show what was written. `start`: the process to load its code.
 */
export type Wait = (typeof WAITS)[number];

/** A stretch of a request's time, in milliseconds of the monotonic clock. */
export interface Span {
  /** A wait, or `load` for a load into the cache. */
  kind: Wait | 'load';
  /** What it was about, such as the operation of a HubSpot call. */
  detail: string | undefined;
  startMs: number;
  /** Undefined while it goes on. */
  endMs: number | undefined;
}

/** Stretches that are kept of one request. */
const MOST_SPANS = 200;

/** HubSpot calls made for one request, what it waited for, and what the cache spared. */
export class HubSpotUsage {
  calls = 0;
  cacheHits = 0;
  cacheMisses = 0;
  /** HubSpot calls by operation. */
  readonly operations = new Map<string, number>();
  /** In the order of their beginning; kept only where the request is traced. */
  readonly spans: Span[] = [];
  isTraced = false;
  readonly #waits = new Map(WAITS.map((wait) => [wait, { active: 0, ms: 0 }]));
  /** Until when the time is charged, in milliseconds of the monotonic clock. */
  #chargedUntil = 0;

  cacheHit(): void {
    this.cacheHits += 1;
  }

  cacheMiss(): void {
    this.cacheMisses += 1;
  }

  /** Whether the cache had all that was asked of it; `none` where nothing was. */
  get cacheOutcome(): 'hit' | 'miss' | 'none' {
    if (this.cacheHits + this.cacheMisses === 0) return 'none';
    return this.cacheMisses > 0 ? 'miss' : 'hit';
  }

  /** Waits of one kind that overlap are waited for once. @param span the same for all who wait for it. */
  begin(wait: Wait, span: Span): void {
    this.#charge(span.startMs);
    if (wait === 'hubspot') {
      this.calls += 1;
      const operation = span.detail ?? 'other';
      this.operations.set(operation, (this.operations.get(operation) ?? 0) + 1);
    }
    this.trace(span);
    this.#add(wait, 1);
  }

  end(wait: Wait, monotonicMs: number): void {
    this.#charge(monotonicMs);
    this.#add(wait, -1);
  }

  trace(span: Span): void {
    if (this.isTraced && this.spans.length < MOST_SPANS) this.spans.push(span);
  }

  /** Milliseconds waited so far by what they were waited for, without those that were not. */
  waitedMs(monotonicMs: number): Map<Wait, number> {
    this.#charge(monotonicMs);
    return new Map([...this.#waits].flatMap(([wait, { ms }]) => (ms > 0 ? [[wait, ms] as const] : [])));
  }

  #add(wait: Wait, count: 1 | -1): void {
    const tally = this.#waits.get(wait);
    if (tally) tally.active += count;
  }

  #charge(monotonicMs: number): void {
    const charged = [...this.#waits.values()].find(({ active }) => active > 0);
    if (charged) charged.ms += monotonicMs - this.#chargedUntil;
    this.#chargedUntil = monotonicMs;
  }
}

/** The bill of a call that several requests share: each of them waits for it, so each is charged. */
export class SharedUsage extends HubSpotUsage {
  readonly #usages: readonly HubSpotUsage[];

  constructor(usages: readonly HubSpotUsage[]) {
    super();
    this.#usages = usages;
  }

  override begin(wait: Wait, span: Span): void {
    for (const usage of this.#usages) usage.begin(wait, span);
  }

  override end(wait: Wait, monotonicMs: number): void {
    for (const usage of this.#usages) usage.end(wait, monotonicMs);
  }

  override trace(span: Span): void {
    for (const usage of this.#usages) usage.trace(span);
  }
}
