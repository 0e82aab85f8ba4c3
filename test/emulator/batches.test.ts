import { describe, expect, it } from 'vitest';
import { rawHubSpot } from '../support/raw-hubspot.ts';

const EXAMS = '2-50158913';
const BOOKINGS = '2-50158943';

describe.each([
  ['/crm/v3/objects', 207],
  ['/crm/objects/2026-09', 200],
])('batches below %s', (base, partialStatus) => {
  it('read: found ones, and one error that lists all missing ids', async () => {
    const { account, send } = rawHubSpot();
    const exam = account.exam();
    const inputs = [{ id: '8' }, { id: exam }, { id: '9' }];
    const { status, body } = await send('POST', `${base}/${EXAMS}/batch/read`, { inputs });
    expect(status).toBe(partialStatus);
    expect(body.results.map(({ id }: { id: string }) => id)).toEqual([exam]);
    expect(body.errors).toMatchObject([{ category: 'OBJECT_NOT_FOUND', context: { ids: ['8', '9'] } }]);
    expect(body.numErrors).toBe(1);
  });

  it('read: never returns associations, and refuses an id property that is not unique', async () => {
    const { account, send } = rawHubSpot();
    const student = account.student();
    account.booking({ student });
    const read = async (idProperty: string, id: string) =>
      send('POST', `${base}/contacts/batch/read?associations=${BOOKINGS}`, { inputs: [{ id }], idProperty });
    expect((await read('email', student.email)).body.results[0].associations).toBeUndefined();
    expect((await read('hs_object_id', student.id)).status).toBe(400);
  });

  it.each(['read', 'create', 'update', 'upsert', 'archive'])('%s: refuses 101 inputs', async (verb) => {
    const { send } = rawHubSpot();
    const inputs = Array.from({ length: 101 }, (_, index) => ({ id: String(index), properties: {} }));
    const { status, body } = await send('POST', `${base}/contacts/batch/${verb}`, { inputs });
    expect([status, body.category]).toEqual([400, 'VALIDATION_ERROR']);
  });

  it('read: refuses 51 inputs with history', async () => {
    const { send } = rawHubSpot();
    const inputs = Array.from({ length: 51 }, (_, index) => ({ id: String(index) }));
    const { body } = await send('POST', `${base}/contacts/batch/read`, { inputs, propertiesWithHistory: ['email'] });
    expect(body.message).toBe('The maximum number of inputs supported in a batch request for property histories is 50');
  });

  it('create: is all or nothing without trace ids', async () => {
    const { account, emulator, send } = rawHubSpot();
    const { email } = account.student();
    const inputs = [{ properties: { email: 'new@example.com' } }, { properties: { email } }];
    expect((await send('POST', `${base}/contacts/batch/create`, { inputs })).status).toBe(409);
    expect(emulator.account.records.all(emulator.account.objectType('contacts'))).toHaveLength(1);
  });

  it('create: goes on past a bad input when each carries a trace id, and echoes them', async () => {
    const { send } = rawHubSpot();
    const inputs = [
      { properties: { email: 'one@example.com' }, objectWriteTraceId: 't1' },
      { properties: { nonsense: 'x' }, objectWriteTraceId: 't2' },
      { properties: { email: 'two@example.com' }, objectWriteTraceId: 't3' },
    ];
    const { status, body } = await send('POST', `${base}/contacts/batch/create`, { inputs });
    expect(status).toBe(partialStatus === 207 ? 207 : 201);
    expect(body.results.map((record: Record<string, string>) => record['objectWriteTraceId'])).toEqual(['t1', 't3']);
    expect(body.errors).toMatchObject([{ category: 'VALIDATION_ERROR', context: { objectWriteTraceId: ['t2'] } }]);
  });

  it('update: returns what changed, and names unknown ids', async () => {
    const { account, send } = rawHubSpot();
    const exam = account.exam();
    const inputs = [exam, '9'].map((id) => ({ id, properties: { total_bookings: 3 } }));
    const { status, body } = await send('POST', `${base}/${EXAMS}/batch/update`, { inputs });
    expect(status).toBe(partialStatus);
    expect(body.results).toHaveLength(1);
    expect(body.results[0].properties).toMatchObject({ total_bookings: '3' });
    expect(body.results[0].properties.capacity).toBeUndefined();
    expect(body.errors).toMatchObject([{ context: { ids: ['9'] } }]);
  });

  it('upsert: says which are new, and refuses two inputs for one record', async () => {
    const { account, send } = rawHubSpot();
    const { studentId } = account.student();
    const input = (id: string) => ({ id, idProperty: 'student_id', properties: { lastname: 'Byron' } });
    const { body } = await send('POST', `${base}/contacts/batch/upsert`, { inputs: [input(studentId), input('42')] });
    expect(body.results.map((record: Record<string, boolean>) => record['new'])).toEqual([false, true]);
    expect((await send('POST', `${base}/contacts/batch/upsert`, { inputs: [input('42'), input('42')] })).status).toBe(
      400,
    );
  });

  it('archive: takes records and their associations away', async () => {
    const { account, send } = rawHubSpot();
    const student = account.student();
    const booking = account.booking({ student });
    expect((await send('POST', `${base}/${BOOKINGS}/batch/archive`, { inputs: [{ id: booking }] })).status).toBe(204);
    expect((await send('GET', `/crm/v4/objects/contacts/${student.id}/associations/${BOOKINGS}`)).body.results).toEqual(
      [],
    );
  });
});
