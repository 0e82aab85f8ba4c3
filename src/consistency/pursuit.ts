import { type Clock, type Freshness, sleep } from '../time/clock.ts';
import { waitingFor } from '../request/context.ts';
import type { Debt, Debts } from './debts.ts';
import type { Turn } from './turn.ts';

/** It cannot be told what came of a write: somebody has to check it. */
export class UnclearError extends Error {
  override readonly name = 'UnclearError';
}

/** Somebody else carries the debt on: this instance did not get to it for too long. */
export class TakenOverError extends Error {
  override readonly name = 'TakenOverError';
}

/** What an unanswered write has come to is looked for at once and then so many milliseconds later. */
const LOOKS_AFTER_MS = [0, 2000, 5000, 10_000, 25_000, 60_000];
/** So often when the process is about to end, in milliseconds. */
const LAST_LOOKS_EVERY_MS = 500;

/** So many attempts are kept back for the undoing of a booking. */
const UNDO_ATTEMPTS = 3;

/** What a write rests on. */
export interface Base {
  /** When it was asked for, in milliseconds of the monotonic clock. */
  readAtMs: number;
  isFresh: Freshness;
}

export interface PursuitOptions {
  clock: Clock;
  debts: Debts;
  /** Milliseconds after which a write that was not answered is not carried out any more. */
  horizonMs: number;
  /** Milliseconds that one attempt may take. */
  attemptMs: number;
}

/**
 * The work on one debt, from its first attempt to its end. The student's turn is held during attempts and looks, and given
 * to their other requests in the pauses between.
 */
export class Pursuit {
  readonly debt: Debt;
  readonly #options: PursuitOptions;
  readonly #turn: Turn;
  /** Since when nobody else can have had the turn, in milliseconds of the monotonic clock. */
  #turnSinceMs = -Infinity;

  constructor(options: PursuitOptions, debt: Debt, turn: Turn) {
    this.#options = options;
    this.debt = debt;
    this.#turn = turn;
  }

  /** When a write that leaves now is too old to be carried out, in milliseconds of the monotonic clock. */
  get closesAtMs(): number {
    return this.#options.clock.monotonicMs() + this.#options.horizonMs;
  }

  /** The latest time for an attempt, in milliseconds of the monotonic clock: what is not paid has to be undone after it. */
  get latestMs(): number {
    const { attemptMs } = this.#options;
    const { kind, stage, deadlineAt } = this.debt;
    const left = kind === 'booking' && stage !== 'undoing' ? 1 + UNDO_ATTEMPTS : 1;
    return deadlineAt - left * attemptMs;
  }

  /** Whether a write may leave: the turn is held, what it rests on holds still, and a whole attempt fits in. */
  mayWrite(base?: Base): boolean {
    return this.#turn.isHeld() && (!base || this.holdsStill(base)) && this.hasTime;
  }

  /** Whether what was read is fresh, and nobody else can have had the turn since. */
  holdsStill({ readAtMs, isFresh }: Base): boolean {
    return readAtMs >= this.#turnSinceMs && isFresh();
  }

  /** Whether one more attempt fits in. */
  get hasTime(): boolean {
    const now = this.#options.clock.monotonicMs();
    return now <= this.latestMs && now < this.#options.debts.stopsAtMs;
  }

  get isStopping(): boolean {
    return this.#options.debts.stopsAtMs < Infinity;
  }

  /** Nothing is done before that time, in milliseconds of the monotonic clock: whoever waits for more need not wait. */
  async postpone(untilMs: number): Promise<void> {
    this.debt.nextLookAtMs = untilMs;
    await this.#options.debts.save(this.debt);
    await this.pause(untilMs - this.#options.clock.monotonicMs());
  }

  /** Lets others have their turn for so long. */
  async pause(durationMs: number): Promise<void> {
    await this.giveWay(async () => sleep(this.#options.clock, durationMs));
  }

  /** Lets others have their turn while `wait` lasts. @throws {TakenOverError} */
  async giveWay(wait: () => Promise<void>): Promise<void> {
    await waitingFor(this.#options.clock, 'confirmation', async () => {
      this.#turn.release();
      await wait();
      await this.reclaim();
    });
  }

  /** Has the turn, also when it was lost while this instance stood still. @throws {TakenOverError} */
  async reclaim(): Promise<void> {
    if (await this.#turn.retake()) this.#turnSinceMs = this.#options.clock.monotonicMs();
    if (!this.#options.debts.isOwn(this.debt)) throw new TakenOverError('the debt was taken over');
  }

  /**
   * Times at which to look what has come of a write, with the turn held; true for the last one, when a write that is not
   * seen by then will not be carried out. It ends early when time is up, or when the process is about to end.
   * @throws {TakenOverError}
   */
  async *looks(): AsyncGenerator<boolean> {
    const { clock, debts, horizonMs } = this.#options;
    const startedAtMs = clock.monotonicMs();
    const delays = [...LOOKS_AFTER_MS.filter((ms) => ms < horizonMs), horizonMs];
    for (const delayMs of delays) {
      this.debt.nextLookAtMs = startedAtMs + delayMs;
      await debts.save(this.debt);
      while (clock.monotonicMs() < this.debt.nextLookAtMs) {
        const leftMs = this.debt.nextLookAtMs - clock.monotonicMs();
        const pauseMs = this.isStopping ? Math.min(leftMs, LAST_LOOKS_EVERY_MS) : leftMs;
        await this.giveWay(async () => debts.untilWanted(this.debt, pauseMs));
        if (clock.monotonicMs() >= debts.stopsAtMs) return;
        if (clock.monotonicMs() >= this.debt.nextLookAtMs) break;
        yield false;
      }
      if (!this.hasTime) return;
      yield delayMs === horizonMs;
    }
  }
}
