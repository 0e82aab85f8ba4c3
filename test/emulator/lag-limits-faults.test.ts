import { describe, expect, it } from 'vitest';
import { rawHubSpot } from '../support/raw-hubspot.ts';

const EXAMS = '2-50158913';
const BOOKINGS = '2-50158943';

async function createBooking(hubspot: ReturnType<typeof rawHubSpot>, exam: string, extra = {}) {
  const types = [{ associationCategory: 'USER_DEFINED', associationTypeId: 1179 }];
  return hubspot.send('POST', `/crm/v3/objects/${BOOKINGS}`, {
    properties: { booking_id: 'B-1' },
    associations: [{ to: { id: exam }, types }],
    ...extra,
  });
}

describe('lag', () => {
  it('shows a record by id at once, its associations, rollups and index entry later', async () => {
    const hubspot = rawHubSpot({ settings: { lag: { associationMs: 3000, rollupMs: 2000, searchMs: 10_000 } } });
    const exam = hubspot.account.exam();
    const { body } = await createBooking(hubspot, exam);
    const look = async () => {
      const record = await hubspot.send(
        'GET',
        `/crm/v3/objects/${BOOKINGS}/${body.id}?properties=booking_id,exam_date&associations=${EXAMS}`,
      );
      const index = await hubspot.send('POST', `/crm/v3/objects/${BOOKINGS}/search`, {});
      const { booking_id: id, exam_date: date } = record.body.properties;
      return [id, date, record.body.associations !== undefined, index.body.total];
    };
    expect(await look()).toEqual(['B-1', null, false, 0]);
    await hubspot.clock.advance(2000);
    expect(await look()).toEqual(['B-1', '2026-12-10', false, 0]);
    await hubspot.clock.advance(1000);
    expect(await look()).toEqual(['B-1', '2026-12-10', true, 0]);
    await hubspot.clock.advance(7000);
    expect(await look()).toEqual(['B-1', '2026-12-10', true, 1]);
  });

  it('hides the end of an association and a change from search as long', async () => {
    const hubspot = rawHubSpot({ settings: { lag: { associationMs: 3000, searchMs: 10_000 } } });
    const student = hubspot.account.student();
    const exam = hubspot.account.exam();
    const booking = hubspot.account.booking({ student, exam });
    await hubspot.send('DELETE', `/crm/v4/objects/${BOOKINGS}/${booking}/associations/${EXAMS}/${exam}`);
    await hubspot.send('PATCH', `/crm/v3/objects/${EXAMS}/${exam}`, { properties: { is_active: 'false' } });
    const look = async () => {
      const list = await hubspot.send('GET', `/crm/v4/objects/${EXAMS}/${exam}/associations/${BOOKINGS}`);
      const filters = [{ propertyName: 'is_active', operator: 'EQ', value: 'true' }];
      const index = await hubspot.send('POST', `/crm/v3/objects/${EXAMS}/search`, { filterGroups: [{ filters }] });
      return [list.body.results.length, index.body.total];
    };
    expect(await look()).toEqual([1, 1]);
    await hubspot.clock.advance(3000);
    expect(await look()).toEqual([0, 1]);
    await hubspot.clock.advance(7000);
    expect(await look()).toEqual([0, 0]);
  });
});

describe('limits', () => {
  it('lets 190 calls through in any ten seconds, per token, and says what is left', async () => {
    const { clock, send } = rawHubSpot({ settings: { limits: { per10Seconds: 3 } } });
    const list = async (token?: string) => send('GET', '/crm/v3/objects/contacts', undefined, token);
    const first = await list();
    expect(first.headers.get('x-hubspot-ratelimit-max')).toBe('3');
    expect(first.headers.get('x-hubspot-ratelimit-remaining')).toBe('2');
    expect(first.headers.get('x-hubspot-ratelimit-interval-milliseconds')).toBe('10000');
    await clock.advance(6000);
    await list();
    await list();
    const refused = await list();
    expect([refused.status, refused.body.policyName]).toEqual([429, 'TEN_SECONDLY_ROLLING']);
    expect((await list('another')).status).toBe(200);
    await clock.advance(4001);
    expect((await list()).status).toBe(200);
    expect((await list()).status).toBe(429);
  });

  it('lets five searches through in a second, without headers', async () => {
    const { clock, send } = rawHubSpot();
    const search = async () => send('POST', `/crm/v3/objects/${EXAMS}/search`, {});
    for (let count = 0; count < 5; count += 1)
      expect((await search()).headers.get('x-hubspot-ratelimit-max')).toBeNull();
    const refused = await search();
    expect([refused.status, refused.body.policyName, refused.body.errorType]).toEqual([429, 'SECONDLY', 'RATE_LIMIT']);
    await clock.advance(1001);
    expect((await search()).status).toBe(200);
  });

  it('ends the day', async () => {
    const { send } = rawHubSpot({ settings: { limits: { perDay: 1 } } });
    expect((await send('GET', '/crm/v3/objects/contacts')).headers.get('x-hubspot-ratelimit-daily-remaining')).toBe(
      '0',
    );
    expect((await send('GET', '/crm/v3/objects/contacts')).body.policyName).toBe('DAILY');
  });
});

describe('faults', () => {
  it('strike the call they are meant for, as often as planned, and can be taken back', async () => {
    const { emulator, account, send } = rawHubSpot();
    const read = async (type: string, id: string) => (await send('GET', `/crm/v3/objects/${type}/${id}`)).status;
    const exam = account.exam();
    const student = account.student();
    emulator.faults.add({
      fault: { kind: 'status', status: 500 },
      operation: /get$/,
      objectType: EXAMS,
      skip: 1,
      times: 2,
    });
    const statuses = [];
    for (let count = 0; count < 4; count += 1) statuses.push(await read(EXAMS, exam));
    expect(statuses).toEqual([200, 500, 500, 200]);
    emulator.faults.add({ fault: { kind: 'status', status: 500 }, times: Infinity })();
    expect(await read('contacts', student.id)).toBe(200);
    emulator.faults.add({ fault: { kind: 'status', status: 500 }, times: Infinity });
    emulator.faults.clear();
    expect(await read('contacts', student.id)).toBe(200);
  });

  it('slow a call down, before or after it is carried out', async () => {
    const { clock, emulator, account, send } = rawHubSpot({ settings: { latency: { readMs: 100 } } });
    const exam = account.exam();
    emulator.faults.add({ fault: { kind: 'slow', beforeMs: 1000, afterMs: 200 } });
    const startedAt = clock.now();
    expect((await send('GET', `/crm/v3/objects/${EXAMS}/${exam}`)).status).toBe(200);
    const [call] = emulator.log.calls;
    expect(call).toMatchObject({ startedAt, carriedOutAt: startedAt + 1050, finishedAt: startedAt + 1300 });
  });

  it('drop the echo of trace ids', async () => {
    const { emulator, send } = rawHubSpot();
    emulator.faults.add({ fault: { kind: 'no-trace-id' } });
    const inputs = [{ properties: { email: 'a@example.com' }, objectWriteTraceId: 't1' }];
    const { body } = await send('POST', '/crm/v3/objects/contacts/batch/create', { inputs });
    expect(body.results[0].objectWriteTraceId).toBeUndefined();
  });
});
