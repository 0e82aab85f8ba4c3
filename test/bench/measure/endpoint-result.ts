import type { ContestantName } from '../process/contestant.ts';
import type { Budget } from '../scenarios/endpoint.ts';
import type { Cost } from './cost.ts';
import { type Distribution, distribution, percentile } from './percentiles.ts';

/** One request and its answer. */
export interface Sample {
  latencyMs: number;
  /** Time inside the server as it tells itself; only this project's API tells. */
  serverMs: number | undefined;
  /** All calls it caused, also those after the answer. */
  cost: Cost;
  /** The calls the answer rests on. */
  awaited: Cost;
  /** Time until the answer in which HubSpot was working. */
  busyMs: number;
  /** What a bare client needs for the same calls beside that; undefined where it was not measured. */
  bareMs: number | undefined;
  wrong: string | undefined;
}

/** What requests of one kind cost and how long they took. */
export interface EndpointResult {
  contestant: ContestantName;
  name: string;
  asked: Budget | undefined;
  cold: Summary;
  /** Answered from the cache; null for what has none. */
  warm: Summary | null;
}

export interface Summary {
  /** Largest of all samples. */
  calls: number;
  awaitedCalls: number;
  /** Of the calls the answer waited for where more may follow it, else of all. */
  rounds: number;
  refused: number;
  /** Median of what HubSpot sent for one request. */
  bytes: number;
  latencyMs: Distribution;
  /** Latency without the time in which HubSpot was working and, where it was measured, what a bare client needs. */
  ownMs: Distribution;
  serverMs: Distribution | null;
  /** What was wrong with answers, each complaint once. */
  wrong: string[];
}

export function summarise(
  contestant: ContestantName,
  { name, asked }: { name: string; asked?: Budget },
  cold: readonly Sample[],
  warm: readonly Sample[],
): EndpointResult {
  const hasAfter = asked?.after !== undefined;
  return {
    contestant,
    name,
    asked,
    cold: summary(cold, hasAfter),
    warm: warm.length > 0 ? summary(warm, hasAfter) : null,
  };
}

function summary(samples: readonly Sample[], hasAfter: boolean): Summary {
  const most = (pick: (sample: Sample) => number) => Math.max(...samples.map(pick));
  const server = samples.flatMap(({ serverMs }) => serverMs ?? []);
  return {
    calls: most(({ cost }) => cost.calls),
    awaitedCalls: most(({ awaited }) => awaited.calls),
    rounds: most(({ cost, awaited }) => (hasAfter ? awaited.rounds : cost.rounds)),
    refused: samples.reduce((sum, { cost }) => sum + cost.refused, 0),
    bytes: percentile(
      samples.map(({ cost }) => cost.bytes),
      50,
    ),
    latencyMs: distribution(samples.map(({ latencyMs }) => latencyMs)),
    ownMs: distribution(samples.map(({ latencyMs, busyMs, bareMs = 0 }) => latencyMs - busyMs - bareMs)),
    serverMs: server.length > 0 ? distribution(server) : null,
    wrong: [...new Set(samples.flatMap(({ wrong }) => wrong ?? []))],
  };
}
