import { type Clock, TIMED_OUT, waitAtMost } from '../time/clock.ts';
import { AppError } from '../contract/errors.ts';
import { waitingFor } from '../request/context.ts';

/** Lets one piece of work at a time run per key, in the order of arrival. A shared store can take its place. */
export interface KeyedLock {
  /**
   * Runs `work` once everybody who asked for `key` before is done.
   * @throws {AppError} `RATE_LIMITED` when its turn does not come in time; `work` has then not begun.
   */
  withLock<T>(key: string, work: () => Promise<T>): Promise<T>;
}

/** A {@link KeyedLock} among the requests of this process. */
export class InProcessLock implements KeyedLock {
  readonly #clock: Clock;
  readonly #maxWaitMs: number;
  /** Per key, what the last one in line leaves behind when it is done. */
  readonly #tails = new Map<string, Promise<void>>();

  constructor(clock: Clock, maxWaitMs: number) {
    this.#clock = clock;
    this.#maxWaitMs = maxWaitMs;
  }

  async withLock<T>(key: string, work: () => Promise<T>): Promise<T> {
    const ahead = this.#tails.get(key);
    const { promise: done, resolve: release } = Promise.withResolvers<void>();
    const tail = ahead ? ahead.then(async () => done) : done;
    this.#tails.set(key, tail);
    try {
      if (ahead) await this.#waitFor(ahead);
      return await work();
    } finally {
      release();
      void this.#endLine(key, tail);
    }
  }

  /** Whoever gave up waiting leaves the line to those ahead: it ends only when they are done, too. */
  async #endLine(key: string, tail: Promise<void>): Promise<void> {
    await tail;
    if (this.#tails.get(key) === tail) this.#tails.delete(key);
  }

  async #waitFor(ahead: Promise<void>): Promise<void> {
    const wait = async () => waitAtMost(this.#clock, this.#maxWaitMs, ahead);
    if ((await waitingFor(this.#clock, 'lock', wait)) === TIMED_OUT) {
      throw new AppError(
        'RATE_LIMITED',
        'Another of your requests is still in progress. Please try again in a moment.',
        { retryAfterSeconds: 5 },
      );
    }
  }
}
