import { describe, expect, it } from 'vitest';
import { rawHubSpot } from '../support/raw-hubspot.ts';

const BOOKINGS = '2-50158943';
const EXAMS = '2-50158913';
const spec = (associationTypeId: number) => ({ associationCategory: 'USER_DEFINED', associationTypeId });

function start() {
  const hubspot = rawHubSpot();
  const exam = hubspot.account.exam();
  const booking = hubspot.account.booking({ student: hubspot.account.student() });
  const list = async (from = BOOKINGS, id = booking, to = EXAMS) =>
    (await hubspot.send('GET', `/crm/v4/objects/${from}/${id}/associations/${to}`)).body.results;
  return { ...hubspot, exam, booking, list };
}

describe.each([
  ['/crm/v4', '/crm/v4/associations', 204, 201],
  ['/crm/objects/2026-09', '/crm/associations/2026-09', 200, 200],
])('associations below %s', (base, batches, archiveStatus, createStatus) => {
  const pair = (booking: string, exam: string) =>
    base === '/crm/v4'
      ? `/crm/v4/objects/${BOOKINGS}/${booking}/associations/${EXAMS}/${exam}`
      : `${base}/${BOOKINGS}/${booking}/associations/${EXAMS}/${exam}`;

  it('the default one is made in both directions', async () => {
    const { send, exam, booking, list } = start();
    const { status, body } = await send('PUT', pair(booking, exam).replace('/associations/', '/associations/default/'));
    expect(status).toBe(200);
    expect(body.results.map((row: Record<string, unknown>) => row['associationSpec'])).toEqual([
      spec(1179),
      spec(1180),
    ]);
    const types = [{ category: 'USER_DEFINED', typeId: 1179, label: null }];
    expect(await list()).toEqual([{ toObjectId: Number(exam), associationTypes: types }]);
    expect(await list(EXAMS, exam, BOOKINGS)).toMatchObject([{ toObjectId: Number(booking) }]);
  });

  it('a label brings the unlabelled type along; removing the pair removes both', async () => {
    const { send, exam, booking, list } = start();
    const { status, body } = await send('PUT', pair(booking, exam), [spec(1181)]);
    expect([status, body.labels]).toEqual([201, ['Session']]);
    expect((await list())[0].associationTypes).toHaveLength(2);
    expect((await send('DELETE', pair(booking, exam))).status).toBe(204);
    expect(await list()).toEqual([]);
  });

  it('are made and removed in batches', async () => {
    const { send, exam, booking, list } = start();
    const ends = { from: { id: booking }, to: { id: exam } };
    const path = `${batches}/${BOOKINGS}/${EXAMS}/batch`;
    expect((await send('POST', `${path}/associate/default`, { inputs: [ends] })).status).toBe(200);
    expect((await send('POST', `${path}/create`, { inputs: [{ ...ends, types: [spec(1181)] }] })).status).toBe(
      createStatus,
    );
    expect((await list())[0].associationTypes).toHaveLength(2);
    const labels = { inputs: [{ ...ends, types: [spec(1181)] }] };
    expect((await send('POST', `${path}/labels/archive`, labels)).status).toBe(archiveStatus);
    expect((await list())[0].associationTypes).toHaveLength(1);
    const archive = { inputs: [{ from: { id: booking }, to: [{ id: exam }] }] };
    expect((await send('POST', `${path}/archive`, archive)).status).toBe(archiveStatus);
    expect(await list()).toEqual([]);
  });

  it('have labels, other ones in each direction', async () => {
    const { send } = start();
    const there = await send('GET', `${batches}/${BOOKINGS}/${EXAMS}/labels`);
    const back = await send('GET', `${batches}/${EXAMS}/${BOOKINGS}/labels`);
    expect(there.body.results).toEqual([
      { category: 'USER_DEFINED', typeId: 1179, label: null },
      { category: 'USER_DEFINED', typeId: 1181, label: 'Session' },
    ]);
    expect(back.body.results.map(({ typeId }: { typeId: number }) => typeId)).toEqual([1180, 1182]);
  });

  it('cannot be made to what does not exist', async () => {
    const { send, booking } = start();
    expect((await send('PUT', pair(booking, '9'), [spec(1179)])).status).toBe(404);
  });

  it('cannot be made with a type that does not exist', async () => {
    const { send, booking, exam } = start();
    expect((await send('PUT', pair(booking, exam), [spec(77)])).status).toBe(400);
  });

  it('take a type of the wrong direction and never show it, as the real account did', async () => {
    const { send, booking, exam, list } = start();
    expect((await send('PUT', pair(booking, exam), [spec(1180)])).status).toBe(201);
    expect(await list()).toEqual([]);
  });
});

describe('the older batch read', () => {
  it('has a row per type, ids as text, pages of 100, and ignores the cursor sent back', async () => {
    const { send, account, exam } = start();
    const student = account.student();
    for (let count = 0; count < 60; count += 1) account.booking({ student, exam, links: 2 });
    const path = `/crm/v3/associations/${EXAMS}/${BOOKINGS}/batch/read`;
    const { status, body } = await send('POST', path, { inputs: [{ id: exam }, { id: '9' }] });
    expect(status).toBe(207);
    const [list] = body.results;
    expect(list.to).toHaveLength(100);
    expect(list.to[0]).toEqual({ id: expect.any(String), type: 'mock_exam_to_booking' });
    const again = await send('POST', path, { inputs: [{ id: exam, after: list.paging.next.after }] });
    expect(again.body.results[0].to).toEqual(list.to);
  });
});

describe('limits of inputs', () => {
  it.each([
    ['batch/read', 1001],
    ['batch/create', 2001],
    ['batch/archive', 101],
  ])('%s refuses %i', async (path, count) => {
    const { send } = start();
    const end = { id: '1' };
    const inputs = Array.from({ length: count }, () => ({
      ...end,
      from: end,
      to: path.endsWith('archive') ? [end] : end,
      types: [spec(1179)],
    }));
    expect((await send('POST', `/crm/v4/associations/${BOOKINGS}/${EXAMS}/${path}`, { inputs })).status).toBe(400);
  });
});

describe('inline associations of a create', () => {
  it('are checked before anything is stored', async () => {
    const { send, emulator, exam } = start();
    const before = emulator.account.records.all(emulator.account.objectType(BOOKINGS)).length;
    const create = async (id: string, typeId: number) =>
      send('POST', `/crm/v3/objects/${BOOKINGS}`, {
        properties: {},
        associations: [{ to: { id }, types: [spec(typeId)] }],
      });
    expect((await create('9', 1179)).status).toBe(400);
    expect((await create(exam, 77)).status).toBe(400);
    expect(emulator.account.records.all(emulator.account.objectType(BOOKINGS))).toHaveLength(before);
  });
});
