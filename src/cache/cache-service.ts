import type { RunInBackground } from '../request/background.ts';
import { currentContext } from '../request/context.ts';
import { type CacheKey, type Entry, tagsOf } from './entry.ts';
import { EntryStore, type Reading, type StoreOptions } from './entry-store.ts';
import { type FlightOptions, Flights, type Load } from './flights.ts';
import { type LoadMany, loadTogether } from './load-together.ts';
import type { CacheKind } from './policies.ts';
import { type SecondLevel, throughSecondLevel } from './second-level.ts';
import { CacheCounters, type CacheStats } from './stats.ts';

export interface CacheOptions extends FlightOptions, StoreOptions {
  enabled: boolean;
  /** Where other instances leave what they have loaded; null where there is nothing shared. */
  secondLevel: SecondLevel | null;
  /** Values that were loaded before are not served, in milliseconds of the monotonic clock. */
  trustedSinceMs: () => number;
  /** Told which tags were dropped here. */
  dropped: (tags: string[]) => void;
  /** Refreshes what is served stale meanwhile. */
  background: RunInBackground;
}

export interface FetchOptions {
  /** Oldest value that will do, in milliseconds. */
  maxAgeMs?: number;
  /** An older value does after all while HubSpot is down; where there is no `maxAgeMs` it does anyway. */
  olderIfDown?: boolean;
}

interface Wish<T> {
  key: CacheKey<T>;
  load: Load<T>;
  options: FetchOptions;
  entry: Entry | undefined;
  notBefore: number;
  /** The load is part of one that is counted by itself. */
  isPart: boolean;
}

const NO_OPTIONS: FetchOptions = {};
/** So long a load is waited for when there is a stale value that will do, and nobody tries again after it has failed. */
const STALE_WAIT_MS = 1000;
const RETRY_AFTER_MS = 5000;

/**
 * The cache in front of the hot reads: one load at a time per key, whoever asks; lifetimes by kind; dropped by tag. It
 * keeps no failures, absences for seconds only, and nothing that was dropped while it was being loaded. It lives as long
 * as the process. Values are frozen: what you get is what everybody gets.
 */
export class CacheService {
  readonly #options: CacheOptions;
  readonly #counters: CacheCounters;
  readonly #store: EntryStore;
  readonly #flights: Flights;

  constructor(options: CacheOptions) {
    this.#options = options;
    this.#counters = new CacheCounters(options.clock);
    this.#store = new EntryStore(options, this.#counters);
    this.#flights = new Flights(options, this.#store, this.#counters);
  }

  /**
   * The cached value, or what `load` brings. A request that asked to bypass the cache takes only what was loaded since
   * it began, and leaves the result for others. Nobody waits beyond their own deadline.
   * @throws whatever `load` throws, when no stale value may stand in; `late` when it takes too long.
   */
  async fetch<T>(key: CacheKey<T>, load: Load<T>, options = NO_OPTIONS): Promise<T> {
    return this.#fetch(key, load, options, false);
  }

  async #fetch<T>(key: CacheKey<T>, load: Load<T>, options: FetchOptions, isPart: boolean): Promise<T> {
    if (!this.#options.enabled) return load(this.begin());
    const entry = this.#store.get(key.key);
    const now = this.#options.clock.monotonicMs();
    const notBefore = this.#notBefore(now, options);
    if (entry) {
      entry.usedAt = now;
      if (now < entry.freshUntil && entry.loadedAt >= notBefore) return this.#hit(entry) as T;
    }
    return this.#fetchStale({ key, load, options, entry, notBefore, isPart });
  }

