import { beforeEach, describe, expect, it } from 'vitest';
import { Emulator } from '../../src/emulator/emulator.ts';
import { AccountBuilder, type TestStudent } from '../support/account-builder.ts';

let emulator: Emulator;
let account: AccountBuilder;
let gone: TestStudent;
let live: TestStudent;

beforeEach(() => {
  emulator = new Emulator();
  account = new AccountBuilder(emulator);
  [gone, live] = [account.student({ sj_credits: 2 }), account.student()];
  account.archive('contacts', gone.id);
});

async function send(method: string, path: string, body?: unknown) {
  const headers = { authorization: 'Bearer x' };
  const request = new Request(`https://api.hubapi.com${path}`, {
    method,
    headers,
    body: body === undefined ? null : JSON.stringify(body),
  });
  const response = await emulator.fetch(request);
  const text = await response.text();
  return { status: response.status, body: text === '' ? undefined : JSON.parse(text) };
}

describe('the recycle bin', () => {
  it('is listed, and shows what a record held and when it was archived', async () => {
    const { body } = await send('GET', '/crm/v3/objects/contacts?archived=true&properties=sj_credits');
    expect(body.results).toEqual([
      expect.objectContaining({
        id: gone.id,
        archived: true,
        archivedAt: expect.any(String),
        properties: expect.objectContaining({ sj_credits: '2' }),
      }),
    ]);
  });

  it.each([
    ['by id', () => gone.id, ''],
    ['by e-mail', () => gone.email, '&idProperty=email'],
  ])('a record is read from it %s', async (_how, id, query) => {
    expect(await send('GET', `/crm/v3/objects/contacts/${id()}?archived=true${query}`)).toMatchObject({
      status: 200,
      body: { id: gone.id },
    });
    expect((await send('GET', `/crm/v3/objects/contacts/${id()}?${query}`)).status).toBe(404);
  });

  it('holds no live record, and no merged one', async () => {
    expect((await send('GET', `/crm/v3/objects/contacts/${live.id}?archived=true`)).status).toBe(404);
    const other = account.student();
    account.merge('contacts', [live.id, other.id]);
    expect((await send('GET', `/crm/v3/objects/contacts/${other.id}?archived=true`)).status).toBe(404);
  });

  it('is read in batches', async () => {
    const inputs = [{ id: gone.id }, { id: live.id }];
    const { status, body } = await send('POST', '/crm/v3/objects/contacts/batch/read?archived=true', {
      inputs,
      properties: [],
    });
    expect([status, body.results.map(({ id }: { id: string }) => id)]).toEqual([207, [gone.id]]);
  });

  it('is not written to', async () => {
    const written = await send('PATCH', `/crm/v3/objects/contacts/${gone.id}?archived=true`, {
      properties: { sj_credits: 3 },
    });
    expect(written).toMatchObject({ status: 501, body: { category: 'EMULATOR_NOT_IMPLEMENTED' } });
  });
});

describe('a property', () => {
  const path = '/crm/v3/properties/contacts/sj_credits';

  it('can be called otherwise, and get other options', async () => {
    const { status, body } = await send('PATCH', path, { label: 'Credits', options: [{ label: 'One', value: '1' }] });
    expect([status, body.label, body.options.length, body.type]).toEqual([200, 'Credits', 1, 'number']);
    expect((await send('GET', path)).body.label).toBe('Credits');
  });

  it('can be archived: records do not show it any more', async () => {
    const rich = account.student({ sj_credits: 2 });
    expect((await send('DELETE', path)).status).toBe(204);
    expect((await send('GET', path)).status).toBe(404);
    const { body } = await send('GET', `/crm/v3/objects/contacts/${rich.id}?properties=sj_credits`);
    expect(Object.keys(body.properties)).not.toContain('sj_credits');
  });

  it.each(['PATCH', 'DELETE'])('that every record has by itself refuses %s', async (method) => {
    expect(
      (await send(method, '/crm/v3/properties/contacts/hs_object_id', method === 'PATCH' ? {} : undefined)).status,
    ).toBe(400);
  });
});
