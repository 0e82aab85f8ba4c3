import { systemClock } from '../../../src/time/clock.ts';
import { Coalescer } from '../../../src/hubspot/coalescer.ts';
import type { MicroBenchmark } from './micro-benchmark.ts';

const TOGETHER = 100;

/** What it costs each of a hundred calls to leave together, the batch itself costing nothing. */
export const coalescing: MicroBenchmark = {
  name: 'a call in a batch of 100',
  mostMicroseconds: 20,
  iterations: 10_000,
  prepare: async () => {
    const queue = new Coalescer<number, number>({
      operation: 'benchmark',
      clock: systemClock,
      enabled: true,
      maxInputs: TOGETHER,
      lingerMs: () => 0,
      carryOut: async (inputs) => inputs,
    });
    return async (iterations) => {
      for (let done = 0; done < iterations; done += TOGETHER) {
        const calls = Array.from({ length: TOGETHER }, async (_, index) => queue.submit([index]));
        for (const [index, [outcome]] of (await Promise.all(calls)).entries()) {
          if (outcome !== index) throw new Error(`${index} got ${String(outcome)}`);
        }
      }
    };
  },
};
