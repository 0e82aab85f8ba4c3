import { describe, expect, it } from 'vitest';
import { monotonic, systemClock } from '../../src/time/clock.ts';

const HOUR_MS = 3_600_000;

/** Two clocks of a machine, moved by hand. */
function machine() {
  const at = { steady: 5000, wall: Date.parse('2026-11-24T12:00:00Z') };
  const pass = (ms: number) => {
    at.steady += ms;
    at.wall += ms;
  };
  return {
    at,
    pass,
    now: monotonic(
      () => at.steady,
      () => at.wall,
    ),
  };
}

describe('the monotonic clock', () => {
  it('counts what passes on both clocks once', () => {
    const { pass, now } = machine();
    const start = now();
    pass(250);
    expect(now() - start).toBe(250);
  });

  it('does not run backwards when the wall clock is set back by an hour, and goes on', () => {
    const { at, pass, now } = machine();
    const start = now();
    at.wall -= HOUR_MS;
    expect(now() - start).toBe(0);
    pass(10_000);
    expect(now() - start).toBe(10_000);
  });

  it('counts the time in which the machine was suspended, which only the wall clock shows', () => {
    const { at, pass, now } = machine();
    const start = now();
    at.wall += 60_000;
    pass(5);
    expect(now() - start).toBe(60_005);
    pass(10);
    expect(now() - start).toBe(60_015);
  });

  it('takes the wall clock being trimmed by milliseconds for no suspension', () => {
    const { at, pass, now } = machine();
    const start = now();
    at.wall += 900;
    pass(10);
    expect(now() - start).toBe(10);
  });
});

describe('the machine’s clock', () => {
  it('counts from the start of the process', () => {
    expect(Math.abs(systemClock.monotonicMs() - performance.now())).toBeLessThan(5000);
  });

  it('runs at once what is already late, and does not warn', async () => {
    const warnings: unknown[] = [];
    const listen = (warning: unknown) => warnings.push(warning);
    process.on('warning', listen);
    const { promise, resolve } = Promise.withResolvers<void>();
    const keepAlive = setTimeout(() => {}, 1000);
    systemClock.schedule(-5, resolve);
    await promise;
    clearTimeout(keepAlive);
    process.off('warning', listen);
    expect(warnings).toEqual([]);
  });
});
