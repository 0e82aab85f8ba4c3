import { type Clock, TIMED_OUT, waitAtMost } from '../time/clock.ts';

/** Keys whose failures are remembered. Beyond that those that failed longest ago are forgotten: memory stays bounded. */
const MAX_KEYS = 50_000;

/** Why an attempt may not begin: too many have `failed`, with milliseconds to wait, or are `undecided` by its deadline. */
export type Refusal = { reason: 'failed'; retryAfterMs: number } | { reason: 'undecided' };

/** A key's attempts that are not decided yet. */
interface UnderWay {
  count: number;
  /** Those that wait to begin, in the order in which they came. */
  waiting: Set<(outcome: Refusal | null) => void>;
}

/**
 * Bounds failures by key: those of the last `windowMs` and the attempts under way together never exceed the limit. What
 * would exceed it waits until others are decided, so that many right attempts at once pass and many wrong ones do not.
 */
export class FailureLimit {
  readonly #clock: Clock;
  readonly #limit: number;
  readonly #windowMs: number;
  /** When each key failed; keys in the order of their last failure. */
  readonly #failures = new Map<string, readonly number[]>();
  /** No larger than the number of requests under way. */
  readonly #underWay = new Map<string, UnderWay>();

  /** @param limit failures per window; 0 for no limit. */
  constructor(clock: Clock, limit: number, windowMs: number) {
    this.#clock = clock;
    this.#limit = limit;
    this.#windowMs = windowMs;
  }

  /**
   * Begins an attempt, if need be after waiting for others until `deadlineAt` of the monotonic clock.
   * @returns null when it may go on; then it has to {@link end}.
   */
  async begin(key: string, deadlineAt: number): Promise<Refusal | null> {
    if (this.#limit === 0) return null;
    const underWay = this.#underWay.get(key) ?? { count: 0, waiting: new Set() };
    this.#underWay.set(key, underWay);
    const { promise, resolve } = Promise.withResolvers<Refusal | null>();
    underWay.waiting.add(resolve);
    this.#letIn(key, underWay);
    if (!underWay.waiting.has(resolve)) return promise;
    const outcome = await waitAtMost(this.#clock, deadlineAt - this.#clock.monotonicMs(), promise);
    // Let in at the very moment of the deadline it still holds its place.
    if (outcome !== TIMED_OUT || !underWay.waiting.delete(resolve)) return promise;
    return { reason: 'undecided' };
  }

  /** Ends an attempt that {@link begin} let in. */
  end(key: string): void {
    const underWay = this.#underWay.get(key);
    if (!underWay) return;
    underWay.count -= 1;
    this.#letIn(key, underWay);
  }

  /** Counts a failure; to be called before the attempt ends. */
  fail(key: string): void {
    if (this.#limit === 0) return;
    const now = this.#clock.monotonicMs();
    const failures = [...this.#recentFailures(key), now];
    this.#failures.delete(key);
    this.#failures.set(key, failures);
    for (const [other, times] of this.#failures) {
      if (this.#isRecent(times.at(-1) ?? 0) && this.#failures.size <= MAX_KEYS) return;
      this.#failures.delete(other);
    }
  }

  /** Lets in whoever waits and has room, or refuses them all. */
  #letIn(key: string, underWay: UnderWay): void {
    const failures = this.#recentFailures(key);
    const [oldest = 0] = failures;
    const retryAfterMs = oldest + this.#windowMs - this.#clock.monotonicMs();
    const isSpent = failures.length >= this.#limit;
    for (const resolve of underWay.waiting) {
      if (!isSpent && failures.length + underWay.count >= this.#limit) break;
      if (!isSpent) underWay.count += 1;
      underWay.waiting.delete(resolve);
      resolve(isSpent ? { reason: 'failed', retryAfterMs } : null);
    }
    if (underWay.count === 0 && underWay.waiting.size === 0) this.#underWay.delete(key);
  }

  #recentFailures(key: string): readonly number[] {
    return (this.#failures.get(key) ?? []).filter((at) => this.#isRecent(at));
  }

  #isRecent(at: number): boolean {
    return at + this.#windowMs > this.#clock.monotonicMs();
  }
}
