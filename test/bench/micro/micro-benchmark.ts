import { percentile } from '../measure/percentiles.ts';

/** Something small that is done very often, measured in this process. */
export interface MicroBenchmark {
  name: string;
  /** What one may take, in microseconds. */
  mostMicroseconds: number;
  /** How often it is done in each round. */
  iterations: number;
  /** Sets the scene; the returned function does it `iterations` times, `round` counting from 0. */
  prepare: () => Promise<(iterations: number, round: number) => Promise<void>>;
}

export interface MicroResult {
  name: string;
  mostMicroseconds: number;
  /** Median of the rounds. */
  microseconds: number;
}

/** The first ones warm the compiler. */
const WARM_UP_ROUNDS = 3;
const ROUNDS = 12;

/** Runs it in rounds. @returns what one took in the median round. */
export async function runMicro({ name, mostMicroseconds, iterations, prepare }: MicroBenchmark): Promise<MicroResult> {
  const run = await prepare();
  const rounds: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const startedAt = performance.now();
    await run(iterations, round);
    rounds.push(((performance.now() - startedAt) / iterations) * 1000);
  }
  return { name, mostMicroseconds, microseconds: percentile(rounds.slice(WARM_UP_ROUNDS), 50) };
}
