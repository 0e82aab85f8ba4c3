import { availableParallelism, cpus, loadavg } from 'node:os';
import type { FunctionMeasures } from '../built-function.ts';
import type { EndpointResult } from '../measure/endpoint-result.ts';
import type { MixResult } from '../measure/mix-run.ts';
import type { RushResult } from '../measure/rush-result.ts';
import type { MicroResult } from '../micro/micro-benchmark.ts';

/** All that was measured in one run; its figures compare with each other, not with those of another machine. */
export interface BenchRun {
  machine: Machine;
  /** ISO. */
  startedAt: string;
  durationMs: number;
  quick: boolean;
  endpoints: EndpointResult[];
  rushes: RushResult[];
  mixes: MixResult[];
  micro: MicroResult[];
  /** The function as Vercel would build it; missing where the Vercel CLI is not installed. */
  built?: FunctionMeasures | undefined;
}

export interface Machine {
  cpu: string;
  cores: number;
  node: string;
  /** Processes that wanted to run when the benchmark began, on average over a minute: more than 0 disturbs it. */
  loadBefore: number;
}

/** What the figures are taken on. */
export function thisMachine(): Machine {
  return {
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: availableParallelism(),
    node: process.version,
    loadBefore: loadavg()[0] ?? 0,
  };
}

export function describeMachine({ machine, startedAt, durationMs, quick }: BenchRun): string {
  const { cpu, cores, node, loadBefore } = machine;
  const kind = quick ? 'A quick run' : 'A run';
  return (
    `${kind} of ${Math.round(durationMs / 1000)} s on ${startedAt.slice(0, 10)}: ${cpu}, ${cores} cores, Node ${node}, ` +
    `load ${loadBefore.toFixed(1)} before it began.`
  );
}
