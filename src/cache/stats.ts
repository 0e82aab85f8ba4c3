import { LRUCache } from 'lru-cache';
import type { Clock } from '../time/clock.ts';
import { currentContext } from '../request/context.ts';
import { CACHE_KINDS, type CacheKind } from './policies.ts';

/** Why an answer did not come from the cache. */
export type MissReason = 'cold' | 'expired' | 'invalidated' | 'evicted' | 'bypassed';

interface KindStats {
  hits: number;
  /** Hits past their time, while a refresh ran or after it failed. */
  staleHits: number;
  misses: Record<MissReason, number>;
  /** Loads made; many values that are loaded together are one. */
  loads: number;
  /** Loads that failed, wholly or for some of their values. */
  loadErrors: number;
  /** Time spent loading, in milliseconds. */
  loadMs: number;
  evictions: number;
  /** Values that are not kept any more, by whether they were ever an answer. */
  retired: { used: number; unused: number };
  entries: number;
  bytes: number;
}

/** Counters by kind of data, since the process began. */
export type CacheStats = Record<CacheKind, KindStats>;

/** So many keys are remembered that are not here any more. */
const MAX_GONE = 10_000;

/** Counts what the cache does, for its counters and for the request being served. */
export class CacheCounters {
  readonly #clock: Clock;
  readonly #stats = Object.fromEntries(CACHE_KINDS.map((kind) => [kind, emptyKind()])) as CacheStats;
  /** Why keys are not here any more. */
  readonly #gone = new LRUCache<string, MissReason>({ max: MAX_GONE });

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  hit(kind: CacheKind): void {
    this.#stats[kind].hits += 1;
    currentContext()?.usage.cacheHit();
  }

  staleHit(kind: CacheKind): void {
    this.#stats[kind].staleHits += 1;
    currentContext()?.usage.cacheHit();
  }

  /** @param reason where it is not told, it is the one for which the key went, or that it was never here. */
  miss(kind: CacheKind, key: string, reason: MissReason | undefined): void {
    this.#stats[kind].misses[reason ?? this.#gone.get(key) ?? 'cold'] += 1;
    currentContext()?.usage.cacheMiss();
  }

  gone(key: string, reason: MissReason): void {
    this.#gone.set(key, reason);
  }

  retired(kind: CacheKind, isUsed: boolean): void {
    this.#stats[kind].retired[isUsed ? 'used' : 'unused'] += 1;
  }

  evicted(kind: CacheKind, key: string): void {
    this.#stats[kind].evictions += 1;
    this.gone(key, 'evicted');
  }

  /** Runs and counts one load. `isComplete` tells whether all of what it brought is values. */
  async load<T>(kind: CacheKind, work: () => Promise<T>, isComplete: (loaded: T) => boolean = () => true): Promise<T> {
    const stats = this.#stats[kind];
    const startedMs = this.#clock.monotonicMs();
    stats.loads += 1;
    let complete = false;
    try {
      const loaded = await work();
      complete = isComplete(loaded);
      return loaded;
    } finally {
      if (!complete) stats.loadErrors += 1;
      const endMs = this.#clock.monotonicMs();
      stats.loadMs += endMs - startedMs;
      currentContext()?.usage.trace({ kind: 'load', detail: kind, startMs: startedMs, endMs });
    }
  }

  /** The counters as they are now, with what is in memory. */
  with(entries: Iterable<[string, { kind: CacheKind; bytes: number }]>): CacheStats {
    const stats = structuredClone(this.#stats);
    for (const [, { kind, bytes }] of entries) {
      stats[kind].entries += 1;
      stats[kind].bytes += bytes;
    }
    return stats;
  }
}

function emptyKind(): KindStats {
  return {
    hits: 0,
    staleHits: 0,
    misses: { cold: 0, expired: 0, invalidated: 0, evicted: 0, bypassed: 0 },
    loads: 0,
    loadErrors: 0,
    loadMs: 0,
    evictions: 0,
    retired: { used: 0, unused: 0 },
    entries: 0,
    bytes: 0,
  };
}
