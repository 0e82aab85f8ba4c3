import type { MeteredCall } from '../process/metered-emulator.ts';

/** What work cost HubSpot. */
export interface Cost {
  /** Without the one-time discovery of association types. */
  calls: number;
  /** Waits for HubSpot: calls that run side by side are one. */
  rounds: number;
  /** Calls answered with 429. */
  refused: number;
  /** Bodies of the answers. */
  bytes: number;
  /** Milliseconds in which at least one call was under way. */
  busyMs: number;
}

/** Calls that an instance makes once in its life are not part of any request's cost. */
export function withoutDiscovery(calls: readonly MeteredCall[]): MeteredCall[] {
  return calls.filter(({ path }) => !path.endsWith('/labels'));
}

export function costOf(calls: readonly MeteredCall[]): Cost {
  const spans = busySpans(calls);
  return {
    calls: calls.length,
    rounds: spans.length,
    refused: calls.filter(({ status }) => status === 429).length,
    bytes: calls.reduce((sum, { bytes }) => sum + bytes, 0),
    busyMs: spans.reduce((sum, { from, to }) => sum + (to - from), 0),
  };
}

interface BusySpan {
  from: number;
  to: number;
  calls: MeteredCall[];
}

/** Stretches of time in which calls were under way: a new one begins when all earlier ones had been answered. */
export function busySpans(calls: readonly MeteredCall[]): BusySpan[] {
  const spans: BusySpan[] = [];
  for (const call of calls.toSorted((a, b) => a.startedAt - b.startedAt)) {
    const { startedAt, finishedAt } = call;
    const last = spans.at(-1);
    if (last && startedAt < last.to) {
      last.to = Math.max(last.to, finishedAt);
      last.calls.push(call);
    } else spans.push({ from: startedAt, to: finishedAt, calls: [call] });
  }
  return spans;
}

/** The calls an answer rests on: those that were over when it came. What was under way then goes on without it. */
export function awaited(calls: readonly MeteredCall[], answeredAt: number): MeteredCall[] {
  return calls.filter(({ finishedAt }) => finishedAt <= answeredAt);
}

/** Milliseconds until the answer in which at least one call was under way. */
export function busyUntil(calls: readonly MeteredCall[], answeredAt: number): number {
  const begun = calls.filter(({ startedAt }) => startedAt < answeredAt);
  return costOf(begun.map((call) => ({ ...call, finishedAt: Math.min(call.finishedAt, answeredAt) }))).busyMs;
}
