import { createHistogram, type RecordableHistogram } from 'node:perf_hooks';
import type { Difference } from './differences.ts';
import { maskValue } from './mask.ts';

/** How often something differed, with a few examples, masked. */
export interface Counted {
  count: number;
  examples: { request: string; baseline: string; candidate: string }[];
}

const MOST_EXAMPLES = 3;
/** Places that differ, for one endpoint: an API that answers all else would fill the memory. */
const MOST_PLACES = 200;

/** What became of the requests to one endpoint. */
export class EndpointTally {
  equal = 0;
  different = 0;
  /** Requests that one of the two did not answer. */
  unanswered = 0;
  /** Why requests were not answered. */
  readonly reasons = new Map<string, number>();
  readonly differences = new Map<string, Counted>();
  /** Places at which the baseline differs from itself. */
  readonly unsteady = new Map<string, number>();
  /** By the name of what is expected to differ. */
  readonly expected = new Map<string, number>();
  /** In microseconds, of answers of both. */
  readonly latency: Record<'baseline' | 'candidate', RecordableHistogram> = {
    baseline: createHistogram(),
    candidate: createHistogram(),
  };

  noteUnanswered(reason: string): void {
    this.unanswered += 1;
    this.reasons.set(reason, (this.reasons.get(reason) ?? 0) + 1);
  }

  noteLatency(who: 'baseline' | 'candidate', ms: number): void {
    this.latency[who].record(Math.max(1, Math.round(ms * 1000)));
  }

  noteDifference(request: string, { where, baseline, candidate }: Difference): void {
    const known = this.differences.get(where);
    const counted = known ?? { count: 0, examples: [] };
    if (!known && this.differences.size < MOST_PLACES) this.differences.set(where, counted);
    counted.count += 1;
    if (counted.examples.length >= MOST_EXAMPLES) return;
    counted.examples.push({ request, baseline: maskValue(where, baseline), candidate: maskValue(where, candidate) });
  }

  noteExpected(name: string): void {
    this.expected.set(name, (this.expected.get(name) ?? 0) + 1);
  }

  noteUnsteady(where: string): void {
    if (this.unsteady.size < MOST_PLACES) this.unsteady.set(where, (this.unsteady.get(where) ?? 0) + 1);
  }
}

/** What a run has found so far. Its size does not grow with the number of requests. */
export class Tally {
  readonly endpoints = new Map<string, EndpointTally>();
  /** Lines that were not sent, by why. */
  readonly skipped = new Map<string, number>();
  /** Requests that both answered with a success: without any nothing is proved. */
  successes = 0;
  /** Why the run ended early; null when it did not. */
  endedEarly: string | null = null;

  of(endpoint: string): EndpointTally {
    const known = this.endpoints.get(endpoint);
    if (known) return known;
    const tally = new EndpointTally();
    this.endpoints.set(endpoint, tally);
    return tally;
  }

  skip(reason: string): void {
    this.skipped.set(reason, (this.skipped.get(reason) ?? 0) + 1);
  }

  sum(what: 'equal' | 'different' | 'unanswered'): number {
    return [...this.endpoints.values()].reduce((total, tally) => total + tally[what], 0);
  }

  /** 0: everything that was sent was compared, and is the same, and some of it was a success. 1: differences. 2: not everything could be compared. */
  get exitCode(): 0 | 1 | 2 {
    if (this.sum('different') > 0) return 1;
    const isComplete = this.endedEarly === null && this.sum('unanswered') === 0 && this.successes > 0;
    return isComplete ? 0 : 2;
  }
}
