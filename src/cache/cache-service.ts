import { LRUCache } from 'lru-cache';
import type { RunInBackground } from '../background.ts';
import type { Clock } from '../clock.ts';
import { currentContext } from '../context.ts';
import { DropLog } from './drop-log.ts';
import { type CacheKey, type Entry, makeEntry, tagsOf } from './entry.ts';
import { type LoadMany, loadTogether } from './load-together.ts';
import type { CacheKind, CachePolicy } from './policies.ts';
import { type CacheStats, emptyStats, type MissReason } from './stats.ts';
import { TagIndex } from './tag-index.ts';

export interface CacheOptions {
  clock: Clock;
  enabled: boolean;
  maxEntries: number;
  maxBytes: number;
  policies: Record<CacheKind, CachePolicy>;
  /** Refreshes what is served stale meanwhile. */
  background: RunInBackground;
  /** Whether a failed load may be answered with a stale value: an outage may, a bug may not. */
  isOutage: (error: unknown) => boolean;
}

/** The time until which a value is fresh that was dropped while it was being loaded. */
const NEVER = -Infinity;

interface LoadContext {
  key: CacheKey<unknown>;
  load: () => Promise<unknown>;
}

export interface FetchOptions {
  /** Oldest value that will do, in milliseconds; stale ones then never do. */
  maxAgeMs?: number;
}

/**
 * The cache in front of the hot reads: one load at a time per key, whoever asks; lifetimes by kind; dropped by tag. It
 * keeps no failures, absences (null) for seconds only, and nothing that was dropped while it was being loaded. It lives
 * as long as the process. Values are frozen: what you get is what everybody gets.
 */
export class CacheService {
  readonly #options: CacheOptions;
  readonly #entries: LRUCache<string, Entry, LoadContext>;
  readonly #tags = new TagIndex();
  readonly #drops: DropLog;
  readonly #stats: CacheStats = emptyStats();
  /** Why keys are not here any more, for the counters. */
  readonly #gone = new LRUCache<string, MissReason>({ max: 10_000 });

