import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Client as LatestClient } from '@hubspot/api-client';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Emulator } from '../../src/emulator/emulator.ts';
import { type EmulatorServer, serveEmulator } from '../../src/emulator/server.ts';
import { AccountBuilder } from '../support/account-builder.ts';

const FOLDER = new URL('../clients/', import.meta.url);
const INSTALL = 'npm ci --prefix test/clients';
const MAJORS = [9, 10, 11, 12, 13, 14];
const BOOKINGS = '2-50158943';
const MOCK_EXAMS = '2-50158913';

// Where CI is set nothing is skipped.
const isWanted = existsSync(new URL('node_modules', FOLDER)) || Boolean(process.env['CI']);
// oxlint-disable-next-line no-console
if (!isWanted) console.warn(`The majors of HubSpot's client are NOT tested: they are missing. Run: ${INSTALL}`);

/** Associations by name, which the types of the latest major do not tell of. */
interface OlderBatchApi {
  create: (from: string, to: string, batch: object) => Promise<{ results: unknown[] }>;
  archive: (from: string, to: string, batch: object) => Promise<void>;
}

/** What is used of it here is the same in all majors. */
type ClientClass = new (options: {
  accessToken: string;
  basePath: string;
  numberOfApiCallRetries: number;
}) => LatestClient;

const load = (major: number): ClientClass => {
  const { Client } = createRequire(FOLDER)(`hubspot-${major}`) as { Client: ClientClass };
  return Client;
};

describe.skipIf(!isWanted).each(MAJORS)('HubSpot’s client, major %i', (major) => {
  let emulator: Emulator;
  let server: EmulatorServer;
  let account: AccountBuilder;
  let client: LatestClient;

  beforeEach(async () => {
    emulator = new Emulator();
    server = await serveEmulator(emulator);
    account = new AccountBuilder(emulator);
    client = new (load(major))({ accessToken: 'any', basePath: server.url, numberOfApiCallRetries: 0 });
  });
  afterEach(async () => server.close());

  it('reads a contact, by id and by e-mail, with its bookings', async () => {
    const student = account.student({ sj_credits: 4 });
    account.booking({ student, exam: account.exam() });
    const { basicApi } = client.crm.contacts;
    const byId = await basicApi.getById(student.id, ['sj_credits'], undefined, [BOOKINGS]);
    expect(byId.properties).toMatchObject({ sj_credits: '4' });
    expect(Object.values(byId.associations ?? {})[0]?.results).toHaveLength(1);
    const byEmail = await basicApi.getById(student.email, ['email'], undefined, undefined, false, 'email');
    expect(byEmail.id).toBe(student.id);
  });

  it('reads a batch, searches, and pages', async () => {
    const ids = [account.exam(), account.exam(), account.exam()];
    const batch = { inputs: ids.map((id) => ({ id })), properties: ['capacity'], propertiesWithHistory: [] };
    const read = await client.crm.objects.batchApi.read(MOCK_EXAMS, batch);
    expect(read.results.map(({ id }) => id).toSorted()).toEqual(ids.toSorted());
    const filter = { propertyName: 'is_active', operator: 'EQ', value: 'true' };
    const wish = { filterGroups: [{ filters: [filter as never] }], properties: [], sorts: [], limit: 2, after: '0' };
    const first = await client.crm.objects.searchApi.doSearch(MOCK_EXAMS, wish);
    expect([first.total, first.results.length]).toEqual([3, 2]);
    const second = await client.crm.objects.searchApi.doSearch(MOCK_EXAMS, {
      ...wish,
      after: first.paging?.next?.after,
    } as never);
    expect(second.results).toHaveLength(1);
  });

  it('makes, changes, links and archives a record', async () => {
    const student = account.student();
    const made = await client.crm.objects.basicApi.create(BOOKINGS, {
      properties: { booking_id: 'a', is_active: 'Active' },
      associations: [],
    });
    const changed = await client.crm.objects.basicApi.update(BOOKINGS, made.id, {
      properties: { is_active: 'Cancelled' },
    });
    expect(changed.properties).toMatchObject({ is_active: 'Cancelled' });
    await client.crm.associations.v4.basicApi.createDefault(BOOKINGS, made.id, '0-1', student.id);
    const linked = await client.crm.associations.v4.basicApi.getPage(BOOKINGS, made.id, '0-1');
    expect(linked.results.map(({ toObjectId }) => toObjectId)).toEqual([Number(student.id)]);
    await client.crm.objects.basicApi.archive(BOOKINGS, made.id);
    await expect(client.crm.objects.basicApi.getById(BOOKINGS, made.id)).rejects.toMatchObject({ code: 404 });
  });

  it('links and unlinks by name, in the older form', async () => {
    const student = account.student();
    const booking = account.booking({ student: account.student(), exam: account.exam() });
    const inputs = [{ _from: { id: booking }, to: { id: student.id }, type: 'booking_to_contact' }];
    const { batchApi } = client.crm.associations as unknown as { batchApi: OlderBatchApi };
    const made = await batchApi.create(BOOKINGS, '0-1', { inputs });
    expect(made.results).toHaveLength(1);
    const linked = async () => {
      const page = await client.crm.associations.v4.basicApi.getPage(BOOKINGS, booking, '0-1');
      return page.results.map(({ toObjectId }) => toObjectId);
    };
    expect(await linked()).toContain(Number(student.id));
    await batchApi.archive(BOOKINGS, '0-1', { inputs });
    expect(await linked()).not.toContain(Number(student.id));
    await expect(
      batchApi.create(BOOKINGS, '0-1', { inputs: [{ ...inputs[0], type: 'nothing' }] }),
    ).rejects.toMatchObject({ code: 400 });
  });

  it('reads properties, schemas and refusals', async () => {
    const properties = await client.crm.properties.coreApi.getAll('contacts');
    expect(properties.results.map(({ name }) => name)).toContain('sj_credits');
    const schemas = await client.crm.schemas.coreApi.getAll();
    expect(schemas.results.map(({ objectTypeId }) => objectTypeId)).toContain(BOOKINGS);
    const wrong = client.crm.objects.basicApi.create(BOOKINGS, { properties: { nowhere: 'x' }, associations: [] });
    await expect(wrong).rejects.toMatchObject({ code: 400 });
  });
});
