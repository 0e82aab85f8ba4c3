import { systemClock } from '../../../src/time/clock.ts';
import { createCache, testKey } from '../../support/cache.ts';
import type { MicroBenchmark } from './micro-benchmark.ts';

const ENTRIES = 100_000;
const DROPPED_AT_ONCE = 5;

/** What it costs to drop the five values that carry a tag, among 100,000 others. */
export const invalidation: MicroBenchmark = {
  name: 'dropping 5 of 100,000 values',
  mostMicroseconds: 100,
  iterations: 200,
  prepare: async () => {
    const { cache } = createCache({ clock: systemClock, maxEntries: 2 * ENTRIES, maxBytes: 1e9 });
    const groupOf = (index: number) => `group:${Math.floor(index / DROPPED_AT_ONCE)}`;
    for (let index = 0; index < ENTRIES; index += 1) {
      cache.set(testKey('booking', String(index), [groupOf(index)]), 'value');
    }
    return async (iterations, round) => {
      for (let count = 0; count < iterations; count += 1) {
        const dropped = cache.invalidate([`group:${round * iterations + count}`]);
        if (dropped !== DROPPED_AT_ONCE) throw new Error(`${dropped} values were dropped`);
      }
    };
  },
};
