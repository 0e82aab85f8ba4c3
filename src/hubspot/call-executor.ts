import pLimit, { type LimitFunction } from 'p-limit';
import { beginWait, currentContext, waitingFor } from '../request/context.ts';
import type { Lease, RateBudget } from './budget.ts';
import { HubSpotError, HubSpotTimeoutError } from './errors.ts';
import { Retries, type RetryOptions } from './retries.ts';
import type { HubSpotRequest, Transport } from './transport.ts';

export interface CallExecutorOptions extends RetryOptions {
  transport: Transport;
  budget: RateBudget;
  /** Calls under way at once. */
  maxConcurrency: number;
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

  /** What a call that takes several requests shares between them. */
  retries(call: Pick<HubSpotRequest, 'operation' | 'kind'>): Retries {
    const { clock, defaultDeadlineMs } = this.#options;
    const deadlineAt = currentContext()?.deadlineAt ?? clock.monotonicMs() + defaultDeadlineMs;
    return new Retries(this.#options, call, deadlineAt);
  }

  /**
   * The JSON of HubSpot's 2xx answer.
   * @throws {HubSpotError} the last attempt's, when no further one is allowed or fits before the deadline; for a write
   * that of an unanswered attempt, if there was one.
   */
  async execute(request: HubSpotRequest, retries = this.retries(request)): Promise<unknown> {
    for (;;) {
      try {
        return await this.#withinBudget(request, retries.deadlineAt);
      } catch (error) {
        if (!(error instanceof HubSpotError)) throw error;
        if (!(await retries.pauseAfter(error))) throw retries.verdict(error);
      }
    }
  }

  /** The budget comes before the free place: calls that wait for HubSpot's limit must not take places from others. */
  async #withinBudget(request: HubSpotRequest, deadlineAt: number): Promise<unknown> {
    const { budget, clock } = this.#options;
    const lease = await waitingFor(clock, 'budget', async () => budget.acquire(request.operation, deadlineAt));
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
    const endWait = beginWait(clock, 'budget');
    const cancel = clock.schedule(deadlineAt - clock.monotonicMs(), () => {
      endWait();
      reject(tooLate(request));
    });
    const attempt = this.#limit(async () => {
      cancel();
      endWait();
      return this.#attempt(request, deadlineAt, lease);
    });
    return Promise.race([attempt, outOfTime]);
  }

  async #attempt(request: HubSpotRequest, deadlineAt: number, lease: Lease): Promise<unknown> {
    const { transport, clock, attemptTimeoutMs } = this.#options;
    const timeoutMs = Math.min(attemptTimeoutMs, deadlineAt - clock.monotonicMs());
    if (timeoutMs <= 0) throw tooLate(request);
    lease.left();
    return waitingFor(clock, 'hubspot', async () =>
      transport(request, timeoutMs, (reading) => lease.answered(reading)),
    );
  }
}

function tooLate({ operation }: HubSpotRequest): HubSpotTimeoutError {
  return new HubSpotTimeoutError(operation, `${operation}: the deadline passed before the call`, 'refused');
}
