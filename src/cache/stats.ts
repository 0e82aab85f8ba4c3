import { CACHE_KINDS, type CacheKind } from './policies.ts';

/** Why an answer did not come from the cache. */
export type MissReason = 'cold' | 'expired' | 'invalidated' | 'evicted' | 'bypassed';

interface KindStats {
  hits: number;
  /** Hits past their time, while a refresh ran or after it failed. */
  staleHits: number;
  misses: Record<MissReason, number>;
  loads: number;
  loadErrors: number;
  /** Time spent loading, in milliseconds. */
  loadMs: number;
  evictions: number;
  entries: number;
  bytes: number;
}

/** Counters by kind of data, since the process began. */
export type CacheStats = Record<CacheKind, KindStats>;

export function emptyStats(): CacheStats {
  return Object.fromEntries(CACHE_KINDS.map((kind) => [kind, emptyKind()])) as CacheStats;
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
    entries: 0,
    bytes: 0,
  };
}
