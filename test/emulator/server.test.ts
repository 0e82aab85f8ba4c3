import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Emulator } from '../../src/emulator/emulator.ts';
import { type EmulatorServer, serveEmulator } from '../../src/emulator/server.ts';
import { AccountBuilder } from '../support/account-builder.ts';
import { CONTACTS, createClient } from '../support/hubspot-client.ts';

describe('the emulator over HTTP', () => {
  let emulator: Emulator;
  let server: EmulatorServer;

  beforeEach(async () => {
    emulator = new Emulator();
    server = await serveEmulator(emulator);
  });
  afterEach(async () => server.close());

  const send = async (method: string, path: string, body?: unknown) =>
    fetch(`${server.url}${path}`, {
      method,
      body: body === undefined ? null : JSON.stringify(body),
      headers: { authorization: 'Bearer x' },
    });

  it('answers this project’s service', async () => {
    const student = new AccountBuilder(emulator).student();
    const { hubspot } = createClient({ HUBSPOT_BASE_URL: server.url });
    expect(await hubspot.getObject(CONTACTS, student.id, { properties: ['email'] })).toMatchObject({ id: student.id });
  });

  it('breaks connections so that a client sees it', async () => {
    emulator.faults.add({ fault: { kind: 'hang-up' } });
    const { hubspot } = createClient({ HUBSPOT_BASE_URL: server.url, HUBSPOT_MAX_ATTEMPTS: '1' });
    const read = hubspot.getObject(CONTACTS, '1', { properties: [] });
    await expect(read).rejects.toMatchObject({ name: 'HubSpotNetworkError', code: 'ECONNRESET', outcome: 'unknown' });
  });

  it('is not there after it was closed, and a client knows that nothing was sent', async () => {
    await server.close();
    const { hubspot } = createClient({ HUBSPOT_BASE_URL: server.url, HUBSPOT_MAX_ATTEMPTS: '1' });
    const read = hubspot.getObject(CONTACTS, '1', { properties: [] });
    await expect(read).rejects.toMatchObject({ code: 'ECONNREFUSED', outcome: 'refused' });
  });

  it('shows and forgets the calls made', async () => {
    await send('GET', '/crm/v3/objects/contacts');
    const shown: unknown = await (await send('GET', '/_emulator/calls')).json();
    expect(shown).toMatchObject({ count: 1, rounds: 1, calls: [{ operation: 'objects.list', status: 200 }] });
    await send('DELETE', '/_emulator/calls');
    expect(emulator.log.calls).toEqual([]);
  });

  it('lists the faults that are planned, and takes none that could never strike', async () => {
    const fault = { kind: 'status', status: 503 };
    await send('POST', '/_emulator/faults', { fault, operation: 'objects.get', objectType: 'contacts', times: 2 });
    await send('GET', '/crm/v3/objects/contacts/1');
    const listed: unknown = await (await send('GET', '/_emulator/faults')).json();
    const rule = { fault, operation: 'objects.get', objectType: '0-1', times: 2 };
    expect(listed).toMatchObject({ faults: [{ rule, seen: 1 }] });
    for (const wrong of [{ operation: 'objects.bogus' }, { objectType: '2-1' }]) {
      expect((await send('POST', '/_emulator/faults', { fault, ...wrong })).status).toBe(400);
    }
  });

  it('has its knobs turned', async () => {
    const patched = await send('PATCH', '/_emulator/settings', { latency: { readMs: 5 }, limits: { perDay: null } });
    expect(await patched.json()).toMatchObject({ latency: { readMs: 5, writeMs: 0 }, limits: { perDay: null } });
    expect(await (await send('GET', '/_emulator/settings')).json()).toMatchObject({ latency: { readMs: 5 } });
    expect((await send('PATCH', '/_emulator/settings', { latency: { readMs: -1 } })).status).toBe(400);
    await send('PATCH', '/_emulator/settings', { survivorId: 'new', lag: { historyMs: 7 } });
    expect(emulator.settings).toMatchObject({ survivorId: 'new', lag: { historyMs: 7, searchMs: 0 } });
  });

  it('plans and forgets faults', async () => {
    await send('POST', '/_emulator/faults', {
      fault: { kind: 'status', status: 503 },
      operation: 'objects.list',
      times: 9,
    });
    expect((await send('GET', '/crm/v3/objects/contacts')).status).toBe(503);
    await send('DELETE', '/_emulator/faults');
    expect((await send('GET', '/crm/v3/objects/contacts')).status).toBe(200);
    expect((await send('POST', '/_emulator/faults', { fault: { kind: 'earthquake' } })).status).toBe(400);
    expect((await send('POST', '/_emulator/faults')).status).toBe(400);
  });

  it.each([
    { kind: 'status', status: 504, body: { message: 'gateway' }, headers: { 'retry-after': '1' }, commitAfterMs: 1500 },
    { kind: 'html', status: 502 },
    { kind: 'hang', commitAfterMs: 0 },
    { kind: 'partial', category: 'RATE_LIMITS', inputs: ['1'], commitAfterMs: 1500 },
    { kind: 'headers', headers: { 'x-hubspot-ratelimit-max': null } },
    { kind: 'stuck-cursor' },
    { kind: 'slow', beforeMs: 10, afterMs: 20 },
    { kind: 'unguarded' },
  ])('plans %j', async (fault) => {
    expect((await send('POST', '/_emulator/faults', { fault, times: 'always' })).status).toBe(200);
    expect(emulator.faults.strike({ operation: 'objects.get', objectType: '0-1' })).toEqual([fault]);
    expect(emulator.faults.strike({ operation: 'objects.get', objectType: '0-1' })).toEqual([fault]);
  });

  it('tells how many calls are still to be carried out', async () => {
    emulator.faults.add({ fault: { kind: 'status', status: 504, commitAfterMs: 50 } });
    await send('POST', '/crm/v3/objects/contacts', { properties: { email: 'ada@example.com' } });
    expect(await (await send('GET', '/_emulator/calls')).json()).toMatchObject({ late: 1 });
    await emulator.settled();
    expect(await (await send('GET', '/_emulator/calls')).json()).toMatchObject({ late: 0 });
  });

  it('knows no other page of its own', async () => {
    expect((await send('GET', '/_emulator/secrets')).status).toBe(404);
  });

  it('says when its port is taken', async () => {
    const { port } = new URL(server.url);
    await expect(serveEmulator(new Emulator(), Number(port))).rejects.toMatchObject({ code: 'EADDRINUSE' });
  });
});
