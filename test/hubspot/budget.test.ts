import { describe, expect, it } from 'vitest';
import { newContext, type Priority, runInContext } from '../../src/request/context.ts';
import { RateBudget } from '../../src/hubspot/budget.ts';
import type { HubSpotService } from '../../src/hubspot/service.ts';
import { CONTACTS, createClient, createEmulated, MOCK_EXAMS } from '../support/hubspot.ts';
import { NOW, VirtualClock } from '../support/virtual-clock.ts';

const ALONE = { COALESCING_ENABLED: 'false', HUBSPOT_MAX_ATTEMPTS: '1' };
const LIMITS = { callsPer10Seconds: 180, associationCallsPer10Seconds: 140, searchesPerSecond: 4, callsPerDay: 0 };

/** Most of `times` (milliseconds) that lie within any `spanMs`. */
function mostWithin(times: readonly number[], spanMs: number): number {
  const sorted = times.toSorted((a, b) => a - b);
  return Math.max(...sorted.map((from, index) => sorted.slice(index).filter((at) => at < from + spanMs).length));
}

function setUp(env: Record<string, string> = {}) {
  const emulated = createEmulated({ ...ALONE, ...env }, { latency: { readMs: 100, writeMs: 200 } });
  const { clock, emulator, hubspot } = emulated;
  const as = async <T>(priority: Priority, deadlineMs: number, work: () => Promise<T>) =>
    runInContext(newContext(clock.monotonicMs(), deadlineMs, { priority }), work);
  const read = async (service: HubSpotService = hubspot) => service.getObject(CONTACTS, '1', { properties: [] });
  const many = async (count: number, work: (index: number) => Promise<unknown>) =>
    Promise.allSettled(Array.from({ length: count }, async (_, index) => work(index)));
  const statuses = () => emulator.log.calls.map(({ status }) => status);
  return { ...emulated, as, read, many, statuses };
}

describe('the window of ten seconds', () => {
  it('is never overrun by three processes’ worth of traffic', async () => {
    const { clock, emulator, as, read, many, statuses } = setUp({ HUBSPOT_CALLS_PER_10_SECONDS: '50' });
    emulator.settings.limits.per10Seconds = 53;
    await clock.run(async () =>
      many(180, async (index) => {
        await clock.sleep((index % 60) * 200);
        return as('student', 60_000, async () => read());
      }),
    );
    expect(statuses().filter((status) => status === 429)).toEqual([]);
    expect(statuses()).toHaveLength(180);
    expect(
      mostWithin(
        emulator.log.calls.map(({ startedAt }) => startedAt),
        10_000,
      ),
    ).toBeLessThanOrEqual(50);
  });

  it('holds however long calls take: HubSpot counts a call somewhere between its start and its end', async () => {
    const clock = new VirtualClock(NOW);
    const budget = new RateBudget(clock, { ...LIMITS, callsPer10Seconds: 20 });
    const counted: number[] = [];
    await clock.run(async () =>
      Promise.all(
        Array.from({ length: 100 }, async (_, index) => {
          const lease = await budget.acquire('objects.get', Infinity);
          await clock.sleep((index * 37) % 900);
          counted.push(clock.now());
          await clock.sleep((index * 53) % 700);
          lease.end();
        }),
      ),
    );
    expect(counted).toHaveLength(100);
    expect(mostWithin(counted, 10_000)).toBeLessThanOrEqual(20);
  });

  it('takes in what other processes did, from HubSpot’s headers', async () => {
    const { clock, as, read, many, statuses, hubspot, emulator } = setUp();
    const other = createClient({ ...ALONE, HUBSPOT_CALLS_PER_10_SECONDS: '0' }, clock);
    clock.busy = () => hubspot.activeCount + other.hubspot.activeCount - emulator.waitingCount;
    await clock.run(async () => many(150, async () => read(other.hubspot)));
    const own = clock.run(async () => {
      await as('student', 9000, async () => read());
      return many(100, async () => as('student', 60_000, async () => read()));
    });
    expect((await own).every(({ status }) => status === 'fulfilled')).toBe(true);
    expect(statuses().filter((status) => status === 429)).toEqual([]);
  });

  it('frees its places after ten seconds although the wall clock went back an hour', async () => {
    const { clock, hubspot, as, read, many, statuses } = setUp({ HUBSPOT_CALLS_PER_10_SECONDS: '20' });
    await clock.run(async () => many(20, async () => as('student', 9000, async () => read())));
    clock.setWall(-3_600_000);
    await clock.advance(10_000);
    await clock.run(async () => many(20, async () => as('student', 100, async () => read())));
    expect(statuses()).toHaveLength(40);
    expect(hubspot.budgetStats().refused).toEqual({ student: 0, background: 0 });
  });

  it('is smaller when HubSpot’s headers say so', async () => {
    const { clock, emulator, as, read, many, hubspot } = setUp();
    emulator.settings.limits.per10Seconds = 100;
    await clock.run(async () => as('student', 9000, async () => read()));
    expect(hubspot.budgetStats().limit).toBe(95);
    await clock.run(async () => many(150, async () => as('student', 60_000, async () => read())));
    expect(emulator.log.calls.filter(({ status }) => status === 429)).toEqual([]);
  });

  it('lets the associations API have its own, smaller one', async () => {
    const { clock, emulator, as, many, hubspot } = setUp();
    await clock.run(async () =>
      many(160, async (index) =>
        as('student', 60_000, async () => hubspot.batchGetAssociations(CONTACTS, [String(index + 1)], MOCK_EXAMS)),
      ),
    );
    expect(emulator.log.calls.filter(({ status }) => status === 429)).toEqual([]);
    expect(
      mostWithin(
        emulator.log.calls.map(({ startedAt }) => startedAt),
        10_000,
      ),
    ).toBe(140);
  });
});

