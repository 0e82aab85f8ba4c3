import type { Clock } from '../../src/time/clock.ts';
import type { EmulatorClock } from '../../src/emulator/settings.ts';

/** A Tuesday morning in Toronto: 2026-11-24 07:00. */
export const NOW = '2026-11-24T12:00:00Z';

interface Timer {
  at: number;
  callback: () => void;
}

/** Turns of the event loop without anything happening after which everybody is taken to be waiting for time. */
const QUIET_TURNS = 4;
/** Turns after which waiting for something that is not time is given up. */
const STUCK_TURNS = 20_000;

/**
 * Time that only moves when everything else has come to rest: to the next timer, at once. It serves the API and the
 * emulator alike, so that seconds of lag and latency pass in no time and in a fixed order.
 */
export class VirtualClock implements Clock, EmulatorClock {
  readonly #start: number;
  #now: number;
  /** How far the wall clock is off the timers'. */
  #offsetMs = 0;
  readonly #timers = new Set<Timer>();
  /** Timers set or called off so far: somebody who does that is not waiting yet. */
  #changes = 0;
  /** Calls under way that do not wait for time: while there are any, time stands still. */
  busy: () => number = () => 0;
  /** Whether an instance runs by it already. */
  isShared = false;

  constructor(start: string | number) {
    this.#start = typeof start === 'number' ? start : Date.parse(start);
    this.#now = this.#start;
  }

  now(): number {
    return this.#now + this.#offsetMs;
  }

  /** Far from the wall clock's time, as that of a process: whoever mixes the two is found out. */
  monotonicMs(): number {
    return this.#now - this.#start;
  }

  schedule(delayMs: number, callback: () => void): () => void {
    const timer = { at: this.#now + Math.max(0, delayMs), callback };
    this.#timers.add(timer);
    this.#changes += 1;
    return () => {
      if (this.#timers.delete(timer)) this.#changes += 1;
    };
  }

  async sleep(delayMs: number): Promise<void> {
    return new Promise((resolve) => {
      this.schedule(delayMs, resolve);
    });
  }

  /** Runs `work` to its end, moving time whenever all of it waits. */
  async run<T>(work: () => Promise<T>): Promise<T> {
    const state = { settled: false };
    const outcome = work().finally(() => {
      state.settled = true;
    });
    outcome.catch(() => {});
    for (let stuck = 0; stuck < STUCK_TURNS; stuck += 1) {
      await this.#comeToRest(state);
      if (state.settled) return outcome;
      if (this.#fireNext()) stuck = 0;
    }
    throw new Error('the work waits for something that never comes');
  }

  /** Lets `durationMs` pass, firing every timer on the way. */
  async advance(durationMs: number): Promise<void> {
    await this.run(async () => this.sleep(durationMs));
  }

  /** Lets time pass without firing anything on the way, as when an instance was frozen. */
  jump(durationMs: number): void {
    this.#now += durationMs;
  }

  /** Sets the wall clock alone, forward or, by less than nothing, back. */
  setWall(byMs: number): void {
    this.#offsetMs += byMs;
  }

  async #comeToRest(state: { settled: boolean }): Promise<void> {
    for (let quiet = 0; quiet < QUIET_TURNS && !state.settled; quiet += 1) {
      const changes = this.#changes;
      await new Promise((resolve) => {
        setImmediate(resolve);
      });
      if (this.busy() > 0 || this.#changes > changes) quiet = 0;
    }
  }

  #fireNext(): boolean {
    let next: Timer | undefined;
    for (const timer of this.#timers) if (!next || timer.at < next.at) next = timer;
    if (!next) return false;
    this.#timers.delete(next);
    this.#now = Math.max(this.#now, next.at);
    next.callback();
    return true;
  }
}
