import pLimit, { type LimitFunction } from 'p-limit';
import { type Clock, sleep } from '../time/clock.ts';
import { currentContext } from '../request/context.ts';
import type { Log } from '../observability/log.ts';
import type { Lease, RateBudget } from './budget.ts';
import { HubSpotError, HubSpotTimeoutError } from './errors.ts';
import { retryDelayMs } from './retry.ts';
import type { HubSpotRequest, Transport } from './transport.ts';

export interface CallExecutorOptions {
  transport: Transport;
  budget: RateBudget;
  clock: Clock;
  /** Returns a number from 0 to 1. */
  random: () => number;
  log: Log;
  /** Calls under way at once. */
  maxConcurrency: number;
  /** Attempts of one call, the first included. */
  maxAttempts: number;
  /** Milliseconds after which one attempt is aborted. */
  attemptTimeoutMs: number;
  /** Milliseconds a call may take, repeats included, when no request context says otherwise. */
  defaultDeadlineMs: number;
}

/**
 * Makes calls: inside HubSpot's limits, with bounded concurrency and repeats where the rules allow them, everything
 * before the request's deadline.
 */
export class CallExecutor {
  readonly #options: CallExecutorOptions;
  readonly #limit: LimitFunction;

  constructor(options: CallExecutorOptions) {
    this.#options = options;
    this.#limit = pLimit(options.maxConcurrency);
  }

  /** Attempts under way. */
  get activeCount(): number {
    return this.#limit.activeCount;
  }

  /** Attempts waiting for a free place. */
  get pendingCount(): number {
    return this.#limit.pendingCount;
  }

  /**
   * The JSON of HubSpot's 2xx answer.
   * @throws {HubSpotError} the last attempt's, when no further one is allowed or fits before the deadline.
   */
  async execute(request: HubSpotRequest): Promise<unknown> {
    const { clock, random, log, maxAttempts, defaultDeadlineMs } = this.#options;
    const deadlineAt = currentContext()?.deadlineAt ?? clock.monotonicMs() + defaultDeadlineMs;
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.#withinBudget(request, deadlineAt);
      } catch (error) {
        if (!(error instanceof HubSpotError) || attempt >= maxAttempts) throw error;
        const delayMs = retryDelayMs({ error, attempt, repeatable: request.repeatable, random: random() });
        if (delayMs === null || clock.monotonicMs() + delayMs >= deadlineAt) throw error;
        log.warn('HubSpot call repeated', { operation: request.operation, attempt, delayMs, reason: error.message });
        await sleep(clock, delayMs);
      }
    }
  }

  /** The budget comes before the free place: calls that wait for HubSpot's limit must not take places from others. */
  async #withinBudget(request: HubSpotRequest, deadlineAt: number): Promise<unknown> {
    const lease = await this.#options.budget.acquire(request.operation, deadlineAt);
    try {
      return await this.#inTurn(request, deadlineAt, lease);
    } finally {
      lease.end();
    }
  }

  /** Waits for a free place, but not past the deadline. */
  async #inTurn(request: HubSpotRequest, deadlineAt: number, lease: Lease): Promise<unknown> {
    const { clock } = this.#options;
    const { promise: outOfTime, reject } = Promise.withResolvers<never>();
    const giveUp = () => reject(tooLate(request));
    const cancel = clock.schedule(Math.max(0, deadlineAt - clock.monotonicMs()), giveUp);
    const attempt = this.#limit(async () => {
      cancel();
      return this.#attempt(request, deadlineAt, lease);
    });
    return Promise.race([attempt, outOfTime]);
  }

  async #attempt(request: HubSpotRequest, deadlineAt: number, lease: Lease): Promise<unknown> {
    const { transport, clock, attemptTimeoutMs } = this.#options;
    const timeoutMs = Math.min(attemptTimeoutMs, deadlineAt - clock.monotonicMs());
    if (timeoutMs <= 0) throw tooLate(request);
    const usage = currentContext()?.usage;
    usage?.begin(clock.monotonicMs());
    try {
      return await transport(request, timeoutMs, (reading) => lease.answered(reading));
    } finally {
      usage?.end(clock.monotonicMs());
    }
  }
}

function tooLate({ operation }: HubSpotRequest): HubSpotTimeoutError {
  return new HubSpotTimeoutError(operation, `${operation}: the deadline passed before the call`, 'refused');
}
