import { type Clock, TIMED_OUT, waitAtMost } from '../time/clock.ts';
import { currentContext, newContext, runInContext, waitingFor } from '../request/context.ts';
import { HubSpotTimeoutError, isTransient } from './errors.ts';

const DAY_MS = 86_400_000;

interface Fact<T> {
  at: number;
  value: Promise<T>;
}

/**
 * Facts about an account that hardly ever change: asked for once a day, by whoever needs them first, for all. Nobody waits
 * for them beyond their own deadline, nor for longer because of who asked first.
 */
export class DailyFacts<T> {
  readonly #clock: Clock;
  readonly #loadDeadlineMs: number;
  readonly #facts = new Map<string, Fact<T>>();

  /** @param loadDeadlineMs milliseconds one look-up may take. */
  constructor(clock: Clock, loadDeadlineMs: number) {
    this.#clock = clock;
    this.#loadDeadlineMs = loadDeadlineMs;
  }

  /**
   * @throws {HubSpotTimeoutError} when it does not arrive before the deadline of who asks, and whatever `load` throws; of
   * somebody else's look-up that failed in passing nobody hears, they look up once themselves.
   */
  async get(key: string, load: () => Promise<T>): Promise<T> {
    const known = this.#facts.get(key);
    if (!known || this.#clock.monotonicMs() - known.at >= DAY_MS) return this.#arrival(key, this.#begin(key, load));
    try {
      return await this.#arrival(key, known);
    } catch (error) {
      if (!isTransient(error) || this.#facts.get(key) === known) throw error;
      return this.#arrival(key, this.#facts.get(key) ?? this.#begin(key, load));
    }
  }

  /** In a context of its own, on the bill of who began it. */
  #begin(key: string, load: () => Promise<T>): Fact<T> {
    const own = newContext(this.#clock.monotonicMs(), this.#loadDeadlineMs);
    const { usage, requestId } = currentContext() ?? own;
    const fact = { at: this.#clock.monotonicMs(), value: runInContext({ ...own, usage, requestId }, load) };
    this.#facts.set(key, fact);
    fact.value.catch(() => {
      if (this.#facts.get(key) === fact) this.#facts.delete(key);
    });
    return fact;
  }

  async #arrival(key: string, { value }: Fact<T>): Promise<T> {
    const leftMs = (currentContext()?.deadlineAt ?? Infinity) - this.#clock.monotonicMs();
    const arrived = await waitingFor(this.#clock, 'shared', async () => waitAtMost(this.#clock, leftMs, value));
    if (arrived !== TIMED_OUT) return arrived;
    throw new HubSpotTimeoutError('account', `${key} was not told before the deadline`, 'refused');
  }
}
