/** The only source of time: passed in, so that tests move it instead of waiting for it. */
export interface Clock {
  /** Wall-clock time in epoch milliseconds. */
  now(): number;
  /** Milliseconds from an arbitrary origin, with fractions, never running backwards: for durations. */
  monotonicMs(): number;
  /** Runs `callback` once after `delayMs`; the returned function cancels it. */
  schedule(delayMs: number, callback: () => void): () => void;
}

/** The machine's clock. Its timers never keep a process alive that has nothing else to do. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonicMs: () => performance.now(),
  schedule(delayMs, callback) {
    const timer = setTimeout(callback, delayMs);
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
  const cancel = clock.schedule(maxWaitMs, () => resolve(TIMED_OUT));
  try {
    return await Promise.race([work, late]);
  } finally {
    cancel();
  }
}

/** Epoch milliseconds of an ISO time; 0 when it is none. */
export function epochMs(instant: string): number {
  return Date.parse(instant) || 0;
}
