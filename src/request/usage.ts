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

/** HubSpot calls made for one request, what it waited for, and what the cache spared. */
export class HubSpotUsage {
  calls = 0;
  cacheHits = 0;
  cacheMisses = 0;
  readonly #waits = new Map(WAITS.map((wait) => [wait, { active: 0, ms: 0 }]));
  /** Until when the time is charged, in milliseconds of the monotonic clock. */
  #chargedUntil = 0;

  cacheHit(): void {
    this.cacheHits += 1;
  }

  cacheMiss(): void {
    this.cacheMisses += 1;
  }

  /** Waits of one kind that overlap are waited for once. */
  begin(wait: Wait, monotonicMs: number): void {
    this.#charge(monotonicMs);
    if (wait === 'hubspot') this.calls += 1;
    this.#add(wait, 1);
  }

  end(wait: Wait, monotonicMs: number): void {
    this.#charge(monotonicMs);
    this.#add(wait, -1);
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

  override begin(wait: Wait, monotonicMs: number): void {
    for (const usage of this.#usages) usage.begin(wait, monotonicMs);
  }

  override end(wait: Wait, monotonicMs: number): void {
    for (const usage of this.#usages) usage.end(wait, monotonicMs);
  }
}
