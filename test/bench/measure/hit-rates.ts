import type { CacheStats } from '../../../src/cache/stats.ts';

/** Look-ups answered from memory, by kind of data. */
export interface HitRate {
  kind: string;
  hits: number;
  lookUps: number;
}

/** Hit rates between two readings of the cache's counters; kinds that were never asked for are left out. */
export function hitRates(before: CacheStats, after: CacheStats): HitRate[] {
  const kinds = Object.keys(after) as (keyof CacheStats)[];
  return kinds
    .map((kind) => {
      const [first, last] = [countsOf(before[kind]), countsOf(after[kind])];
      const hits = last.hits - first.hits;
      return { kind, hits, lookUps: hits + last.misses - first.misses };
    })
    .filter(({ lookUps }) => lookUps > 0);
}

function countsOf({ hits, staleHits, misses }: CacheStats[keyof CacheStats]) {
  return { hits: hits + staleHits, misses: Object.values(misses).reduce((sum, count) => sum + count, 0) };
}

/** From 0 to 1; null when nothing was asked for. */
export function rateOf(rates: readonly HitRate[]): number | null {
  const lookUps = rates.reduce((sum, rate) => sum + rate.lookUps, 0);
  return lookUps === 0 ? null : rates.reduce((sum, { hits }) => sum + hits, 0) / lookUps;
}
