import { describe, expect, it } from 'vitest';
import { ConnectionBroken } from '../../src/emulator/emulator.ts';
import type { Fault, ReplacingFault } from '../../src/emulator/faults.ts';
import { CONTACTS, createEmulated } from '../support/hubspot.ts';
import { rawHubSpot } from '../support/raw-hubspot.ts';

const GATEWAY = { kind: 'status', status: 504 } as const;

/** A contact with three credits, and a PATCH to two whose answer a fault takes away. */
function start(fault: Fault, settings = {}) {
  const hubspot = rawHubSpot({ settings });
  const student = hubspot.account.student({ sj_credits: 3 });
  const path = `/crm/v3/objects/contacts/${student.id}`;
  hubspot.emulator.faults.add({ fault, operation: 'objects.update' });
  const patch = async (value: unknown = '2') => hubspot.send('PATCH', path, { properties: { sj_credits: value } });
  const credits = async () => (await hubspot.send('GET', `${path}?properties=sj_credits`)).body.properties.sj_credits;
  return { ...hubspot, student, path, patch, credits };
}

describe('a write whose answer is lost', () => {
  it.each([
    ['never', {}, '3'],
    ['before it', { commitAfterMs: 0 }, '2'],
  ])('is carried out %s', async (_when, when, left) => {
    const lost = start({ kind: 'hang-up', ...when });
    await expect(lost.patch()).rejects.toThrow(ConnectionBroken);
    expect(await lost.credits()).toBe(left);
    expect(lost.emulator.log.calls[0]).toMatchObject({ operation: 'objects.update', status: 'hang-up' });
    const refused = start({ ...GATEWAY, ...when });
    expect((await refused.patch()).status).toBe(504);
    expect(await refused.credits()).toBe(left);
  });

  it.each<[string, ReplacingFault]>([
    ['a 504', GATEWAY],
    ['an HTML page', { kind: 'html' }],
    ['a hang-up', { kind: 'hang-up' }],
  ])('is carried out 1.5 s after %s', async (_name, fault) => {
    const { clock, emulator, patch, credits } = start(
      { ...fault, commitAfterMs: 1500 },
      { latency: { readMs: 0, writeMs: 200 } },
    );
    await Promise.allSettled([patch()]);
    const answeredAt = clock.now();
    await clock.advance(1499);
    expect(await credits()).toBe('3');
    expect([emulator.lateCount, emulator.waitingCount]).toEqual([1, 0]);
    await clock.advance(1);
    expect(await credits()).toBe('2');
    expect(emulator.lateCount).toBe(0);
    expect(emulator.log.calls[0]).toMatchObject({ finishedAt: answeredAt, carriedOutAt: answeredAt + 1500 });
  });

  it('is carried out while its caller still hears nothing', async () => {
    const { clock, emulator, path, credits } = start({ kind: 'hang', commitAfterMs: 1500 });
    const gone = new AbortController();
    const body = JSON.stringify({ properties: { sj_credits: '2' } });
    const init = { method: 'PATCH', headers: { authorization: 'Bearer x' }, body, signal: gone.signal };
    const call = Promise.allSettled([emulator.fetch(new Request(`https://api.hubapi.com${path}`, init))]);
    await clock.advance(1501);
    expect(await credits()).toBe('2');
    expect(emulator.log.calls[0]).toMatchObject({ objectType: '0-1', status: 'hang', finishedAt: undefined });
    gone.abort();
    expect(await call).toMatchObject([{ reason: new ConnectionBroken('the caller gave up') }]);
  });

  it('overwrites what was written meanwhile', async () => {
    const { clock, emulator, patch, credits } = start({ ...GATEWAY, commitAfterMs: 1500 });
    await patch('2');
    expect((await patch('7')).status).toBe(200);
    await clock.run(async () => emulator.settled());
    expect(await credits()).toBe('2');
  });

  it('fails in silence when it is no longer possible', async () => {
    const { clock, emulator, send, path, patch } = start({ ...GATEWAY, commitAfterMs: 1500 });
    await patch();
    await send('DELETE', path);
    await clock.run(async () => emulator.settled());
    expect((await send('GET', path)).status).toBe(404);
  });

  it('is not carried out when it was not let through', async () => {
    const { emulator, patch } = start({ ...GATEWAY, commitAfterMs: 1500 }, { limits: { perDay: 0 } });
    await patch();
    expect(emulator.lateCount).toBe(0);
  });
});

describe('the clock that the API and the emulator share', () => {
  it.each<ReplacingFault>([GATEWAY, { kind: 'hang' }])(
    'does not wait for late writes, and lets them come (%j)',
    async (fault) => {
      const { clock, hubspot, emulator, account } = createEmulated({ HUBSPOT_MAX_ATTEMPTS: '1' });
      const { id } = account.student({ sj_credits: 3 });
      emulator.faults.add({ fault: { ...fault, commitAfterMs: 60_000 }, operation: /update/i });
      const credits = () => account.values('contacts', id)['sj_credits'];
      const update = hubspot.updateObject(CONTACTS, { id, properties: { sj_credits: '2' } });
      await expect(clock.run(async () => update)).rejects.toMatchObject({ outcome: 'unknown' });
      expect([credits(), emulator.lateCount]).toEqual(['3', 1]);
      await clock.run(async () => emulator.settled());
      expect([credits(), emulator.lateCount]).toEqual(['2', 0]);
    },
  );
});