  constructor(options: CacheOptions) {
    this.#options = options;
    this.#drops = new DropLog(options.clock);
    this.#entries = new LRUCache<string, Entry, LoadContext>({
      max: options.maxEntries,
      maxSize: options.maxBytes,
      sizeCalculation: ({ bytes }) => bytes,
      noDeleteOnFetchRejection: true,
      // A load that is dropped meanwhile still answers those who wait for it, but is not kept.
      ignoreFetchAbort: true,
      fetchMethod: async (_name, _stale, { context }) => this.#load(context),
      dispose: (entry, name, reason) => this.#disposed(entry, name, reason),
    });
  }

  /**
   * The cached value, or what `load` brings. A request that asked to bypass the cache takes only what was loaded since
   * it began, or is being loaded, and leaves the result for others.
   * @throws whatever `load` throws, when no stale value may stand in.
   */
  async fetch<T>(key: CacheKey<T>, load: () => Promise<T>, { maxAgeMs }: FetchOptions = {}): Promise<T> {
    if (!this.#options.enabled) return load();
    const context = currentContext();
    const bypassed = context?.bypassCache === true;
    const entry = this.#entries.get(key.key);
    const now = this.#options.clock.now();
    const notBefore = bypassed ? context.startedAtMs : now - (maxAgeMs ?? Infinity);
    if (entry && now < entry.freshUntil && entry.loadedAt >= notBefore) return this.#hit(entry) as T;
    const { staleWhileRevalidateMs, staleIfErrorMs } = this.#options.policies[key.kind];
    const staleForMs = entry && !bypassed && maxAgeMs === undefined ? now - entry.freshUntil : Infinity;
    if (entry && staleForMs < staleWhileRevalidateMs) {
      this.#options.background('cache refresh', async () => this.#refresh(key, load));
      return this.#hit(entry, true) as T;
    }
    this.#miss(key, bypassed ? 'bypassed' : undefined);
    try {
      return await this.#flight(key, load);
    } catch (error) {
      if (!entry || staleForMs >= staleIfErrorMs || !this.#options.isOutage(error)) throw error;
      return this.#hit(entry, true) as T;
    }
  }

  /**
   * {@link fetch} for many ids: those that are missing are loaded together. `loadMany` gives a value or an error for
   * each id it is asked for, and so does the answer.
   */
  async fetchMany<T>(
    ids: Iterable<string>,
    keyOf: (id: string) => CacheKey<T>,
    loadMany: LoadMany<T>,
    options: FetchOptions = {},
  ): Promise<Map<string, T | Error>> {
    return loadTogether(ids, loadMany, async (id, load) => this.fetch(keyOf(id), load, options));
  }

  /** The value if it is cached and fresh; undefined otherwise. */
  get<T>(key: CacheKey<T>): T | undefined {
    const entry = this.#options.enabled ? this.#entries.get(key.key) : undefined;
    return entry && this.#options.clock.now() < entry.freshUntil ? (entry.value as T) : undefined;
  }

  /** Keeps a value that was learned otherwise, as if it had been loaded now. It replaces a load under way. */
  set<T>(key: CacheKey<T>, value: T): void {
    if (!this.#options.enabled) return;
    this.#entries.set(key.key, this.#toEntry(key, value, this.#options.clock.now()));
  }

  /** Changes a value that is cached and fresh without making it any fresher; a load under way is not kept. */
  patch<T>(key: CacheKey<T>, change: (value: T) => T): void {
    const entry = this.#entries.get(key.key);
    const value = this.get(key);
    this.#entries.delete(key.key);
    if (!entry || value === undefined) return;
    const { loadedAt, freshUntil } = entry;
    this.#entries.set(key.key, { ...this.#toEntry(key, change(value), loadedAt), freshUntil });
  }

  /** Drops one key. @returns whether it was there. */
  delete(key: CacheKey<unknown>): boolean {
    return this.#entries.delete(key.key);
  }

  /** Drops every value that carries one of the tags, also those being loaded. @returns how many there were. */
  invalidate(tags: Iterable<string>): number {
    const keys = new Set<string>();
    for (const tag of tags) {
      this.#drops.note(tag);
      for (const key of this.#tags.keysOf(tag)) keys.add(key);
    }
    return this.#drop(keys);
  }

  /** Drops every key that fits, `*` standing for anything; it looks at all of them. @returns how many there were. */
  deletePattern(pattern: string): number {
    const fitting = new RegExp(
      `^${pattern
        .split('*')
        .map((part) => RegExp.escape(part))
        .join('.*')}$`,
    );
    return this.#drop([...this.#entries.keys()].filter((key) => fitting.test(key)));
  }

  clear(): void {
    this.#entries.clear();
    this.#tags.clear();
  }

  /** Keys of the values that carry a tag. */
  keysTagged(tag: string): string[] {
    return this.#tags.keysOf(tag);
  }

  /** Keys of a kind that are in memory, those used last first. */
  keysOf(kind: CacheKind): string[] {
    return [...this.#entries.entries()].filter(([, entry]) => entry.kind === kind).map(([key]) => key);
  }

  /** Counters by kind, as they are now. */
  stats(): CacheStats {
    const stats = structuredClone(this.#stats);
    for (const [, { kind, bytes }] of this.#entries.entries()) {
      stats[kind].entries += 1;
      stats[kind].bytes += bytes;
    }
    return stats;
  }

  async #refresh<T>(key: CacheKey<T>, load: () => Promise<T>): Promise<void> {
    try {
      await this.#flight(key, load);
    } catch (error) {
      if (!this.#options.isOutage(error)) throw error;
    }
  }

  async #flight<T>(key: CacheKey<T>, load: () => Promise<T>): Promise<T> {
    this.#tags.add(key.key, key.tags);
    try {
      const entry = await this.#entries.fetch(key.key, { context: { key, load }, forceRefresh: true });
      if (!entry) throw new Error(`${key.key} was not loaded`);
      return entry.value as T;
    } finally {
      if (!this.#entries.has(key.key)) this.#tags.remove(key.key);
    }
  }

  async #load({ key, load }: LoadContext): Promise<Entry> {
    const { clock } = this.#options;
    const stats = this.#stats[key.kind];
    const [mark, startedAt, startedMs] = [this.#drops.mark, clock.now(), clock.monotonicMs()];
    stats.loads += 1;
    try {
      const entry = this.#toEntry(key, await load(), startedAt);
      // Whoever waits for it is answered; nobody after them is.
      return this.#drops.droppedSince(mark, tagsOf(key, entry.value)) ? { ...entry, freshUntil: NEVER } : entry;
    } catch (error) {
      stats.loadErrors += 1;
      throw error;
    } finally {
      stats.loadMs += clock.monotonicMs() - startedMs;
    }
  }

  #toEntry<T>(key: CacheKey<T>, value: T, loadedAt: number): Entry {
    const tags = tagsOf(key, value);
    this.#tags.add(key.key, tags);
    const times = { now: this.#options.clock.now(), loadedAt, droppedAt: this.#drops.lastDrop(tags) };
    return makeEntry(key, value, this.#options.policies[key.kind], times);
  }

  #drop(names: Iterable<string>): number {
    return [...names].filter((name) => this.#entries.delete(name)).length;
  }

  /** The entry's value, which is of the type its key stands for. */
  #hit(entry: Entry, stale = false): unknown {
    const stats = this.#stats[entry.kind];
    if (stale) stats.staleHits += 1;
    else stats.hits += 1;
    currentContext()?.usage.cacheHit();
    return entry.value;
  }

  #miss(key: CacheKey<unknown>, reason: MissReason | undefined): void {
    const freshUntil = this.#entries.get(key.key)?.freshUntil;
    const gone = freshUntil === undefined ? (this.#gone.get(key.key) ?? 'cold') : 'expired';
    this.#stats[key.kind].misses[reason ?? (freshUntil === NEVER ? 'invalidated' : gone)] += 1;
    currentContext()?.usage.cacheMiss();
  }

  #disposed(entry: Entry, name: string, reason: LRUCache.DisposeReason): void {
    if (reason === 'set') return;
    this.#tags.remove(name);
    if (reason === 'evict') this.#stats[entry.kind].evictions += 1;
    this.#gone.set(name, reason === 'evict' ? 'evicted' : 'invalidated');
  }
}
