import { describe, expect, it } from 'vitest';
import { PORTAL_WITH_KEYS } from '../../src/emulator/prepdoctors-portal.ts';
import { rawHubSpot } from '../support/raw-hubspot.ts';
import type { SettingsPatch } from '../../src/emulator/settings.ts';

const BOOKINGS = '2-50158943';
const path = `/crm/v3/objects/${BOOKINGS}`;

function start(settings: SettingsPatch = {}) {
  const hubspot = rawHubSpot({ portal: PORTAL_WITH_KEYS, settings });
  const create = async (key: string) => hubspot.send('POST', path, { properties: { booking_key: key } });
  const find = async (key: string) =>
    hubspot.send('GET', `${path}/${key}?idProperty=booking_key&properties=booking_key`);
  return { ...hubspot, create, find };
}

describe('a unique property', () => {
  it('is absent from the portal as it is today', async () => {
    const { send } = rawHubSpot();
    const { body } = await send('POST', path, { properties: { booking_key: 'k' } });
    expect(body.errors[0].code).toBe('PROPERTY_DOESNT_EXIST');
  });

  it('refuses a value that another record has, in HubSpot’s words', async () => {
    const { send, create } = start();
    const first = await create('k');
    const { status, body } = await create('K');
    expect([status, body.category, body.errors[0].code]).toEqual([400, 'VALIDATION_ERROR', 'CONFLICTING_UNIQUE_VALUE']);
    const next = String(Number(first.body.id) + 1);
    expect(body.errors[0].message).toBe(
      'Cannot set PropertyValueCoordinates{portalId=46814382, objectTypeId=2-50158943, propertyName=booking_key, value=K} ' +
        `on ${next}. ${first.body.id} already has that value.`,
    );
    const other = await create('other');
    const moved = await send('PATCH', `${path}/${other.body.id}`, { properties: { booking_key: 'k' } });
    expect(moved.body.errors[0].message).toContain(`on ${other.body.id}. ${first.body.id} already has`);
    expect((await send('PATCH', `${path}/${first.body.id}`, { properties: { booking_key: 'k' } })).status).toBe(200);
  });

  it('finds its record in reads and batches', async () => {
    const { send, create, find } = start();
    const { id } = (await create('k')).body;
    expect((await find('K')).body.id).toBe(id);
    const batch = { idProperty: 'booking_key', inputs: [{ id: 'k' }, { id: 'nobody' }] };
    const { body } = await send('POST', `${path}/batch/read`, batch);
    expect(body).toMatchObject({ results: [{ id }], errors: [{ context: { ids: ['nobody'] } }] });
  });

  it('finds nothing by what it was before', async () => {
    const { send, create, find } = start();
    const { id } = (await create('k')).body;
    await send('PATCH', `${path}/${id}`, { properties: { booking_key: 'later' } });
    expect([(await find('k')).status, (await find('later')).status]).toEqual([404, 200]);
    expect((await create('k')).status).toBe(201);
  });

  it.each([
    ['held', 400],
    ['freed', 201],
  ] as const)('is %s when its record is archived', async (archivedUniqueValues, status) => {
    const { send, create, find } = start({ archivedUniqueValues });
    const { id } = (await create('k')).body;
    await send('DELETE', `${path}/${id}`);
    expect((await find('k')).status).toBe(404);
    expect((await create('k')).status).toBe(status);
  });

  it('lets two in that come at the same moment, when told so', async () => {
    const { emulator, create } = start();
    emulator.faults.add({ fault: { kind: 'unguarded' }, operation: 'objects.create', times: 2 });
    const made = [await create('k'), await create('k')];
    expect(made.map(({ status }) => status)).toEqual([201, 201]);
    expect((await create('k')).status).toBe(400);
  });
});

describe('a contact’s e-mail', () => {
  it('can be used again once the contact is archived', async () => {
    const { account, send } = start();
    const { id, email } = account.student();
    expect((await send('POST', '/crm/v3/objects/contacts', { properties: { email } })).status).toBe(409);
    await send('DELETE', `/crm/v3/objects/contacts/${id}`);
    expect((await send('POST', '/crm/v3/objects/contacts', { properties: { email } })).status).toBe(201);
  });
});
