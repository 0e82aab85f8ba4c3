import type { Clock } from '../time/clock.ts';
import { beginWait, currentContext, type RequestContext, runInContext, shareContext } from '../request/context.ts';
import { HubSpotError, HubSpotTimeoutError } from './errors.ts';

/** What came of one input. */
export type Outcome<O> = O | HubSpotError;

export interface CoalescerOptions<I, O> {
  /** The calls' name in errors. */
  operation: string;
  clock: Clock;
  /** False carries out every submission by itself, at once. */
  enabled: boolean;
  /** Inputs that fit into one call: with so many waiting there is nothing to wait for. */
  maxInputs: number;
  /** Milliseconds that inputs wait for company, as things are now. */
  lingerMs: (company: Company) => number;
  /** Carries out what leaves together, in as many calls as it takes: one outcome per input, in the order of the inputs. */
  carryOut: (inputs: readonly I[]) => Promise<readonly Outcome<O>[]>;
  /** Calls an input back that may not have been sent yet. @returns whether it never was, and never will be. */
  withdraw?: (input: I) => boolean;
}

/** So long a batch waits for the one before it: a call that hangs must not hold up all others of its kind. */
const MAX_WAIT_IN_FLIGHT_MS = 1000;

/** What tells whether others are likely to come. */
export interface Company {
  /** Milliseconds since the last ones of the kind came; Infinity where none did. */
  gapMs: number;
  /** Whether those are not answered yet, or did not leave alone. */
  isCrowd: boolean;
  /** How many of the kind came within the last second. */
  perSecond: number;
}

/** Whom calls are made for. */
interface Asking {
  context: RequestContext | undefined;
}

function isUrgent({ context }: Asking): boolean {
  return context?.priority !== 'background';
}

interface Waiting<I, O> extends Asking {
  inputs: readonly I[];
  /** When its linger is over, in milliseconds of the monotonic clock. */
  dueAt: number;
  /** Its wait for company is over. */
  endWait: () => void;
  settle: (outcomes: readonly Outcome<O>[]) => void;
  fail: (error: unknown) => void;
}

/**
 * Lets calls of one kind that wait together leave together. A batch leaves when it is full, or when none of its kind is
 * under way and its linger is over. An idle process lingers for no time: a single call is not slowed down. Each caller
 * waits until its own deadline, the shared call until the last of them.
 */
export class Coalescer<I, O> {
  readonly #options: CoalescerOptions<I, O>;
  #isHurried = false;
  #waiting: Waiting<I, O>[] = [];
  /** Batches that have left and are not answered. */
  readonly #underWay = new Set<Asking>();
  /** When those of the last second came, and the last one before them, in milliseconds of the monotonic clock. */
  readonly #cameAt: number[] = [];
  /** How many left in the last batch. */
  #leftTogether = 0;
  #cancelTimer = () => {};
  #leaving = false;

  constructor(options: CoalescerOptions<I, O>) {
    this.#options = options;
  }

  /**
   * One outcome for each input, in their order.
   * @param lingerMs how long these may wait for company; by default as long as the load says.
   * @throws whatever `carryOut` throws that is no {@link HubSpotError}.
   */
  async submit(inputs: readonly I[], lingerMs = this.#usualLingerMs()): Promise<readonly Outcome<O>[]> {
    if (inputs.length === 0) return [];
    this.#noteArrival();
    const { clock, enabled, carryOut } = this.#options;
    if (!enabled) return carryOut(inputs);
    const { promise, resolve: settle, reject: fail } = Promise.withResolvers<readonly Outcome<O>[]>();
    const dueAt = clock.monotonicMs() + (this.#isHurried ? 0 : lingerMs);
    const waiting = { inputs, context: currentContext(), dueAt, endWait: beginWait(clock, 'linger'), settle, fail };
    this.#waiting.push(waiting);
    this.#plan();
    const cancel = this.#giveUpInTime(waiting);
    return promise.finally(cancel);
  }

  #usualLingerMs(): number {
    const now = this.#options.clock.monotonicMs();
    const last = this.#cameAt.at(-1) ?? -Infinity;
    this.#forgetArrivals(now);
    const isCrowd = this.#waiting.length + this.#underWay.size > 0 || this.#leftTogether > 1;
    return this.#options.lingerMs({ gapMs: now - last, isCrowd, perSecond: this.#cameAt.length });
  }

