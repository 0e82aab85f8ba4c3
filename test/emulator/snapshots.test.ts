import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Emulator } from '../../src/emulator/emulator.ts';
import { type EmulatorServer, serveEmulator } from '../../src/emulator/server.ts';
import { AccountBuilder } from '../support/account-builder.ts';

let emulator: Emulator;
let account: AccountBuilder;
let server: EmulatorServer;

beforeEach(async () => {
  emulator = new Emulator();
  account = new AccountBuilder(emulator);
  server = await serveEmulator(emulator);
});
afterEach(async () => server.close());

const send = async (method: string, path: string, body?: unknown) =>
  fetch(`${server.url}${path}`, {
    method,
    body: body === undefined ? null : JSON.stringify(body),
    headers: { authorization: 'Bearer x' },
  });
const control = async (page: string) => (await send('POST', `/_emulator/${page}`)).status;

/** All that an account shows. */
async function shown() {
  const paths = [
    '/crm/v3/objects/contacts?properties=email,sj_credits&associations=2-50158943',
    '/crm/v3/objects/2-50158943',
    '/crm/v3/properties/contacts',
  ];
  return Promise.all(paths.map(async (path) => (await send('GET', path)).json()));
}

describe('a snapshot', () => {
  it('brings back records, links, properties and ids, as often as it is asked for', async () => {
    const [student, other] = [account.student({ sj_credits: 3 }), account.student()];
    const booking = account.booking({ student, exam: account.exam() });
    expect(await control('snapshot')).toBe(204);
    const before = await shown();
    for (const round of [1, 2]) {
      account.change('contacts', student.id, { sj_credits: 9, email: `moved.${round}@example.com` });
      account.merge('contacts', [student.id, other.id]);
      account.archive('bookings', booking);
      account.student();
      await send('POST', '/crm/v3/properties/contacts', {
        name: 'extra',
        label: 'Extra',
        type: 'string',
        fieldType: 'text',
        groupName: 'contactinformation',
      });
      expect(await shown()).not.toEqual(before);
      expect(await control('reset')).toBe(204);
      expect(await shown()).toEqual(before);
    }
    // Unique values lead to the records as they were.
    const found = await send('GET', `/crm/v3/objects/contacts/${student.email}?idProperty=email`);
    expect(await found.json()).toMatchObject({ id: student.id });
  });

  it('forgets calls, their limits and faults', async () => {
    emulator.settings.limits.per10Seconds = 2;
    await control('snapshot');
    emulator.faults.add({ fault: { kind: 'status', status: 503 } });
    for (let count = 0; count < 3; count += 1) await send('GET', '/crm/v3/objects/contacts');
    expect((await send('GET', '/crm/v3/objects/contacts')).status).toBe(429);
    await control('reset');
    expect(emulator.log.calls).toEqual([]);
    expect((await send('GET', '/crm/v3/objects/contacts')).status).toBe(200);
  });

  it('has to be taken first', async () => {
    expect(await control('reset')).toBe(409);
  });
});
