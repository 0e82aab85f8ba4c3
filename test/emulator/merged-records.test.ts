import { describe, expect, it } from 'vitest';
import type { EmulatorSettings } from '../../src/emulator/settings.ts';
import { rawHubSpot } from '../support/raw-hubspot.ts';

const BOOKINGS = '2-50158943';
const CONTACTS = '0-1';
const EXAMS = '2-50158913';
type Settings = Partial<EmulatorSettings>;

/** Two contacts of one student, each with a booking, made one. */
function start(settings: Settings = {}, lag = {}) {
  const hubspot = rawHubSpot({ settings: { ...settings, lag } });
  const { account } = hubspot;
  const primary = account.student({ email: 'ann@example.com', firstname: 'Ann', sj_credits: '' });
  const other = account.student({ email: 'ann.old@example.com', firstname: 'Anna', sj_credits: 4, cs_credits: 2 });
  const bookings = [account.booking({ student: primary }), account.booking({ student: other })];
  const ids = [primary.id, other.id];
  const survivor = account.merge('contacts', [primary.id, other.id]);
  const bookingsOf = async (id: string): Promise<string[]> => {
    const { body } = await hubspot.send('GET', `/crm/v4/objects/${CONTACTS}/${id}/associations/${BOOKINGS}`);
    return body.results.map(({ toObjectId }: { toObjectId: number }) => String(toObjectId));
  };
  return { ...hubspot, primary, other, bookings, ids, survivor, bookingsOf };
}

describe.each<[EmulatorSettings['survivorId']]>([['primary'], ['new']])(
  'two merged contacts, under the id: %s',
  (survivorId) => {
    it('keep the primary’s values, and the other’s where it had none', async () => {
      const { send, ids, survivor } = start({ survivorId });
      expect(ids.includes(survivor)).toBe(survivorId === 'primary');
      for (const id of [...ids, survivor]) {
        const { status, body } = await send(
          'GET',
          `/crm/v3/objects/contacts/${id}?properties=firstname,sj_credits,cs_credits`,
        );
        expect([status, body.id]).toEqual([200, survivor]);
        expect(body.properties).toMatchObject({ firstname: 'Ann', sj_credits: '4', cs_credits: '2' });
      }
    });

    it('are one result of a batch/read, under the survivor’s id', async () => {
      const { send, ids, survivor } = start({ survivorId });
      const { status, body } = await send('POST', '/crm/v3/objects/contacts/batch/read', {
        inputs: ids.map((id) => ({ id })),
      });
      expect([status, body.results.map(({ id }: { id: string }) => id)]).toEqual([200, [survivor]]);
      expect(body.errors).toBeUndefined();
    });

    it('are written to by either id', async () => {
      const { send, account, ids, survivor } = start({ survivorId });
      const [first = '', second = ''] = ids;
      const patched = await send('PATCH', `/crm/v3/objects/contacts/${second}`, { properties: { cs_credits: '7' } });
      expect(patched.body.id).toBe(survivor);
      const inputs = [{ id: first, properties: { sj_credits: '8' } }];
      const updated = await send('POST', '/crm/v3/objects/contacts/batch/update', { inputs });
      expect(updated.body.results[0].id).toBe(survivor);
      expect(account.values('contacts', survivor)).toMatchObject({ cs_credits: '7', sj_credits: '8' });
    });

    it('have each other’s bookings, and the bookings the survivor', async () => {
      const { send, bookings, ids, survivor, bookingsOf } = start({ survivorId });
      for (const id of [...ids, survivor]) expect((await bookingsOf(id)).toSorted()).toEqual(bookings);
      const inline = await send('GET', `/crm/v3/objects/${BOOKINGS}/${bookings[1]}?associations=contacts`);
      expect(inline.body.associations.contacts.results).toEqual([{ id: survivor, type: 'booking_to_contact' }]);
    });

    it('answer an association batch/read once, from the survivor', async () => {
      const { send, ids, survivor } = start({ survivorId });
      const inputs = ids.map((id) => ({ id }));
      for (const version of ['v3', 'v4']) {
        const { body } = await send('POST', `/crm/${version}/associations/${CONTACTS}/${BOOKINGS}/batch/read`, {
          inputs,
        });
        expect(body.results.map(({ from, to }: { from: unknown; to: unknown[] }) => [from, to.length])).toEqual([
          [{ id: survivor }, 2],
        ]);
        expect(body.errors).toBeUndefined();
      }
    });

    it('are associated and parted by either id', async () => {
      const { send, account, ids, bookings, bookingsOf, survivor } = start({ survivorId });
      const [, second = ''] = ids;
      const added = account.booking({ student: account.student() });
      const pair = (booking: string | undefined) =>
        `/crm/v4/objects/${CONTACTS}/${second}/associations/default/${BOOKINGS}/${booking}`;
      const { body } = await send('PUT', pair(added));
      expect(body.results[0].from.id).toBe(survivor);
      await send('DELETE', pair(bookings[0]).replace('/default', ''));
      expect((await bookingsOf(survivor)).toSorted()).toEqual([bookings[1], added]);
    });

    it('are named by either id when a booking is made', async () => {
      const { send, ids, survivor } = start({ survivorId });
      const types = [{ associationCategory: 'USER_DEFINED', associationTypeId: 1203 }];
      const associations = [{ to: { id: ids[1] }, types }];
      const { body } = await send('POST', `/crm/v3/objects/${BOOKINGS}`, { properties: {}, associations });
      const made = await send('GET', `/crm/v4/objects/${BOOKINGS}/${body.id}/associations/${CONTACTS}`);
      expect(made.body.results).toMatchObject([{ toObjectId: Number(survivor) }]);
    });

    it('are found and listed once', async () => {
      const { send, survivor } = start({ survivorId });
      const found = await send('POST', '/crm/v3/objects/contacts/search', {});
      const listed = await send('GET', '/crm/v3/objects/contacts?associations=contacts');
      for (const { body } of [found, listed])
        expect(body.results.map(({ id }: { id: string }) => id)).toEqual([survivor]);
    });

    it('go together through further merges', async () => {
      const { account, send, ids, survivor, bookings, bookingsOf } = start({ survivorId });
      const third = account.student();
      const last = account.merge('contacts', [third.id, survivor], survivorId);
      for (const id of [...ids, survivor, third.id]) {
        expect((await send('GET', `/crm/v3/objects/contacts/${id}`)).body.id).toBe(last);
        expect((await bookingsOf(id)).toSorted()).toEqual(bookings);
      }
    });
  },
);

