import { Client } from '@hubspot/api-client';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Emulator } from '../../src/emulator/emulator.ts';
import { type EmulatorServer, serveEmulator } from '../../src/emulator/server.ts';
import { AccountBuilder } from '../support/account-builder.ts';

const BOOKINGS = '2-50158943';
const MOCK_EXAMS = '2-50158913';

/** HubSpot's own client over HTTP: what it understands is what HubSpot says. */
describe('the official client', () => {
  let emulator: Emulator;
  let server: EmulatorServer;
  let account: AccountBuilder;
  let client: Client;

  beforeEach(async () => {
    emulator = new Emulator();
    server = await serveEmulator(emulator);
    account = new AccountBuilder(emulator);
    client = new Client({ accessToken: 'any', basePath: server.url, numberOfApiCallRetries: 0 });
  });
  afterEach(async () => server.close());

  const equals = { propertyName: 'is_active', operator: 'EQ', value: 'true' } as const;
  const search = async (limit: number, after?: string) =>
    client.crm.objects.searchApi.doSearch(MOCK_EXAMS, {
      filterGroups: [{ filters: [equals as never] }],
      properties: ['capacity'],
      sorts: [],
      limit,
      ...(after ? { after } : {}),
    });

  it('reads a contact by e-mail', async () => {
    const student = account.student({ sj_credits: 4 });
    const found = await client.crm.contacts.basicApi.getById(
      student.email,
      ['sj_credits', 'cs_credits'],
      undefined,
      undefined,
      false,
      'email',
    );
    expect(found.id).toBe(student.id);
    expect(found.properties).toMatchObject({ sj_credits: '4', cs_credits: null, hs_object_id: student.id });
    expect(found.createdAt).toBeInstanceOf(Date);
  });

  it('reads inline associations', async () => {
    const student = account.student();
    const booking = account.booking({ student, links: 2 });
    const found = await client.crm.contacts.basicApi.getById(student.id, undefined, undefined, [BOOKINGS]);
    const [list] = Object.values(found.associations ?? {});
    expect(list?.results.map(({ id }) => id)).toEqual([booking, booking]);
  });

  it('reads a batch, and a 207 for what does not exist', async () => {
    const ids = [account.exam(), account.exam()];
    const input = (all: string[]) => ({
      inputs: all.map((id) => ({ id })),
      properties: ['capacity'],
      propertiesWithHistory: [],
    });
    const whole = await client.crm.objects.batchApi.read(MOCK_EXAMS, input(ids));
    expect(whole.results.map(({ id }) => id)).toEqual(ids);
    const partial = await client.crm.objects.batchApi.read(MOCK_EXAMS, input([...ids, '999']));
    expect(partial.results).toHaveLength(2);
    expect(partial).toMatchObject({
      numErrors: 1,
      errors: [{ category: 'OBJECT_NOT_FOUND', context: { ids: ['999'] } }],
    });
  });

  it('searches, page by page', async () => {
    const ids = [1, 2, 3].map(() => account.exam());
    const first = await search(2);
    expect(first.total).toBe(3);
    const second = await search(2, first.paging?.next?.after);
    expect([...first.results, ...second.results].map(({ id }) => id)).toEqual(ids);
    expect(second.paging).toBeUndefined();
  });

  it('creates with inline associations and reads them back in a batch', async () => {
    const student = account.student();
    const exam = account.exam();
    const labels = await client.crm.associations.v4.schema.definitionsApi.getAll(BOOKINGS, MOCK_EXAMS);
    const unlabelled = labels.results.find(({ label }) => !label);
    const toContact = await client.crm.associations.v4.schema.definitionsApi.getAll(BOOKINGS, 'contacts');
    const type = (found: typeof unlabelled) => [
      { associationCategory: found?.category as never, associationTypeId: found?.typeId ?? 0 },
    ];
    const created = await client.crm.objects.basicApi.create(BOOKINGS, {
      properties: { booking_id: 'B-1', is_active: 'Active' },
      associations: [
        { to: { id: exam }, types: type(unlabelled) },
        { to: { id: student.id }, types: type(toContact.results.find(({ label }) => !label)) },
      ],
    });
    const read = await client.crm.associations.v4.batchApi.getPage(BOOKINGS, MOCK_EXAMS, {
      inputs: [{ id: created.id }],
    });
    expect(read.results.map(({ _from, to }) => [_from.id, to.map(({ toObjectId }) => toObjectId)])).toEqual([
      [created.id, [Number(exam)]],
    ]);
    const empty = await client.crm.associations.v4.batchApi.getPage(MOCK_EXAMS, BOOKINGS, {
      inputs: [{ id: account.exam() }],
    });
    expect(empty).toMatchObject({
      results: [],
      numErrors: 1,
      errors: [{ subCategory: 'crm.associations.NO_ASSOCIATIONS_FOUND' }],
    });
  });

  it('updates, archives, and no longer finds', async () => {
    const exam = account.exam();
    const updated = await client.crm.objects.basicApi.update(MOCK_EXAMS, exam, { properties: { capacity: '7' } });
    expect(updated.properties).toMatchObject({ capacity: '7' });
    await client.crm.objects.basicApi.archive(MOCK_EXAMS, exam);
    await expect(client.crm.objects.basicApi.getById(MOCK_EXAMS, exam)).rejects.toMatchObject({ code: 404 });
  });

  it('meets a taken e-mail as a conflict', async () => {
    const { email } = account.student();
    const create = client.crm.contacts.basicApi.create({ properties: { email }, associations: [] });
    await expect(create).rejects.toMatchObject({ code: 409, body: { category: 'CONFLICT' } });
  });

  it('meets a read-only property as a validation error', async () => {
    const create = client.crm.objects.basicApi.create(BOOKINGS, {
      properties: { exam_date: '2026-12-10' },
      associations: [],
    });
    await expect(create).rejects.toMatchObject({
      code: 400,
      body: { category: 'VALIDATION_ERROR', errors: [{ code: 'READ_ONLY_VALUE' }] },
    });
  });

  it('meets the limits as 429', async () => {
    emulator.settings.limits.searchPerSecond = 2;
    await search(1);
    await search(1);
    await expect(search(1)).rejects.toMatchObject({ code: 429, body: { policyName: 'SECONDLY' } });
  });

  it('meets a call without a token as 401', async () => {
    const anonymous = new Client({ basePath: server.url, numberOfApiCallRetries: 0 });
    await expect(anonymous.crm.contacts.basicApi.getById('1')).rejects.toMatchObject({
      code: 401,
      body: { category: 'INVALID_AUTHENTICATION' },
    });
  });
});
