import { type Clock, TIMED_OUT, waitAtMost } from '../time/clock.ts';
import { AppError } from '../contract/errors.ts';
import { currentContext, waitingFor } from '../request/context.ts';

/** A lock that is held. */
export interface HeldLock {
  /** Whether nobody else has held it, or waited for it, since the time that was asked about. */
  wasFree: boolean;
  /** Whether it is held still. */
  isHeld(): boolean;
  release(): void;
}

export interface LockWish {
  /** Milliseconds; by default as long as a request may wait, and not beyond its deadline. */
  maxWaitMs?: number;
  /** What is known rests on nothing older, in milliseconds of the monotonic clock; nothing is known, if nothing is said. */
  sinceMs?: number;
}

/** When a key was released is known for so long, in milliseconds: longer than what a request knows can be old. */
const REMEMBERED_MS = 60_000;

/** Lets one at a time have a key, in the order of arrival. */
export interface KeyedLock {
  /** Whether nobody can hold a key that is held here, as far as is known. */
  readonly isExclusive: boolean;
  /**
   * Waits until everybody who asked for `key` before is done.
   * @throws {AppError} `RATE_LIMITED` when its turn does not come in time.
   */
  take(key: string, wish?: LockWish): Promise<HeldLock>;
}

/** A {@link KeyedLock} among the requests of this process. */
export class InProcessLock implements KeyedLock {
  readonly isExclusive: boolean;
  readonly #clock: Clock;
  readonly #maxWaitMs: number;
  /** Per key, what the last one in line leaves behind when it is done. */
  readonly #tails = new Map<string, Promise<void>>();
  /** When each was released last, in milliseconds of the monotonic clock; oldest first. */
  readonly #releasedAtMs = new Map<string, number>();

  /** @param isExclusive whether this process is the only one. */
  constructor(clock: Clock, maxWaitMs: number, isExclusive: boolean) {
    this.isExclusive = isExclusive;
    this.#clock = clock;
    this.#maxWaitMs = maxWaitMs;
  }

  async take(key: string, wish: LockWish = {}): Promise<HeldLock> {
    const { maxWaitMs = this.patienceMs(), sinceMs = Infinity } = wish;
    const ahead = this.#tails.get(key);
    const wasFree = ahead === undefined && (this.#releasedAtMs.get(key) ?? -Infinity) < sinceMs;
    const { promise: done, resolve } = Promise.withResolvers<void>();
    const tail = ahead ? ahead.then(async () => done) : done;
    this.#tails.set(key, tail);
    void this.#endLine(key, tail);
    let isHeld = true;
    const release = () => {
      if (isHeld) this.#noteRelease(key);
      isHeld = false;
      resolve();
    };
    if (ahead) await this.#waitFor(ahead, maxWaitMs, release);
    return { wasFree, isHeld: () => isHeld, release };
  }

  #noteRelease(key: string): void {
    const now = this.#clock.monotonicMs();
    this.#releasedAtMs.delete(key);
    this.#releasedAtMs.set(key, now);
    for (const [oldest, atMs] of this.#releasedAtMs) {
      if (now - atMs <= REMEMBERED_MS) break;
      this.#releasedAtMs.delete(oldest);
    }
  }

  /** Milliseconds that the current request may wait. */
  patienceMs(): number {
    const leftMs = (currentContext()?.deadlineAt ?? Infinity) - this.#clock.monotonicMs();
    return Math.min(this.#maxWaitMs, leftMs);
  }

  /** Whoever gave up waiting leaves the line to those ahead: it ends only when they are done, too. */
  async #endLine(key: string, tail: Promise<void>): Promise<void> {
    await tail;
    if (this.#tails.get(key) === tail) this.#tails.delete(key);
  }

  async #waitFor(ahead: Promise<void>, maxWaitMs: number, giveUp: () => void): Promise<void> {
    const wait = async () => waitAtMost(this.#clock, maxWaitMs, ahead);
    if ((await waitingFor(this.#clock, 'lock', wait)) !== TIMED_OUT) return;
    giveUp();
    throw lockedOut();
  }
}

export function lockedOut(): AppError {
  const message = 'Another of your requests is still in progress. Please try again in a moment.';
  return new AppError('RATE_LIMITED', message, { retryAfterSeconds: 5 });
}
