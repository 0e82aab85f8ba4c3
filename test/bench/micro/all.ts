import { cacheHit } from './cache-hit.ts';
import { coalescing } from './coalescing.ts';
import { invalidation } from './invalidation.ts';
import type { MicroBenchmark } from './micro-benchmark.ts';

/** Every micro benchmark, one a file. */
export const MICRO_BENCHMARKS: readonly MicroBenchmark[] = [cacheHit, invalidation, coalescing];
