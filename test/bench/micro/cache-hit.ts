import { systemClock } from '../../../src/time/clock.ts';
import { createCache, testKey } from '../../support/cache.ts';
import type { MicroBenchmark } from './micro-benchmark.ts';

/** What a look-up costs that finds its value, the await included. */
export const cacheHit: MicroBenchmark = {
  name: 'a cache hit',
  mostMicroseconds: 1,
  iterations: 100_000,
  prepare: async () => {
    const { cache } = createCache({ clock: systemClock });
    const key = testKey('exam', '1');
    cache.set(key, 'value');
    const load = async (): Promise<string> => {
      throw new Error('the value should have been there');
    };
    return async (iterations) => {
      for (let count = 0; count < iterations; count += 1) await cache.fetch(key, load);
    };
  },
};
