import { EXPECTED } from './expected.ts';
import type { Counted, EndpointTally, Tally } from './tally.ts';

/** What a run has found, as plain values: for JSON, and for the texts made of it. */
export interface Report {
  verdict: string;
  exitCode: number;
  endedEarly: string | null;
  skipped: Record<string, number>;
  expected: { name: string; reason: string; count: number }[];
  endpoints: EndpointReport[];
}

export interface EndpointReport {
  endpoint: string;
  equal: number;
  different: number;
  unanswered: number;
  /** Why, and how often. */
  reasons: Record<string, number>;
  latency: { baseline: Latency; candidate: Latency; p50Ratio: number | null };
  differences: ({ where: string } & Counted)[];
  differsByItself: Record<string, number>;
}

/** Milliseconds. */
interface Latency {
  p50: number;
  p95: number;
}

export function toReport(tally: Tally): Report {
  const endpoints = [...tally.endpoints].map(([endpoint, counts]) => toEndpoint(endpoint, counts));
  const expected = EXPECTED.map(({ name, reason }) => ({
    name,
    reason,
    count: [...tally.endpoints.values()].reduce((sum, counts) => sum + (counts.expected.get(name) ?? 0), 0),
  }));
  const skipped = Object.fromEntries(tally.skipped);
  const { exitCode, endedEarly } = tally;
  return { verdict: verdictOf(tally), exitCode, endedEarly, skipped, expected, endpoints };
}

function verdictOf(tally: Tally): string {
  const [equal, different, unanswered] = (['equal', 'different', 'unanswered'] as const).map((what) => tally.sum(what));
  const compared = `${(equal ?? 0) + (different ?? 0)} requests compared: ${equal} the same, ${different} different`;
  const failed = unanswered ? `; ${unanswered} not answered` : '';
  const early = tally.endedEarly === null ? '' : `. Ended early: ${tally.endedEarly}`;
  const nothing = tally.successes === 0 ? '. No request was a success on both sides, so nothing is proved' : '';
  return `${compared}${failed}${early}${nothing}.`;
}

function toEndpoint(endpoint: string, counts: EndpointTally): EndpointReport {
  const { equal, different, unanswered, differences, unsteady } = counts;
  const baseline = toLatency(counts.latency.baseline);
  const candidate = toLatency(counts.latency.candidate);
  return {
    endpoint,
    equal,
    different,
    unanswered,
    reasons: Object.fromEntries(counts.reasons),
    latency: { baseline, candidate, p50Ratio: candidate.p50 > 0 ? baseline.p50 / candidate.p50 : null },
    differences: [...differences]
      .map(([where, counted]) => ({ where, ...counted }))
      .toSorted((left, right) => right.count - left.count),
    differsByItself: Object.fromEntries(unsteady),
  };
}

function toLatency(histogram: EndpointTally['latency']['baseline']): Latency {
  if (histogram.count === 0) return { p50: 0, p95: 0 };
  return { p50: histogram.percentile(50) / 1000, p95: histogram.percentile(95) / 1000 };
}
