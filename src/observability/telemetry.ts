import type { RequestContext } from '../request/context.ts';

/** A request that was answered. */
export interface ServedRequest {
  method: string;
  /** The URL pattern; `none` when no route fits. */
  route: string;
  status: number;
  /** The error code of the answer. */
  code: string | undefined;
  /** By the wall clock, in epoch milliseconds. */
  endedAtMs: number;
  durationMs: number;
  context: RequestContext;
}

/** Something that an operator may want to see counted. Durations in milliseconds. */
export type Signal =
  | { kind: 'request'; request: ServedRequest }
  /** One attempt of a HubSpot call; `outcome` is HubSpot's status, or why there is none. `isNearMiss`: little room left. */
  | { kind: 'call'; operation: string; outcome: string; durationMs: number; isNearMiss: boolean }
  | { kind: 'retry'; operation: string }
  | { kind: 'batch'; operation: string; inputs: number }
  /** Time from a change in HubSpot to the event about it. */
  | { kind: 'webhook'; lagMs: number }
  | { kind: 'overbooked'; examId: string };

/** What is not taken in yet is kept up to this number. */
const MOST_PENDING = 10_000;

/**
 * Where signals go. While monitoring is off they are dropped; while its code is not loaded yet they wait, so that counting
 * begins with the process and no answer waits for it.
 */
export class Telemetry {
  readonly isOn: boolean;
  #pending: Signal[] = [];
  #take: ((signal: Signal) => void) | undefined;

  constructor(isOn: boolean) {
    this.isOn = isOn;
  }

  note(signal: Signal): void {
    if (!this.isOn) return;
    if (this.#take) this.#take(signal);
    else if (this.#pending.length < MOST_PENDING) this.#pending.push(signal);
  }

  /** Hands over what came so far, and everything from now on. */
  connect(take: (signal: Signal) => void): void {
    this.#take = take;
    for (const signal of this.#pending) take(signal);
    this.#pending = [];
  }
}
