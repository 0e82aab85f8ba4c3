import { describe, expect, it } from 'vitest';
import { Emulator } from '../../src/emulator/emulator.ts';
import { PORTAL_WITH_KEYS } from '../../src/emulator/prepdoctors-portal.ts';
import { newContext, runInContext } from '../../src/request/context.ts';
import { BOOKINGS, CONTACTS, createClient } from '../support/hubspot.ts';
import { serveInProcess } from '../support/wire.ts';

function start(env: Record<string, string> = {}) {
  const client = createClient(env);
  const emulator = new Emulator({
    clock: client.clock,
    portal: PORTAL_WITH_KEYS,
    settings: { latency: { readMs: 500, writeMs: 0 } },
  });
  serveInProcess(emulator);
  client.clock.busy = () => client.hubspot.activeCount - emulator.waitingCount;
  const { clock, hubspot } = client;
  const ask = async (deadlineMs = 9000) =>
    runInContext(newContext(clock.monotonicMs(), deadlineMs), async () => hubspot.getProperty(BOOKINGS, 'booking_key'));
  return { ...client, emulator, ask };
}

describe.each(['v3', '2026-09'])('the definition of a property on %s', (version) => {
  it.each([
    [BOOKINGS, 'booking_key', { type: 'string', isUnique: true, isWritable: true }],
    [CONTACTS, 'mock_credit_op', { type: 'string', isUnique: false, isWritable: true }],
    [BOOKINGS, 'exam_date', { type: 'date', isUnique: false, isWritable: false }],
    [BOOKINGS, 'no_such_property', null],
  ])('of %o %s', async (type, name, expected) => {
    const { clock, hubspot } = start({ HUBSPOT_API_VERSION: version });
    expect(await clock.run(async () => hubspot.getProperty(type, name))).toEqual(expected);
  });
});

describe('what is asked for once a day', () => {
  it('is one call for all who ask, and is asked for again a day later', async () => {
    const { clock, emulator, ask } = start();
    await clock.run(async () => Promise.all([ask(), ask()]));
    await clock.run(async () => ask());
    expect(emulator.log.calls).toHaveLength(1);
    clock.jump(86_400_000);
    await clock.run(async () => ask());
    expect(emulator.log.calls).toHaveLength(2);
  });

  it('does not fail for all because who asked first had no time left', async () => {
    const { clock, emulator, ask } = start();
    const outcomes = await clock.run(async () => Promise.allSettled([ask(100), ask()]));
    expect(outcomes).toMatchObject([
      { status: 'rejected', reason: { name: 'HubSpotTimeoutError', outcome: 'refused' } },
      { status: 'fulfilled', value: { isUnique: true } },
    ]);
    expect(emulator.log.calls).toHaveLength(1);
  });

  it('is asked for again by those whom a passing failure of another’s question hit, and failures are not kept', async () => {
    const { clock, emulator, ask } = start({ HUBSPOT_MAX_ATTEMPTS: '1' });
    emulator.faults.add({ fault: { kind: 'status', status: 503 }, operation: 'properties.get' });
    const outcomes = await clock.run(async () => Promise.allSettled([ask(), ask(), ask()]));
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'fulfilled', 'fulfilled']);
    expect((await clock.run(async () => ask()))?.isUnique).toBe(true);
  });
});