describe('a merge', () => {
  it('is asked for by an app, too, for any type', async () => {
    const { account, send } = rawHubSpot();
    const [primary, other] = [account.exam({ capacity: 9 }), account.exam()];
    const merge = async (base: string, body: object) => send('POST', `${base}/${EXAMS}/merge`, body);
    const { status, body } = await merge('/crm/objects/2026-09', { primaryObjectId: primary, objectIdToMerge: other });
    expect([status, body.id]).toEqual([200, primary]);
    expect((await merge('/crm/v3/objects', { primaryObjectId: primary, objectIdToMerge: other })).status).toBe(400);
    expect((await merge('/crm/v3/objects', { primaryObjectId: primary, objectIdToMerge: '9' })).status).toBe(404);
    expect((await merge('/crm/v3/objects', { primaryObjectId: primary })).status).toBe(400);
  });

  it('brings back no association that was ended before', async () => {
    const { account, send } = rawHubSpot();
    const [primary, other] = [account.student(), account.student()];
    const booking = account.booking({ student: other });
    await send('DELETE', `/crm/v4/objects/${BOOKINGS}/${booking}/associations/${CONTACTS}/${other.id}`);
    account.merge('contacts', [primary.id, other.id]);
    const { body } = await send('GET', `/crm/v4/objects/${BOOKINGS}/${booking}/associations/${CONTACTS}`);
    expect(body.results).toEqual([]);
  });

  it('shows late in associations and in search', async () => {
    const { clock, send, other, bookings, survivor, bookingsOf } = start({}, { associationMs: 3000, searchMs: 10_000 });
    const bookingSide = async () =>
      (await send('GET', `/crm/v4/objects/${BOOKINGS}/${bookings[1]}/associations/${CONTACTS}`)).body.results[0]
        .toObjectId;
    const found = async () => (await send('POST', '/crm/v3/objects/contacts/search', {})).body.total;
    expect([await bookingSide(), await found()]).toEqual([Number(other.id), 2]);
    expect((await bookingsOf(survivor)).toSorted()).toEqual(bookings);
    await clock.advance(3000);
    expect([await bookingSide(), await found()]).toEqual([Number(survivor), 2]);
    await clock.advance(7000);
    expect(await found()).toBe(1);
  });
});

describe('further e-mail addresses of a contact', () => {
  const read = async ({ send }: ReturnType<typeof rawHubSpot>, emails: string[]) => {
    const inputs = emails.map((id) => ({ id }));
    const path = '/crm/v3/objects/contacts/batch/read';
    return (await send('POST', path, { idProperty: 'email', inputs, properties: ['email', 'hs_additional_emails'] }))
      .body;
  };

  it('find it, alone and in batches', async () => {
    const hubspot = rawHubSpot();
    const { id } = hubspot.account.student({
      email: 'ann@example.com',
      hs_additional_emails: 'ann.old@example.com; A@x.ca',
    });
    for (const email of ['ANN@example.com', 'ann.old@example.com', 'a@x.ca'])
      expect((await hubspot.send('GET', `/crm/v3/objects/contacts/${email}?idProperty=email`)).body.id).toBe(id);
    const body = await read(hubspot, ['ann.old@example.com', 'ann@example.com']);
    expect(body).toMatchObject({ results: [{ id, properties: { email: 'ann@example.com' } }] });
    expect(body.errors).toBeUndefined();
  });

  it('cannot be another contact’s', async () => {
    const { account, send } = rawHubSpot();
    account.student({ email: 'ann@example.com', hs_additional_emails: 'ann.old@example.com' });
    const create = async (properties: object) =>
      (await send('POST', '/crm/v3/objects/contacts', { properties })).status;
    expect(await create({ email: 'ann.old@example.com' })).toBe(409);
    expect(await create({ email: 'bo@example.com', hs_additional_emails: 'ann@example.com' })).toBe(409);
    expect(await create({ email: 'bo@example.com', hs_additional_emails: 'nonsense' })).toBe(400);
    expect(await create({ email: 'bo@example.com;bob@example.com' })).toBe(400);
    expect(await create({ email: 'bo@example.com', hs_additional_emails: 'bob@example.com' })).toBe(201);
  });

  it('come from merges', async () => {
    const hubspot = start();
    const body = await read(hubspot, ['ann.old@example.com', 'ann@example.com']);
    expect(body.results.map(({ properties }: { properties: unknown }) => properties)).toMatchObject([
      { email: 'ann@example.com', hs_additional_emails: 'ann.old@example.com' },
    ]);
  });
});
