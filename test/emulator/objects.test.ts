import { describe, expect, it } from 'vitest';
import { rawHubSpot } from '../support/raw-hubspot.ts';

const BOOKINGS = '2-50158943';
const EXAMS = '2-50158913';

describe.each(['/crm/v3/objects', '/crm/objects/2026-09'])('objects below %s', (base) => {
  it('lists by hundred at the most, from a record on', async () => {
    const { account, send } = rawHubSpot();
    const ids = Array.from({ length: 12 }, () => account.exam());
    const first = await send('GET', `${base}/${EXAMS}`);
    expect(first.body.results.map(({ id }: { id: string }) => id)).toEqual(ids.slice(0, 10));
    expect(first.body.paging.next.after).toBe(ids[10]);
    const rest = await send('GET', `${base}/${EXAMS}?limit=100&after=${ids[10]}`);
    expect(rest.body.results).toHaveLength(2);
    expect(rest.body.paging).toBeUndefined();
    expect((await send('GET', `${base}/${EXAMS}?limit=101`)).status).toBe(400);
  });

  it('shows what is asked for as text, unset as null, unknown not at all', async () => {
    const { account, send } = rawHubSpot();
    const exam = account.exam({ capacity: 17 });
    const { body } = await send('GET', `${base}/${EXAMS}/${exam}?properties=capacity,address,nonsense`);
    expect(body.properties).toEqual({
      capacity: '17',
      address: null,
      hs_createdate: expect.any(String),
      hs_lastmodifieddate: expect.any(String),
      hs_object_id: exam,
    });
  });

  it('takes a repeated key for a list of properties, too', async () => {
    const { account, send } = rawHubSpot();
    const { body } = await send('GET', `${base}/${EXAMS}/${account.exam()}?properties=capacity&properties=location`);
    expect(body.properties).toMatchObject({ capacity: '20', location: 'Calgary' });
  });

  it('creates, patches, archives', async () => {
    const { send } = rawHubSpot();
    const created = await send('POST', `${base}/contacts`, { properties: { email: 'Ada@Example.com', sj_credits: 3 } });
    expect(created.status).toBe(201);
    expect(created.headers.get('location')).toContain(created.body.id);
    expect(created.body.properties).toMatchObject({ email: 'ada@example.com', sj_credits: '3' });
    const patch = { properties: { sj_credits: '', cs_credits: null, lastname: 'Lovelace' } };
    const patched = await send('PATCH', `${base}/contacts/ada@example.com?idProperty=email`, patch);
    expect(patched.body.properties).toMatchObject({ lastname: 'Lovelace' });
    const read = await send('GET', `${base}/contacts/${created.body.id}?properties=sj_credits,cs_credits`);
    expect(read.body.properties).toMatchObject({ sj_credits: null, cs_credits: null });
    expect((await send('DELETE', `${base}/contacts/${created.body.id}`)).status).toBe(204);
    expect((await send('GET', `${base}/contacts/${created.body.id}`)).status).toBe(404);
    expect((await send('DELETE', `${base}/contacts/${created.body.id}`)).status).toBe(204);
    expect((await send('DELETE', `${base}/contacts/1`)).status).toBe(404);
  });

  it.each([
    ['nonsense', 'x', 'PROPERTY_DOESNT_EXIST'],
    ['capacity', 'many', 'INVALID_LONG'],
    ['exam_date', '4 December', 'INVALID_DATE'],
    ['exam_date', '1796342400001', 'INVALID_DATE'],
    ['start_time', 'noon', 'INVALID_DATE'],
    ['location', 'mississauga', 'INVALID_OPTION'],
  ])('refuses %s = %s with %s, in the words HubSpot uses', async (name, value, code) => {
    const { account, send } = rawHubSpot();
    const { status, body } = await send('PATCH', `${base}/${EXAMS}/${account.exam()}`, {
      properties: { [name]: value },
    });
    expect(status).toBe(400);
    expect(body).toMatchObject({ status: 'error', category: 'VALIDATION_ERROR', errors: [{ code }] });
    const text: string = body.message.replace('Property values were not valid: ', '');
    expect(JSON.parse(text)).toMatchObject([{ isValid: false, error: code, name }]);
  });

  it('reads dates and times as text, whatever they were written as', async () => {
    const { account, send } = rawHubSpot();
    const exam = account.exam({
      properties: { exam_date: Date.parse('2026-12-04'), start_time: Date.parse('2026-12-04T14:00:00Z') },
    });
    const { body } = await send('GET', `${base}/${EXAMS}/${exam}?properties=exam_date,start_time`);
    expect(body.properties).toMatchObject({ exam_date: '2026-12-04', start_time: '2026-12-04T14:00:00Z' });
  });

  it('guards unique values: 409 for an e-mail, 400 for others', async () => {
    const { account, send } = rawHubSpot();
    const { email, studentId } = account.student();
    const conflict = await send('POST', `${base}/contacts`, { properties: { email: email.toUpperCase() } });
    expect([conflict.status, conflict.body.category]).toEqual([409, 'CONFLICT']);
    const taken = await send('POST', `${base}/contacts`, { properties: { student_id: studentId } });
    expect([taken.status, taken.body.errors[0].code]).toEqual([400, 'CONFLICTING_UNIQUE_VALUE']);
  });

  it('needs what is required', async () => {
    const { send } = rawHubSpot();
    const { status, body } = await send('POST', `${base}/${EXAMS}`, { properties: { capacity: 3 } });
    expect([status, body.errors[0].context.propertyName]).toEqual([400, ['mock_exam_id']]);
  });

  it.each(['bookings', 'p1_bookings', '2-1', 'nothing'])('does not know the type %s', async (type) => {
    const { send } = rawHubSpot();
    expect((await send('GET', `${base}/${type}/1`)).status).toBe(400);
  });

  it.each(['2-50158943', 'p46814382_bookings', 'p_bookings'])('knows bookings as %s', async (type) => {
    const { account, send } = rawHubSpot();
    const id = account.booking({ student: account.student() });
    expect((await send('GET', `${base}/${type}/${id}`)).body.id).toBe(id);
  });

  it('says what is wrong with an id that is no number', async () => {
    const { send } = rawHubSpot();
    const { status, body } = await send('GET', `${base}/contacts/ada`);
    expect([status, body.category, body.context]).toEqual([404, 'OBJECT_NOT_FOUND', { id: ['ada'] }]);
  });

  it('says where JSON breaks', async () => {
    const { emulator } = rawHubSpot();
    const init = { method: 'POST', headers: { authorization: 'Bearer x' }, body: '{"properties":' };
    const response = await emulator.fetch(new Request(`https://api.hubapi.com${base}/contacts`, init));
    expect(await response.json()).toMatchObject({
      category: 'VALIDATION_ERROR',
      message: expect.stringContaining('Invalid input JSON'),
    });
  });
});

describe('inline associations', () => {
  it('repeat an id once per association type, 100 rows at a time, and are absent when there are none', async () => {
    const { account, send } = rawHubSpot();
    const student = account.student();
    const path = `/crm/v3/objects/contacts/${student.id}?associations=${BOOKINGS},0-46`;
    expect((await send('GET', path)).body.associations).toBeUndefined();
    for (let count = 0; count < 51; count += 1) account.booking({ student, links: 2 });
    const { body } = await send('GET', path);
    expect(Object.keys(body.associations)).toEqual(['p46814382_bookings']);
    const { results, paging } = body.associations.p46814382_bookings;
    expect(results).toHaveLength(100);
    expect(results.slice(0, 2)).toEqual([
      { id: results[0].id, type: 'contact_to_booking' },
      { id: results[0].id, type: 'contact_to_booking_student' },
    ]);
    expect(paging.next).toMatchObject({ after: expect.any(String), link: expect.any(String) });
  });
});
