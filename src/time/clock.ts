import { parseInstant } from './instant.ts';

/** The only source of time: passed in, so that tests move it instead of waiting for it. */
export interface Clock {
  /** Wall-clock time in epoch milliseconds. It may be set back: for calendar days and times that are told, only. */
  now(): number;
  /** Milliseconds since the process began, with fractions, never running backwards: for durations and deadlines. */
  monotonicMs(): number;
  /** Runs `callback` once after `delayMs`, at once for none or less; the returned function cancels it. */
  schedule(delayMs: number, callback: () => void): () => void;
}

/** A wall clock that is this much ahead of the timer's shows that the machine was suspended. */
const SUSPENSION_MS = 1000;

/**
 * Milliseconds by two clocks of the machine: the steady one never runs backwards but may stand still while a virtual
 * machine is suspended, as serverless platforms do between requests; what the wall clock gained then is added.
 */
export function monotonic(steadyMs: () => number, wallMs: () => number): () => number {
  let suspendedMs = 0;
  let last = { steady: steadyMs(), wall: wallMs() };
  return () => {
    const next = { steady: steadyMs(), wall: wallMs() };
    const gainedMs = next.wall - last.wall - (next.steady - last.steady);
    if (gainedMs > SUSPENSION_MS) suspendedMs += gainedMs;
    last = next;
    return next.steady + suspendedMs;
  };
}

/** The machine's clock. Its timers never keep a process alive that has nothing else to do. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonicMs: monotonic(
    () => performance.now(),
    () => Date.now(),
  ),
  schedule(delayMs, callback) {
    const timer = setTimeout(callback, Math.max(0, delayMs));
    timer.unref();
    return () => clearTimeout(timer);
  },
};

/** Resolves after `delayMs`. */
export async function sleep(clock: Clock, delayMs: number): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  clock.schedule(delayMs, resolve);
  await promise;
}

/** What {@link waitAtMost} resolves to when the time was over first. */
export const TIMED_OUT = Symbol('timed out');

/** What `work` comes to, but not after `maxWaitMs`: the work goes on, nobody waits for it here any more. */
export async function waitAtMost<T>(clock: Clock, maxWaitMs: number, work: Promise<T>): Promise<T | typeof TIMED_OUT> {
  const { promise: late, resolve } = Promise.withResolvers<typeof TIMED_OUT>();
  const cancel = maxWaitMs === Infinity ? () => {} : clock.schedule(maxWaitMs, () => resolve(TIMED_OUT));
  try {
    return await Promise.race([work, late]);
  } finally {
    cancel();
  }
}

/** Whether something is fresh, and will be for so many milliseconds more. */
export type Freshness = (leftMs?: number) => boolean;

/**
 * Whether what has just been learned is at most `maxAgeMs` old, by either clock: one may have stood still while the
 * machine was suspended, the other may have been set.
 */
export function freshFor(clock: Clock, maxAgeMs: number): Freshness {
  const [wallMs, monotonicMs] = [clock.now(), clock.monotonicMs()];
  return (leftMs = 0) => Math.max(clock.now() - wallMs, clock.monotonicMs() - monotonicMs) + leftMs <= maxAgeMs;
}

/** Epoch milliseconds of an ISO time; 0 when it is none. */
export function epochMs(instant: string): number {
  return parseInstant(instant) ?? 0;
}
