import { type Clock, sleep } from '../time/clock.ts';
import type { Log } from '../observability/log.ts';
import type { Telemetry } from '../observability/telemetry.ts';
import { waitingFor } from '../request/context.ts';
import type { HubSpotError } from './errors.ts';
import { retryDelayMs } from './retry-delay.ts';
import type { HubSpotRequest } from './transport.ts';

export interface RetryOptions {
  clock: Clock;
  /** Returns a number from 0 to 1. */
  random: () => number;
  log: Log;
  telemetry: Telemetry;
  /** Attempts of one call, the first included. */
  maxAttempts: number;
}

/** In milliseconds of the monotonic clock. */
export interface TimeLimits {
  /** When nobody waits for the answer any more. */
  deadlineAt: number;
  /** When an attempt that has not left yet leaves no more. */
  leaveBy: number;
}

/** The attempts of one call, however many requests it takes: their number, the pauses between them, and the end. */
export class Retries {
  readonly limits: TimeLimits;
  readonly #options: RetryOptions;
  readonly #call: Pick<HubSpotRequest, 'operation' | 'kind'>;
  #attempt = 1;
  #unanswered: HubSpotError | undefined;

  constructor(options: RetryOptions, call: Pick<HubSpotRequest, 'operation' | 'kind'>, limits: TimeLimits) {
    this.#options = options;
    this.#call = call;
    this.limits = limits;
  }

  /** Waits until the next attempt may be made; false, at once, when none may. */
  async pauseAfter(error: HubSpotError): Promise<boolean> {
    if (error.outcome === 'unknown') this.#unanswered = error;
    const { clock, random, log, telemetry, maxAttempts } = this.#options;
    const { operation, kind } = this.#call;
    if (this.#attempt >= maxAttempts) return false;
    const attempt = this.#attempt;
    const delayMs = retryDelayMs({ error, attempt, repeatable: kind !== 'write', random: random() });
    if (delayMs === null || clock.monotonicMs() + delayMs >= this.limits.leaveBy) return false;
    log.debug('HubSpot call retried', { operation, attempt, delayMs: Math.round(delayMs), reason: error.message });
    telemetry.note({ kind: 'retry', operation });
    await waitingFor(clock, 'retry', async () => sleep(clock, delayMs));
    this.#attempt += 1;
    return true;
  }

  /**
   * What to tell the caller when `last` ended it. A write is refused only when every copy of it was: as long as one is
   * unanswered it may still be carried out.
   */
  verdict(last: HubSpotError): HubSpotError {
    const { operation, kind } = this.#call;
    last.attempts = this.#attempt;
    if (kind === 'read' || last.outcome === 'unknown' || !this.#unanswered) return last;
    this.#options.log.warn('HubSpot write left unanswered', { operation, reason: last.message });
    this.#unanswered.attempts = this.#attempt;
    return this.#unanswered;
  }
}
