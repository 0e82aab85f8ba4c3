import { describe, expect, it } from 'vitest';
import { RateBudget } from '../../src/hubspot/budget.ts';
import type { Clock } from '../../src/time/clock.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

const LIMITS = { callsPer10Seconds: 180, associationCallsPer10Seconds: 140, searchesPerSecond: 4, callsPerDay: 0 };

/** A clock that goes on between two looks at it, as a real one does; its timers fire when it is told to. */
function tickingClock(tickMs: number) {
  let now = 0;
  const timers = new Set<{ at: number; callback: () => void }>();
  const clock: Clock = {
    now: () => now,
    monotonicMs: () => (now += tickMs),
    schedule(delayMs, callback) {
      const timer = { at: now + delayMs, callback };
      timers.add(timer);
      return () => timers.delete(timer);
    },
  };
  const passTo = (at: number) => {
    now = Math.max(now, at);
    for (const timer of timers) if (timer.at <= now && timers.delete(timer)) timer.callback();
  };
  return { clock, passTo };
}

describe('a call that waits for room', () => {
  it('is let go at whatever moment the room comes, though the clock goes on while it is looked for', async () => {
    const stuck: number[] = [];
    for (let step = 0; step < 200; step += 1) {
      const { clock, passTo } = tickingClock(0.01);
      const budget = new RateBudget(clock, { ...LIMITS, searchesPerSecond: 1 });
      (await budget.acquire('objects.search', 9000)).end();
      passTo(1000 - step * 0.005);
      const lease = budget.acquire('objects.search', 9000);
      let granted = false;
      void lease.then(() => (granted = true));
      passTo(1050);
      await new Promise((resolve) => {
        setImmediate(resolve);
      });
      if (!granted) stuck.push(step);
    }
    expect(stuck).toEqual([]);
  });

  it('does not wait for one ahead of it that needs more', async () => {
    const clock = new VirtualClock(0);
    const budget = new RateBudget(clock, { ...LIMITS, callsPer10Seconds: 2, searchesPerSecond: 1 });
    const ends: string[] = [];
    const call = async (operation: string) => {
      (await budget.acquire(operation, 30_000)).end();
      ends.push(`${operation} at ${clock.monotonicMs()}`);
    };
    await clock.run(async () => {
      await call('objects.search');
      await clock.sleep(9500);
      await call('objects.search');
      await Promise.all([call('objects.search'), call('objects.get')]);
    });
    expect(ends.slice(2)).toEqual(['objects.get at 10000', 'objects.search at 19500']);
  });
});

describe('how long a call would wait', () => {
  it('is told for the window that it waits for, not for one that is empty', async () => {
    const clock = new VirtualClock(0);
    const budget = new RateBudget(clock, { ...LIMITS, callsPer10Seconds: 20 });
    const call = async (operation: string) => (await budget.acquire(operation, 11_000)).end();
    await clock.run(async () => {
      for (let count = 0; count < 20; count += 1) await call('objects.get');
      await clock.sleep(2000);
      const reads = Array.from({ length: 6 }, async () => call('objects.get'));
      await Promise.all([...reads, call('objects.search')]);
      expect(clock.monotonicMs()).toBe(10_000);
    });
    expect(budget.stats().refused).toEqual({ student: 0, background: 0 });
  });

  it('is a time that can be told, however many are ahead and however little is used', async () => {
    const clock = new VirtualClock(0);
    const budget = new RateBudget(clock, { ...LIMITS, callsPer10Seconds: 40 });
    const lease = await budget.acquire('objects.get', 9000);
    lease.left();
    lease.answered({ window: { max: 19, used: 1, intervalMs: 1000 }, day: undefined });
    lease.end();
    await clock.run(async () => {
      await clock.sleep(11_000);
      await Promise.all(
        Array.from({ length: 40 }, async () => {
          const each = await budget.acquire('objects.get', 20_000);
          await clock.sleep(100);
          each.end();
        }),
      );
    });
    expect([budget.stats().refused.student, clock.monotonicMs()]).toEqual([0, 13_300]);
  });
});

describe('what HubSpot counted', () => {
  it('is believed of the latest call that tells, however late a slow one before it answers', async () => {
    const clock = new VirtualClock(0);
    const budget = new RateBudget(clock, LIMITS);
    const counted = (used: number) => ({ window: { max: 190, used, intervalMs: 10_000 }, day: undefined });
    const slow = await budget.acquire('objects.get', 9000);
    slow.left();
    for (let used = 2; used <= 100; used += 1) {
      const fast = await budget.acquire('objects.get', 9000);
      fast.left();
      fast.answered(counted(used));
      fast.end();
    }
    slow.answered(counted(100));
    slow.end();
    expect(budget.stats().used).toBe(100);
  });
});

describe('a call that ends', () => {
  it('lets the next one go at once, when its answer tells of more room than was thought', async () => {
    const clock = new VirtualClock(0);
    const budget = new RateBudget(clock, LIMITS);
    const counted = (used: number) => ({ window: { max: 190, used, intervalMs: 10_000 }, day: undefined });
    const [first, second] = [await budget.acquire('objects.get', 9000), await budget.acquire('objects.get', 9000)];
    for (const lease of [first, second]) lease.left();
    first.answered(counted(190));
    first.end();
    let granted = false;
    const waiting = budget.acquire('objects.get', 30_000).then(() => (granted = true));
    await clock.advance(100);
    expect(granted).toBe(false);
    second.answered(counted(3));
    second.end();
    await waiting;
    expect([granted, clock.monotonicMs()]).toEqual([true, 100]);
  });
});

describe('calls side by side', () => {
  it('are not taken for somebody else’s by what HubSpot counts while they are under way', async () => {
    const clock = new VirtualClock(0);
    const budget = new RateBudget(clock, LIMITS);
    const leases = await Promise.all(Array.from({ length: 100 }, async () => budget.acquire('objects.get', 9000)));
    for (const lease of leases) lease.left();
    const used = leases.map((lease) => {
      lease.answered({ window: { max: 190, used: 100, intervalMs: 10_000 }, day: undefined });
      lease.end();
      return budget.stats().used;
    });
    expect(new Set(used)).toEqual(new Set([100]));
  });

  it('that have not left yet are not among those HubSpot counts', async () => {
    const clock = new VirtualClock(0);
    const budget = new RateBudget(clock, LIMITS);
    const [first] = await Promise.all(Array.from({ length: 30 }, async () => budget.acquire('objects.get', 9000)));
    first?.left();
    first?.answered({ window: { max: 190, used: 101, intervalMs: 10_000 }, day: undefined });
    expect(budget.stats().used).toBe(130);
  });
});

describe('a day’s calls, where HubSpot never tells its count', () => {
  it('are counted anew on every day, not only on the second', async () => {
    const clock = new VirtualClock(0);
    const budget = new RateBudget(clock, { ...LIMITS, callsPerDay: 2 });
    for (const day of [1, 2, 3]) {
      for (const call of [1, 2]) (await budget.acquire(`call ${call}`, Infinity)).end();
      // One call a minute is let through all the same, to see whether HubSpot's day is over.
      (await budget.acquire('probe', Infinity)).end();
      await expect(budget.acquire(`one too many on day ${day}`, Infinity)).rejects.toMatchObject({ policy: 'DAILY' });
      await clock.advance(86_400_000);
    }
  });
});
