import pLimit, { type LimitFunction } from 'p-limit';
import type { Telemetry } from '../observability/telemetry.ts';
import { beginWait, currentContext, waitingFor } from '../request/context.ts';
import type { Lease, RateBudget } from './budget.ts';
import {
  HubSpotApiError,
  HubSpotError,
  HubSpotNetworkError,
  HubSpotRateLimitError,
  HubSpotTimeoutError,
} from './errors.ts';
import { Retries, type RetryOptions, type TimeLimits } from './retries.ts';
import type { HubSpotRequest, Transport } from './transport.ts';

export interface CallExecutorOptions extends RetryOptions {
  transport: Transport;
  budget: RateBudget;
  /** Waits until all instances together have room for a call. @throws {HubSpotRateLimitError} */
  admit: (operation: string, leaveBy: number) => Promise<void>;
  telemetry: Telemetry;
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
    const context = currentContext();
    const deadlineAt = context?.deadlineAt ?? clock.monotonicMs() + defaultDeadlineMs;
    return new Retries(this.#options, call, { deadlineAt, leaveBy: context?.leaveBy ?? deadlineAt });
  }

  /**
   * The JSON of HubSpot's 2xx answer.
   * @throws {HubSpotError} the last attempt's, when no further one is allowed or fits before the deadline; for a write
   * that of an unanswered attempt, if there was one.
   */
  async execute(request: HubSpotRequest, retries = this.retries(request)): Promise<unknown> {
    for (;;) {
      try {
        return await this.#withinBudget(request, retries.limits);
      } catch (error) {
        if (!(error instanceof HubSpotError)) throw error;
        if (isRefusedSearch(error)) this.#options.budget.noteSearchRefused();
        if (!(await retries.pauseAfter(error))) throw retries.verdict(error);
      }
    }
  }

  /** The budget comes before the free place: calls that wait for HubSpot's limit must not take places from others. */
  async #withinBudget(request: HubSpotRequest, limits: TimeLimits): Promise<unknown> {
    const { budget, clock, admit } = this.#options;
    const { operation } = request;
    const lease = await waitingFor(clock, 'budget', async () => budget.acquire(operation, limits.leaveBy));
    try {
      await waitingFor(clock, 'budget', async () => admit(operation, limits.leaveBy));
      return await this.#inTurn(request, limits, lease);
    } finally {
      lease.end();
    }
  }

  /** Waits for a free place, but not longer than it may still leave. */
  async #inTurn(request: HubSpotRequest, limits: TimeLimits, lease: Lease): Promise<unknown> {
    const { clock } = this.#options;
    const { promise: outOfTime, reject } = Promise.withResolvers<never>();
    const endWait = beginWait(clock, 'budget');
    const cancel = clock.schedule(limits.leaveBy - clock.monotonicMs(), () => {
      endWait();
      reject(tooLate(request));
    });
    const attempt = this.#limit(async () => {
      cancel();
      endWait();
      return this.#attempt(request, limits, lease);
    });
    return Promise.race([attempt, outOfTime]);
  }

  async #attempt(request: HubSpotRequest, { deadlineAt, leaveBy }: TimeLimits, lease: Lease): Promise<unknown> {
    const { transport, clock, attemptTimeoutMs } = this.#options;
    const now = clock.monotonicMs();
    if (now >= leaveBy) throw tooLate(request);
    const { bodyAtDeparture } = request;
    const ready = bodyAtDeparture ? { ...request, body: bodyAtDeparture() } : request;
    lease.left();
    const timeoutMs = Math.min(attemptTimeoutMs, deadlineAt - now);
    const send = async () => transport(ready, timeoutMs, (reading) => lease.answered(reading));
    return this.#counted(request, async () => waitingFor(clock, 'hubspot', send, request.operation));
  }

  async #counted<T>({ operation }: HubSpotRequest, send: () => Promise<T>): Promise<T> {
    const { telemetry, clock, budget } = this.#options;
    if (!telemetry.isOn) return send();
    const startedMs = clock.monotonicMs();
    const isNearMiss = budget.pressure > NEAR_MISS_SHARE;
    let outcome = '2xx';
    try {
      return await send();
    } catch (error) {
      outcome = outcomeName(error);
      throw error;
    } finally {
      telemetry.note({ kind: 'call', operation, outcome, durationMs: clock.monotonicMs() - startedMs, isNearMiss });
    }
  }
}

/** A call that leaves less room than this in HubSpot's window nearly did not fit. */
const NEAR_MISS_SHARE = 0.9;

function outcomeName(error: unknown): string {
  if (error instanceof HubSpotApiError) return String(error.status);
  if (error instanceof HubSpotRateLimitError) return '429';
  if (error instanceof HubSpotTimeoutError) return 'timeout';
  return error instanceof HubSpotNetworkError ? 'network' : 'unreadable';
}

/** By HubSpot, not by our own budget. */
function isRefusedSearch(error: HubSpotError): boolean {
  return error instanceof HubSpotRateLimitError && !error.isOurs && error.operation === 'objects.search';
}

function tooLate({ operation }: HubSpotRequest): HubSpotTimeoutError {
  return new HubSpotTimeoutError(operation, `${operation}: the deadline passed before the call`, 'refused');
}
