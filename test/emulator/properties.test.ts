import { Client } from '@hubspot/api-client';
import { describe, expect, it } from 'vitest';
import { Emulator } from '../../src/emulator/emulator.ts';
import { serveEmulator } from '../../src/emulator/server.ts';
import { rawHubSpot } from '../support/raw-hubspot.ts';

const BOOKINGS = '2-50158943';
const KEY = {
  name: 'booking_key',
  label: 'Booking key',
  type: 'string',
  fieldType: 'text',
  groupName: 'booking_information',
};

describe.each(['/crm/v3/properties', '/crm/properties/2026-09'])('properties below %s', (base) => {
  it('are listed with what a client needs to know', async () => {
    const { send } = rawHubSpot();
    const { body } = await send('GET', `${base}/contacts`);
    const found = Object.fromEntries(body.results.map((property: { name: string }) => [property.name, property]));
    expect(found['email']).toMatchObject({ label: 'Email', type: 'string', fieldType: 'text', hasUniqueValue: true });
    expect(found['sj_credits']).toMatchObject({ type: 'number', fieldType: 'number', hasUniqueValue: false });
    expect(found['hs_object_id']).toMatchObject({ modificationMetadata: { readOnlyValue: true } });
    expect(found['booking_key']).toBeUndefined();
  });

  it('are shown one by one, options and rollups too', async () => {
    const { send } = rawHubSpot();
    const hand = await send('GET', `${base}/${BOOKINGS}/dominant_hand`);
    expect(hand.body).toMatchObject({ type: 'enumeration', options: [{ value: 'true' }, { value: 'false' }] });
    const rollup = await send('GET', `${base}/${BOOKINGS}/exam_date`);
    expect(rollup.body).toMatchObject({ calculated: true, modificationMetadata: { readOnlyValue: true } });
    for (const name of ['nonsense', 'constructor'])
      expect((await send('GET', `${base}/${BOOKINGS}/${name}`)).status).toBe(404);
  });

  it('are made, and hold from then on', async () => {
    const { send } = rawHubSpot();
    const write = async () =>
      (await send('POST', `/crm/v3/objects/${BOOKINGS}`, { properties: { booking_key: 'k' } })).status;
    expect(await write()).toBe(400);
    const made = await send('POST', `${base}/${BOOKINGS}`, { ...KEY, hasUniqueValue: true });
    expect([made.status, made.body]).toMatchObject([201, { ...KEY, hasUniqueValue: true }]);
    expect((await send('GET', `${base}/${BOOKINGS}/booking_key`)).body).toEqual(made.body);
    expect([await write(), await write()]).toEqual([201, 400]);
    expect((await send('POST', `${base}/${BOOKINGS}`, KEY)).status).toBe(409);
    expect((await send('POST', `${base}/${BOOKINGS}`, { ...KEY, name: 'Not a name' })).status).toBe(400);
  });

  it('are unique ten times at the most', async () => {
    const { send } = rawHubSpot();
    const make = async (number: number) =>
      (await send('POST', `${base}/${BOOKINGS}`, { ...KEY, name: `key_${number}`, hasUniqueValue: true })).status;
    for (let number = 0; number < 10; number += 1) expect(await make(number)).toBe(201);
    expect(await make(10)).toBe(400);
  });
});

describe('a property that was made', () => {
  it('is that account’s alone', async () => {
    await rawHubSpot().send('POST', `/crm/v3/properties/${BOOKINGS}`, KEY);
    expect((await rawHubSpot().send('GET', `/crm/v3/properties/${BOOKINGS}/booking_key`)).status).toBe(404);
  });

  it('is understood by the official client', async () => {
    const server = await serveEmulator(new Emulator());
    const client = new Client({ accessToken: 'any', basePath: server.url, numberOfApiCallRetries: 0 });
    await client.crm.properties.coreApi.create(BOOKINGS, KEY as never);
    const { results } = await client.crm.properties.coreApi.getAll(BOOKINGS);
    expect(results.find(({ name }) => name === KEY.name)).toMatchObject({ ...KEY, calculated: false });
    await server.close();
  });
});