describe('a call that does not fit before its deadline', () => {
  it('is refused at once, and told when to come again', async () => {
    const { clock, as, read, many, statuses, hubspot } = setUp();
    await clock.run(async () => many(180, async () => as('student', 9000, async () => read())));
    const started = clock.now();
    const refused = clock.run(async () => as('student', 3000, async () => read()));
    await expect(refused).rejects.toMatchObject({
      name: 'HubSpotRateLimitError',
      policy: 'TEN_SECONDLY_ROLLING',
      outcome: 'refused',
      retryAfterMs: 9200,
    });
    expect(clock.now()).toBe(started);
    expect(statuses()).toHaveLength(180);
    expect(hubspot.budgetStats()).toMatchObject({ used: 180, limit: 180, refused: { student: 1, background: 0 } });
  });

  it('counts those ahead of it', async () => {
    const { clock, as, read, many } = setUp({ HUBSPOT_CALLS_PER_10_SECONDS: '10' });
    const started = clock.now();
    const results = await clock.run(async () => many(40, async () => as('student', 25_000, async () => read())));
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(30);
    expect(clock.now() - started).toBe(20_300);
  });
});

describe('priorities', () => {
  it('students go before webhooks and cron, whoever came first', async () => {
    const { clock, as, read, many } = setUp({ HUBSPOT_CALLS_PER_10_SECONDS: '3' });
    const order: Priority[] = [];
    const call = async (priority: Priority) =>
      as(priority, 60_000, async () => {
        await read();
        order.push(priority);
      });
    await clock.run(async () => {
      await many(3, async () => call('student'));
      await Promise.all([call('background'), clock.sleep(10).then(async () => many(2, async () => call('student')))]);
    });
    expect(order.slice(3)).toEqual(['student', 'student', 'background']);
  });

  it('work that waits in the background is urgent as soon as a student waits for it', async () => {
    const { clock, read, many } = setUp({ HUBSPOT_CALLS_PER_10_SECONDS: '6' });
    const context = newContext(clock.monotonicMs(), 60_000, { priority: 'background' });
    const startedAt = clock.now();
    await clock.run(async () => {
      // Four of six calls are for the background; the fifth has to wait for the window.
      await many(4, async () => runInContext({ ...context }, async () => read()));
      const waiting = runInContext(context, async () => read());
      await clock.sleep(100);
      context.priority = 'student';
      await waiting;
    });
    expect(clock.now() - startedAt).toBeLessThan(1500);
  });

  it('background work leaves a third of the window to students', async () => {
    const { clock, as, read, many, hubspot } = setUp({ HUBSPOT_CALLS_PER_10_SECONDS: '30' });
    const started = clock.now();
    await clock.run(async () => {
      const background = many(60, async () => as('background', 60_000, async () => read()));
      await clock.sleep(2000);
      expect(hubspot.budgetStats()).toMatchObject({ used: 20, waiting: { student: 0, background: 40 } });
      await as('student', 500, async () => read());
      expect(clock.now() - started).toBe(2100);
      await background;
    });
  });
});

describe('other limits', () => {
  it('four searches a second', async () => {
    const { clock, emulator, as, many, hubspot } = setUp();
    emulator.settings.limits.searchPerSecond = 5;
    const search = async () => hubspot.search(CONTACTS, { filters: [], properties: [] });
    await clock.run(async () => many(12, async () => as('student', 9000, search)));
    expect(emulator.log.calls.filter(({ status }) => status === 429)).toEqual([]);
    expect(
      mostWithin(
        emulator.log.calls.map(({ startedAt }) => startedAt),
        1000,
      ),
    ).toBe(4);
  });

  it('a blocked search holds up no read', async () => {
    const { clock, as, read, many, hubspot } = setUp();
    const started = clock.now();
    await clock.run(async () => {
      const searches = many(12, async () =>
        as('student', 9000, async () => hubspot.search(CONTACTS, { filters: [], properties: [] })),
      );
      await as('student', 9000, async () => read());
      expect(clock.now() - started).toBe(100);
      await searches;
    });
  });

  it('a day’s calls: background work stops first, then everything but one probe a minute', async () => {
    const { clock, emulator, as, read, many } = setUp({ HUBSPOT_CALLS_PER_DAY: '100' });
    await clock.run(async () => many(95, async () => as('student', 9000, async () => read())));
    const answered = async (priority: Priority) => {
      const [result] = await clock.run(async () => many(1, async () => as(priority, 9000, async () => read())));
      return result?.status === 'fulfilled';
    };
    expect([await answered('background'), await answered('background')]).toEqual([true, false]);
    for (let index = 0; index < 4; index += 1) expect(await answered('student')).toBe(true);
    expect(await answered('student')).toBe(false);
    await clock.advance(61_000);
    expect([await answered('student'), await answered('student')]).toEqual([true, false]);
    emulator.settings.limits.perDay = 1000;
    clock.jump(86_400_000);
    expect([await answered('student'), await answered('student')]).toEqual([true, true]);
  });

  it('a day’s calls, counted anew after a day where HubSpot never tells its own count', async () => {
    const { clock, emulator, as, read, many } = setUp({ HUBSPOT_CALLS_PER_DAY: '100' });
    emulator.settings.limits.perDay = null;
    const answered = async (count: number) => {
      const results = await clock.run(async () => many(count, async () => as('student', 9000, async () => read())));
      return results.filter(({ status }) => status === 'fulfilled').length;
    };
    expect(await answered(110)).toBe(101);
    clock.jump(86_400_000);
    expect(await answered(90)).toBe(90);
  });
});
