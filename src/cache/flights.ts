import { type Clock, TIMED_OUT, waitAtMost } from '../time/clock.ts';
import { currentContext, newContext, type RequestContext, runInContext, waitingFor } from '../request/context.ts';
import { deepFreeze } from './deep-freeze.ts';
import { type CacheKey, tagsOf } from './entry.ts';
import type { EntryStore, Reading } from './entry-store.ts';
import type { CacheCounters } from './stats.ts';

/** Brings a value; what else it brings along it may keep through the reading. */
export type Load<T> = (reading: Reading) => Promise<T>;

/** A load under way that whoever asks for the same key may wait for. */
interface Flight {
  reading: Reading;
  value: Promise<unknown>;
  context: RequestContext;
  /** Whether it began as background work, which has to be content with what HubSpot's limits leave over. */
  isBackground: boolean;
}

export interface FlightOptions {
  clock: Clock;
  /** Milliseconds a load may take at least, however little time is left to who began it. */
  loadDeadlineMs: number;
  /** Whether a failure is an outage, which passes; a bug does not. */
  isOutage: (error: unknown) => boolean;
  /** An outage for who waited for a value of that kind until its deadline. */
  late: (kind: string) => Error;
}

/** What somebody takes who may have to wait. */
export interface FlightWish {
  /** The load must not have begun before this time, in milliseconds of the monotonic clock. */
  notBefore: number;
  waitMs: number;
  /** The load is part of one that is counted by itself. */
  isPart: boolean;
}

/** So long after a load began, whoever may not have what it brings waits for its end, to share the next one. */
const FOLLOW_WITHIN_MS = 1000;

/** The loads under way, one per key: the latest, where an earlier one was overtaken by a drop. */
export class Flights {
  readonly #options: FlightOptions;
  readonly #store: EntryStore;
  readonly #counters: CacheCounters;
  readonly #flights = new Map<string, Flight>();

  constructor(options: FlightOptions, store: EntryStore, counters: CacheCounters) {
    this.#options = options;
    this.#store = store;
    this.#counters = counters;
  }

  has(name: string): boolean {
    return this.#flights.has(name);
  }

  names(): Iterable<string> {
    return this.#flights.keys();
  }

  /**
   * What the load under way brings if that will do, and else what a new one does. It is waited for until the deadline
   * of who waits.
   * @throws whatever the load throws, or that it is late.
   */
  async share<T>(key: CacheKey<T>, load: Load<T>, wish: FlightWish): Promise<T> {
    const asked = this.#store.nextMark();
    const joined = this.#flights.get(key.key);
    if (joined && this.#isCurrent(joined, key, wish)) {
      try {
        const value = (await this.#arrival(joined, key, wish)) as T;
        if (!this.#store.isOutdated(joined.reading, key, tagsOf(key, value))) return value;
      } catch (error) {
        if (!this.#options.isOutage(error) || !this.#isWorthAnother(joined)) throw error;
      }
    } else if (joined) await this.#untilOver(joined, wish);
    // What began after this was asked for will do, whatever is dropped meanwhile.
    const latest = this.#flights.get(key.key);
    const flight = latest && latest.reading.mark > asked ? latest : this.#begin(key, load, wish);
    return (await this.#arrival(flight, key, wish)) as T;
  }

  /**
   * Many who want what is loaded from now on, and come while a load is under way, share the one that follows it. A load
   * that takes longer than usual is not waited for.
   */
  async #untilOver({ reading, value }: Flight, { notBefore }: FlightWish): Promise<void> {
    const { clock } = this.#options;
    const until = Math.min(reading.startedAt + FOLLOW_WITHIN_MS, currentContext()?.deadlineAt ?? Infinity);
    const leftMs = until - clock.monotonicMs();
    if (reading.startedAt >= notBefore || leftMs <= 0) return;
    await waitingFor(clock, 'shared', async () => waitAtMost(clock, leftMs, Promise.allSettled([value])));
  }

  /** A load still under way at its deadline was frozen with its instance: what it brings is of that time. */
  #isCurrent({ reading, context }: Flight, key: CacheKey<never>, { notBefore }: FlightWish): boolean {
    if (reading.startedAt < notBefore || this.#options.clock.monotonicMs() >= context.deadlineAt) return false;
    return !this.#store.isOutdated(reading, key, key.tags);
  }

  /** Begins a load in a context of its own: others may wait for it longer than who began it. */
  #begin<T>(key: CacheKey<T>, load: Load<T>, { isPart }: FlightWish): Flight {
    const { clock, loadDeadlineMs } = this.#options;
    const reading = this.#store.begin();
    const caller = currentContext() ?? newContext(clock.monotonicMs(), loadDeadlineMs);
    const context = { ...caller, deadlineAt: Math.max(caller.deadlineAt, clock.monotonicMs() + loadDeadlineMs) };
    const value = runInContext(context, async () => {
      const work = async () => load(reading);
      const loaded = deepFreeze(await (isPart ? work() : this.#counters.load(key.kind, work)));
      reading.keep(key, loaded);
      return loaded;
    });
    const flight: Flight = { reading, value, context, isBackground: caller.priority === 'background' };
    this.#flights.set(key.key, flight);
    const land = () => {
      if (this.#flights.get(key.key) === flight) this.#flights.delete(key.key);
    };
    value.then(land, land);
    return flight;
  }

  async #arrival({ value, context }: Flight, { kind }: CacheKey<never>, { waitMs }: FlightWish): Promise<unknown> {
    const { clock, late } = this.#options;
    const waiting = currentContext();
    if (waiting?.priority === 'student') context.priority = 'student';
    const leftMs = Math.min(waitMs, (waiting?.deadlineAt ?? Infinity) - clock.monotonicMs());
    const wait = async () => (Number.isFinite(leftMs) ? waitAtMost(clock, leftMs, value) : value);
    const arrived = await waitingFor(clock, 'shared', wait);
    if (arrived === TIMED_OUT) throw late(kind);
    return arrived;
  }

  /** Whether somebody whose flight failed may still get what they want from another one. */
  #isWorthAnother({ context, isBackground }: Flight): boolean {
    const now = this.#options.clock.monotonicMs();
    const waiting = currentContext();
    if (now >= (waiting?.deadlineAt ?? Infinity)) return false;
    return now >= context.deadlineAt || (isBackground && waiting?.priority === 'student');
  }
}
