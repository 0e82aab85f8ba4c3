import { cacheHit } from './cache-hit.ts';
import { invalidation } from './invalidation.ts';
import type { MicroBenchmark } from './micro-benchmark.ts';

/** Every micro benchmark, one a file. */
export const MICRO_BENCHMARKS: readonly MicroBenchmark[] = [cacheHit, invalidation];
