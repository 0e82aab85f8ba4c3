import { describe, expect, it } from 'vitest';
import { leavingBy, newContext, runInContext } from '../../src/request/context.ts';
import { BOOKINGS, CONTACTS, createEmulated } from '../support/hubspot.ts';

const LATENCY = { latency: { readMs: 500, writeMs: 500 } };

/** A HubSpot that serves one call at a time, and two contacts with one credit. */
function start(env: Record<string, string> = {}) {
  const all = createEmulated({ HUBSPOT_MAX_CONCURRENCY: '1', ...env }, LATENCY);
  const ids = [all.account.student().id, all.account.student().id];
  const credits = () => ids.map((id) => all.account.values('contacts', id)['sj_credits']);
  const write = async (index: number, options: object = {}, value = '9') =>
    all.hubspot.updateObject(CONTACTS, { id: ids[index] ?? '', properties: { sj_credits: value } }, options);
  const within = async <T>(deadlineMs: number, work: () => Promise<T>) =>
    runInContext(newContext(all.clock.monotonicMs(), deadlineMs), work);
  return { ...all, ids, credits, write, within };
}

const REFUSED = { status: 'rejected', reason: { outcome: 'refused' } };

describe('a write that waits for its turn', () => {
  it('is asked right before it is sent whether it still may: if not, it is refused and never sent', async () => {
    const { clock, hubspot, account, emulator, credits, write } = start();
    let mayLeave = true;
    const outcomes = await clock.run(async () => {
      const busy = hubspot.getObject(CONTACTS, account.student().id, { properties: [] });
      const waiting = write(0, { mayLeave: () => mayLeave });
      await clock.sleep(300);
      mayLeave = false;
      return Promise.allSettled([busy, waiting]);
    });
    expect(outcomes[1]).toMatchObject(REFUSED);
    expect([credits()[0], emulator.log.calls.length]).toEqual(['1', 1]);
  });

  it('that may leave no more is refused without those that leave with it', async () => {
    const { clock, credits, write, emulator } = start();
    const outcomes = await clock.run(async () => Promise.allSettled([write(0), write(1, { mayLeave: () => false })]));
    expect(outcomes).toMatchObject([{ status: 'fulfilled' }, REFUSED]);
    expect([credits(), emulator.log.calls.map(({ inputs }) => inputs)]).toEqual([['9', '1'], [1]]);
  });

  it('that has been given up does not leave afterwards', async () => {
    const { clock, hubspot, account, credits, write, within } = start();
    const outcomes = await clock.run(async () => {
      const busy = hubspot.getObject(CONTACTS, account.student().id, { properties: [] });
      const both = [within(200, async () => write(0)), within(9000, async () => write(1))];
      const settled = await Promise.allSettled([busy, ...both]);
      await clock.sleep(2000);
      return settled;
    });
    expect(outcomes).toMatchObject([{ status: 'fulfilled' }, REFUSED, { status: 'fulfilled' }]);
    expect(credits()).toEqual(['1', '9']);
  });

  it('and has left is waited for beyond the time by which it had to leave', async () => {
    const { clock, credits, write, within } = start();
    const outcome = await clock.run(async () =>
      within(9000, async () => leavingBy(clock.monotonicMs() + 100, async () => write(0))),
    );
    expect([outcome.id !== '', credits()[0]]).toEqual([true, '9']);
  });

  it('and has not left by then is refused', async () => {
    const { clock, hubspot, account, credits, write, within } = start();
    const outcomes = await clock.run(async () => {
      const busy = hubspot.getObject(CONTACTS, account.student().id, { properties: [] });
      const late = within(9000, async () => leavingBy(clock.monotonicMs() + 100, async () => write(0)));
      return Promise.allSettled([busy, late]);
    });
    expect(outcomes[1]).toMatchObject(REFUSED);
    expect(credits()[0]).toBe('1');
  });
});

describe('updates of one record that wait together', () => {
  it('become one, the later values winning', async () => {
    const { clock, emulator, credits, write } = start();
    await clock.run(async () => Promise.all([write(0, {}, '2'), write(0, {}, '3')]));
    expect([credits()[0], emulator.log.calls.length]).toEqual(['3', 1]);
  });

  it('that have to be alone follow one another, each after the answer of the one before', async () => {
    const { clock, emulator, credits, write } = start();
    await clock.run(async () => Promise.all([write(0, { isAlone: true }, '2'), write(0, { isAlone: true }, '3')]));
    const [first, second] = emulator.log.calls;
    expect([credits()[0], emulator.log.calls.length]).toEqual(['3', 2]);
    expect(second?.startedAt).toBeGreaterThanOrEqual(first?.finishedAt ?? Infinity);
  });
});

describe('a record that cannot be tied to what it belongs to', () => {
  const PROPERTIES = { booking_id: 'b', email: 'ada@example.com' };
  const create = async (setUp: ReturnType<typeof start>) => {
    const { clock, hubspot, emulator, ids } = setUp;
    const labels = { status: 200, body: { results: [] } };
    emulator.faults.add({ fault: { kind: 'status', ...labels }, operation: 'associations.labels', times: 9 });
    const associations = [{ to: CONTACTS, id: ids[0] ?? '' }];
    return clock.run(async () =>
      Promise.allSettled([hubspot.createObject(BOOKINGS, { properties: PROPERTIES, associations, identity: [] })]),
    );
  };

  it('is taken back, and counts as refused', async () => {
    const setUp = start();
    setUp.emulator.faults.add({
      fault: { kind: 'status', status: 400 },
      operation: 'associations.putDefault',
      times: 9,
    });
    expect(await create(setUp)).toMatchObject([REFUSED]);
    expect(setUp.account.all('bookings')).toEqual([]);
  });

  it('and cannot be taken back either leaves open whether it is there', async () => {
    const setUp = start();
    const refusal = { kind: 'status', status: 400 } as const;
    setUp.emulator.faults.add({ fault: refusal, operation: /^(associations\.putDefault|objects\.archive)$/, times: 9 });
    expect(await create(setUp)).toMatchObject([{ status: 'rejected', reason: { outcome: 'unknown' } }]);
    expect(setUp.account.all('bookings')).toHaveLength(1);
  });
});
