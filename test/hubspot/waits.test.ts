import { describe, expect, it } from 'vitest';
import { newContext, type Priority, runInContext, waitingFor } from '../../src/request/context.ts';
import { setUpTogether } from '../support/coalescing.ts';
import { CONTACTS } from '../support/hubspot.ts';

function setUp(env: Record<string, string> = {}) {
  const emulated = setUpTogether('v3', env);
  const { clock, hubspot, account } = emulated;
  const student = account.student();
  const read = async () => hubspot.getObject(CONTACTS, student.id, { properties: ['email'] });
  const write = async () => hubspot.updateObject(CONTACTS, { id: student.id, properties: { sj_credits: '2' } });
  /** How long a request took, whatever came of it, and what it waited for, in whole milliseconds. */
  const bill = async (work: () => Promise<unknown>, deadlineMs = 9000, priority: Priority = 'student') => {
    const startedAt = clock.monotonicMs();
    const context = newContext(startedAt, deadlineMs, { priority });
    await runInContext(context, work).catch(() => {});
    const now = clock.monotonicMs();
    const waits = Object.fromEntries(context.usage.waitedMs(now));
    return { totalMs: now - startedAt, calls: context.usage.calls, waits };
  };
  const later = async <T>(delayMs: number, work: () => Promise<T>) => clock.sleep(delayMs).then(work);
  return { ...emulated, read, write, bill, later };
}

type Bill = Awaited<ReturnType<ReturnType<typeof setUp>['bill']>>;

function sumOf({ waits }: Bill): number {
  return Object.values(waits).reduce((sum, ms) => sum + ms, 0);
}

describe('the time of a request is explained by what it waited for', () => {
  it('HubSpot, when nothing is in its way', async () => {
    const { clock, read, bill } = setUp();
    expect(await clock.run(async () => bill(read))).toEqual({ totalMs: 100, calls: 1, waits: { hubspot: 100 } });
  });

  it('company, and the batch before it', async () => {
    const { clock, read, bill, later } = setUp();
    const [, second] = await clock.run(async () => Promise.all([bill(read), later(40, async () => bill(read))]));
    expect(second).toEqual({ totalMs: 250, calls: 1, waits: { linger: 150, hubspot: 100 } });
  });

  it('company while HubSpot’s window is full', async () => {
    const { clock, read, bill } = setUp({ HUBSPOT_CALLS_PER_10_SECONDS: '10', COALESCING_MAX_LINGER_MS: '500' });
    for (let index = 0; index < 6; index += 1) await clock.run(read);
    expect(await clock.run(async () => bill(read))).toMatchObject({ waits: { linger: 500, hubspot: 100 } });
  });

  it('room in HubSpot’s limit', async () => {
    const { clock, read, bill } = setUp({ HUBSPOT_CALLS_PER_10_SECONDS: '1', COALESCING_ENABLED: 'false' });
    await clock.run(read);
    const paid = await clock.run(async () => bill(read, 20_000));
    expect(paid).toEqual({ totalMs: 10_100, calls: 1, waits: { budget: 10_000, hubspot: 100 } });
  });

  it('room that does not come before it is refused', async () => {
    const { clock, read, bill, later } = setUp({ HUBSPOT_CALLS_PER_10_SECONDS: '1', COALESCING_ENABLED: 'false' });
    await clock.run(read);
    await clock.advance(6000);
    const [background] = await clock.run(async () =>
      Promise.all([bill(read, 5000, 'background'), later(10, async () => bill(read))]),
    );
    expect(background).toEqual({ totalMs: 5000, calls: 0, waits: { budget: 5000 } });
  });

  it('a free place', async () => {
    const { clock, read, bill } = setUp({ HUBSPOT_MAX_CONCURRENCY: '1', COALESCING_ENABLED: 'false' });
    const [, second] = await clock.run(async () => Promise.all([bill(read), bill(read)]));
    expect(second).toEqual({ totalMs: 200, calls: 1, waits: { budget: 100, hubspot: 100 } });
  });

  it('pauses before repeats', async () => {
    const { clock, emulator, read, bill } = setUp({ HUBSPOT_MAX_ATTEMPTS: '3' });
    emulator.faults.add({ fault: { kind: 'status', status: 503 }, times: 2 });
    const paid = await clock.run(async () => bill(read));
    expect(paid).toMatchObject({ calls: 3, waits: { retry: 1125 } });
    expect(sumOf(paid)).toBe(paid.totalMs);
  });

  it('an answer that has not come by its deadline', async () => {
    const { clock, emulator, read, bill } = setUp();
    emulator.faults.add({ fault: { kind: 'hang' } });
    const paid = await clock.run(async () => bill(read, 3000));
    expect(paid).toEqual({ totalMs: 3000, calls: 1, waits: { hubspot: 3000 } });
  });

  it('whatever other rooms wait for, with the calls in it taken out', async () => {
    const { clock, read, bill } = setUp();
    const paid = await clock.run(async () =>
      bill(async () => {
        await waitingFor(clock, 'lock', async () => clock.sleep(1500));
        await waitingFor(clock, 'confirmation', async () => {
          await clock.sleep(3000);
          await read();
        });
      }),
    );
    expect(paid).toEqual({ totalMs: 4600, calls: 1, waits: { lock: 1500, confirmation: 3000, hubspot: 100 } });
  });

  it('a lock, the batch before it, a pause and two calls, one after the other', async () => {
    const { clock, emulator, write, bill, later } = setUp({ HUBSPOT_MAX_ATTEMPTS: '2' });
    emulator.settings.latency.writeMs = 1300;
    emulator.faults.add({ fault: { kind: 'status', status: 423 }, skip: 1 });
    const [, paid] = await clock.run(async () =>
      Promise.all([
        later(500, write),
        bill(async () => {
          await waitingFor(clock, 'lock', async () => clock.sleep(1000));
          await write();
        }),
      ]),
    );
    expect(paid).toEqual({
      totalMs: 6400,
      calls: 2,
      waits: { lock: 1000, linger: 800, retry: 2000, hubspot: 2600 },
    });
  });
});

describe('waits that overlap', () => {
  it('are counted once, so that the parts never exceed the whole', async () => {
    const { clock, read, bill } = setUp();
    const paid = await clock.run(async () =>
      bill(async () =>
        Promise.all([
          read(),
          waitingFor(clock, 'lock', async () => clock.sleep(300)),
          waitingFor(clock, 'lock', async () => clock.sleep(400)),
        ]),
      ),
    );
    expect(paid).toEqual({ totalMs: 400, calls: 1, waits: { hubspot: 100, lock: 300 } });
  });
});

describe('a call that several wait for', () => {
  it('is charged to each, the wait for company to each as long as it was theirs', async () => {
    const { clock, account, hubspot, bill, later } = setUp({
      HUBSPOT_CALLS_PER_10_SECONDS: '10',
      COALESCING_MAX_LINGER_MS: '500',
    });
    const ids = [1, 2, 3].map(() => account.student().id);
    const get =
      (id = '') =>
      async () =>
        hubspot.getObject(CONTACTS, id, { properties: [] });
    for (let index = 0; index < 6; index += 1) await clock.run(get(ids[0]));
    const bills = await clock.run(async () =>
      Promise.all(ids.map(async (id, index) => later(index * 200, async () => bill(get(id))))),
    );
    expect(bills.map(({ waits }) => waits)).toEqual([
      { linger: 500, hubspot: 100 },
      { linger: 300, hubspot: 100 },
      { linger: 100, hubspot: 100 },
    ]);
  });
});