  /**
   * {@link fetch} for many ids: those that are missing are loaded together. `loadMany` gives a value or an error for
   * each id it is asked for, and so does the answer.
   */
  async fetchMany<T>(
    ids: Iterable<string>,
    keyOf: (id: string) => CacheKey<T>,
    loadMany: LoadMany<T>,
    options: FetchOptions = NO_OPTIONS,
  ): Promise<Map<string, T | Error>> {
    const loadBatch = async (missing: readonly string[]) => {
      const { kind } = keyOf(missing[0] ?? '');
      const loadAll = async () => loadMany(missing);
      return this.#counters.load(kind, loadAll, (all) => all.values().every((value) => !(value instanceof Error)));
    };
    return loadTogether(ids, loadBatch, async (id, load) => this.#fetch(keyOf(id), load, options, true));
  }

  /** The value if it is cached, fresh and not older than `maxAgeMs`; undefined otherwise. It counts as nobody's answer. */
  peek<T>(key: CacheKey<T>, maxAgeMs = Infinity): T | undefined {
    const entry = this.#options.enabled ? this.#store.get(key.key) : undefined;
    const now = this.#options.clock.monotonicMs();
    return entry && now < entry.freshUntil && now - entry.loadedAt <= maxAgeMs ? (entry.value as T) : undefined;
  }

  /** The value if {@link fetch} would answer with it at once, as a hit; undefined otherwise. */
  get<T>(key: CacheKey<T>): T | undefined {
    const now = this.#options.clock.monotonicMs();
    const value = this.peek(key, now - this.#notBefore(now, NO_OPTIONS));
    if (value !== undefined) this.#counters.hit(key.kind);
    return value;
  }

  /** Begins a reading whose values are to be kept. */
  begin(): Reading {
    const reading = this.#store.begin();
    return this.#options.enabled ? reading : { ...reading, keep: () => {} };
  }

  /**
   * Keeps a value that was learned otherwise, as if it had been loaded now. It replaces loads under way.
   * @param since the reading that part of the value comes from. What it brought may be out of date by now: then the key
   * is dropped instead.
   */
  set<T>(key: CacheKey<T>, value: T, since?: Reading): void {
    if (!this.#options.enabled) return;
    if (since && this.#store.isOutdated(since, key, tagsOf(key, value))) {
      this.delete(key);
      return;
    }
    const loadedAt = since?.startedAt ?? this.#options.clock.monotonicMs();
    this.#store.put(key, value, { loadedAt, mark: this.#store.nextMark() });
  }

  /** Keeps what another instance loaded at that time, in milliseconds of the monotonic clock. */
  learn<T>(key: CacheKey<T>, value: T, loadedAt: number): void {
    if (this.#options.enabled) this.#store.learn(key, value, loadedAt);
  }

  /** Changes a value that is cached and fresh without making it any fresher; a load under way is not kept. */
  patch<T>(key: CacheKey<T>, change: (value: T) => T): void {
    const entry = this.#store.get(key.key);
    const value = this.peek(key);
    this.delete(key);
    if (!entry || value === undefined) return;
    const { loadedAt, freshUntil, servesStale } = entry;
    const mark = this.#store.nextMark();
    this.#store.put(key, change(value), { loadedAt, mark }, { freshUntil, servesStale });
  }

  /** Drops one key, also when it is being loaded. @returns whether it was there. */
  delete(key: CacheKey<never>): boolean {
    return this.#store.drop([key.key]) === 1;
  }

  /** Drops every value that carries one of the tags, also those being loaded. @returns how many there were. */
  invalidate(tags: readonly string[]): number {
    this.#options.dropped([...tags]);
    return this.dropStale(tags);
  }

  /** {@link invalidate}, for what others have dropped. */
  dropStale(tags: Iterable<string>): number {
    return this.#store.dropTags(tags);
  }

  /** Drops every key that fits, `*` standing for anything; it looks at all of them. @returns how many there were. */
  deletePattern(pattern: string): number {
    const parts = pattern.split('*').map((part) => RegExp.escape(part));
    const fitting = new RegExp(`^${parts.join('.*')}$`);
    const names = new Set([...this.#store.names(), ...this.#flights.names()]);
    return this.#store.drop([...names].filter((name) => fitting.test(name)));
  }

  clear(): void {
    this.#store.clear();
  }

  /** Keys of the values that carry a tag. */
  keysTagged(tag: string): string[] {
    return this.#store.namesTagged(tag);
  }

  /** Keys of a kind that hold something and were asked for in the last `withinMs`, those used last first. */
  keysUsed(kind: CacheKind, withinMs: number): string[] {
    const since = this.#options.clock.monotonicMs() - withinMs;
    const entries = [...this.#store.entries()];
    const isUsed = (entry: Entry) => entry.kind === kind && entry.value !== null && entry.usedAt >= since;
    return entries.flatMap(([name, entry]) => (isUsed(entry) ? name : []));
  }

  /** Counters by kind, as they are now. */
  stats(): CacheStats {
    return this.#counters.with(this.#store.entries());
  }

  /** No value that the current request may have was loaded before this time, in milliseconds of the monotonic clock. */
  #notBefore(now: number, { maxAgeMs = Infinity }: FetchOptions): number {
    const { bypassCache = false, startedAtMs = now } = currentContext() ?? {};
    return bypassCache ? startedAtMs : Math.max(now - maxAgeMs, this.#options.trustedSinceMs());
  }

  /** The second half of {@link fetch}: there is no value, or it is too old. */
  async #fetchStale<T>({ key, load, options, entry, notBefore, isPart }: Wish<T>): Promise<T> {
    const { clock, policies, background } = this.#options;
    const { staleWhileRevalidateMs, staleIfErrorMs } = policies[key.kind];
    const now = clock.monotonicMs();
    const bypassed = currentContext()?.bypassCache === true;
    const hasMaxAge = options.maxAgeMs !== undefined;
    const mayBeOlder = !bypassed && (!hasMaxAge || options.olderIfDown === true);
    const staleMs = entry?.servesStale && mayBeOlder ? now - entry.freshUntil : Infinity;
    const mayStandIn = staleMs < staleIfErrorMs;
    if (entry && mayStandIn && now < entry.retryAt) return this.#hit(entry, true) as T;
    if (entry && staleMs < staleWhileRevalidateMs && !hasMaxAge) {
      if (!this.#flights.has(key.key)) background('cache refresh', async () => this.#refresh(key, load, isPart));
      return this.#hit(entry, true) as T;
    }
    this.#counters.miss(key.kind, key.key, bypassed ? 'bypassed' : entry && 'expired');
    const waitMs = mayStandIn && !hasMaxAge ? STALE_WAIT_MS : Infinity;
    const shared = isPart ? load : throughSecondLevel(key, load, notBefore, { ...this.#options, store: this.#store });
    try {
      return await this.#flights.share(key, shared, { isPart, notBefore, waitMs });
    } catch (error) {
      if (!entry || !mayStandIn || !this.#options.isOutage(error)) throw error;
      entry.retryAt = clock.monotonicMs() + RETRY_AFTER_MS;
      return this.#hit(entry, true) as T;
    }
  }

  async #refresh<T>(key: CacheKey<T>, load: Load<T>, isPart: boolean): Promise<void> {
    try {
      await this.#flights.share(key, load, { isPart, notBefore: -Infinity, waitMs: Infinity });
    } catch (error) {
      if (!this.#options.isOutage(error)) throw error;
      const entry = this.#store.get(key.key);
      if (entry) entry.retryAt = this.#options.clock.monotonicMs() + RETRY_AFTER_MS;
    }
  }

  /** The entry's value, which is of the type its key stands for. */
  #hit(entry: Entry, stale = false): unknown {
    if (stale) this.#counters.staleHit(entry.kind);
    else this.#counters.hit(entry.kind);
    entry.isUsed = true;
    return entry.value;
  }
}