  #noteArrival(): void {
    const now = this.#options.clock.monotonicMs();
    this.#forgetArrivals(now);
    this.#cameAt.push(now);
  }

  /** Those before the last second. */
  #forgetArrivals(now: number): void {
    const recent = this.#cameAt.findIndex((at) => at > now - 1000);
    if (recent !== 0) this.#cameAt.splice(0, recent === -1 ? this.#cameAt.length : recent);
  }

  /** Lets all who wait for company leave now, and whoever comes from now on at once. */
  hurry(): void {
    this.#isHurried = true;
    for (const waiting of this.#waiting) waiting.dueAt = Math.min(waiting.dueAt, this.#options.clock.monotonicMs());
    this.#plan();
  }

  /** Nobody waits beyond their deadline, nor any longer for what may leave no more and has not left. */
  #giveUpInTime(waiting: Waiting<I, O>): () => void {
    const { clock } = this.#options;
    const { deadlineAt = Infinity, leaveBy = deadlineAt } = waiting.context ?? {};
    const isCalledBack = () => waiting.inputs.every((input) => this.#callBack(waiting, input));
    const cancels = [leaveBy, deadlineAt].filter(Number.isFinite).map((at) =>
      clock.schedule(at - clock.monotonicMs(), () => {
        if (at === deadlineAt || isCalledBack()) this.#giveUp(waiting);
      }),
    );
    return () => {
      for (const cancel of cancels) cancel();
    };
  }

  /** Sees when the waiting ones leave. */
  #plan(): void {
    this.#cancelTimer();
    if (this.#leaving || this.#waiting.length === 0) return;
    const { clock, maxInputs } = this.#options;
    const now = clock.monotonicMs();
    const isFull = this.#waiting.reduce((sum, { inputs }) => sum + inputs.length, 0) >= maxInputs;
    const dueAt = Math.min(...this.#waiting.map((waiting) => waiting.dueAt));
    const leavesAt = this.#isHeldUp() ? dueAt + MAX_WAIT_IN_FLIGHT_MS : dueAt;
    if (!isFull && leavesAt > now) {
      this.#cancelTimer = clock.schedule(leavesAt - now, () => this.#plan());
      return;
    }
    // Whoever asks in the same turn of the event loop still comes along.
    this.#leaving = true;
    setImmediate(() => void this.#leave());
  }

  /** What is under way for the background may itself be waiting for room: it holds no student up. */
  #isHeldUp(): boolean {
    return this.#waiting.some(isUrgent) ? [...this.#underWay].some(isUrgent) : this.#underWay.size > 0;
  }

  async #leave(): Promise<void> {
    this.#leaving = false;
    const batch = this.#waiting;
    this.#waiting = [];
    this.#leftTogether = batch.length;
    for (const { endWait } of batch) endWait();
    const context = shareContext(batch.flatMap((waiting) => waiting.context ?? []));
    const leaving = { context };
    this.#underWay.add(leaving);
    const inputs = batch.flatMap((waiting) => waiting.inputs);
    try {
      const carryOut = async () => this.#options.carryOut(inputs);
      const outcomes = await (context ? runInContext(context, carryOut) : carryOut());
      let start = 0;
      for (const { inputs: own, settle } of batch) settle(outcomes.slice(start, (start += own.length)));
    } catch (error) {
      for (const { inputs: own, settle, fail } of batch) {
        if (error instanceof HubSpotError) settle(own.map(() => error));
        else fail(error);
      }
    } finally {
      this.#underWay.delete(leaving);
      this.#plan();
    }
  }

  /** Its time is over: what has not left certainly was not carried out. */
  #giveUp(waiting: Waiting<I, O>): void {
    const { operation } = this.#options;
    const late = waiting.inputs.map((input) =>
      this.#callBack(waiting, input)
        ? new HubSpotTimeoutError(operation, `${operation}: the deadline passed before the call`, 'refused')
        : new HubSpotTimeoutError(operation, `${operation}: no answer before the deadline`),
    );
    this.#waiting = this.#waiting.filter((other) => other !== waiting);
    waiting.endWait();
    waiting.settle(late);
  }

  /** @returns whether the input was never sent, and never will be. */
  #callBack(waiting: Waiting<I, O>, input: I): boolean {
    const withdrawn = this.#options.withdraw?.(input) ?? false;
    return withdrawn || this.#waiting.includes(waiting);
  }
}
