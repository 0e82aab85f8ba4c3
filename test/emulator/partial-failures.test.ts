import { describe, expect, it } from 'vitest';
import type { PartialFault } from '../../src/emulator/faults.ts';
import { rawHubSpot } from '../support/raw-hubspot.ts';

const BOOKINGS = '2-50158943';
const EXAMS = '2-50158913';

function start(fault: Partial<PartialFault> = {}) {
  const hubspot = rawHubSpot();
  const fail = (more: Partial<PartialFault>) =>
    hubspot.emulator.faults.add({ fault: { kind: 'partial', category: 'INTERNAL_ERROR', ...fault, ...more } });
  const exams = [hubspot.account.exam(), hubspot.account.exam(), hubspot.account.exam()];
  const idsOf = (body: { results: { id: string }[] }) => body.results.map(({ id }) => id);
  const count = (id: string) => hubspot.account.values('mock_exams', id)['total_bookings'];
  return { ...hubspot, exams, fail, idsOf, count };
}

describe.each([
  ['/crm/v3/objects', 207],
  ['/crm/objects/2026-09', 200],
])('inputs that fail in passing, below %s', (base, status) => {
  it.each(['INTERNAL_ERROR', 'RATE_LIMITS', 'SERVICE_UNAVAILABLE'])(
    'batch/read: %s names their ids',
    async (category) => {
      const { send, exams, fail, idsOf } = start({ category });
      fail({ inputs: exams.slice(1) });
      const inputs = [...exams, '9'].map((id) => ({ id }));
      const answer = await send('POST', `${base}/${EXAMS}/batch/read`, { inputs });
      expect(answer.status).toBe(status);
      expect(idsOf(answer.body)).toEqual([exams[0]]);
      expect(answer.body.numErrors).toBe(2);
      expect(answer.body.errors).toMatchObject([
        { status: 'error', category: 'OBJECT_NOT_FOUND', context: { ids: ['9'] } },
        { status: 'error', category, context: { ids: exams.slice(1) } },
      ]);
      expect(idsOf((await send('POST', `${base}/${EXAMS}/batch/read`, { inputs })).body)).toEqual(exams);
    },
  );

  it('batch/create: the first of two, by its trace id', async () => {
    const { send, fail, emulator } = start();
    fail({ inputs: 1 });
    const inputs = ['t1', 't2'].map((objectWriteTraceId) => ({
      properties: { name: objectWriteTraceId },
      objectWriteTraceId,
    }));
    const { body } = await send('POST', `${base}/${BOOKINGS}/batch/create`, { inputs });
    expect(body.results).toMatchObject([{ objectWriteTraceId: 't2' }]);
    expect(body.errors).toMatchObject([{ category: 'INTERNAL_ERROR', context: { objectWriteTraceId: ['t1'] } }]);
    expect(emulator.account.records.all(emulator.account.objectType(BOOKINGS))).toHaveLength(1);
  });

  it.each([
    ['never', {}, ['0', '1', '0']],
    ['all the same', { commitAfterMs: 0 }, ['1', '1', '0']],
    ['late', { commitAfterMs: 700 }, ['0', '1', '1']],
  ])('batch/update: what failed is carried out %s', async (_when, when, [failed, done, late]) => {
    const { clock, send, exams, fail, idsOf, count } = start(when);
    const [first = '', second = ''] = exams;
    fail({ inputs: [first] });
    const inputs = [first, second].map((id) => ({ id, properties: { total_bookings: '1' } }));
    const { body } = await send('POST', `${base}/${EXAMS}/batch/update`, { inputs });
    expect(idsOf(body)).toEqual([second]);
    expect(body.errors).toMatchObject([{ context: { ids: [first] } }]);
    expect([count(first), count(second)]).toEqual([failed, done]);
    await clock.advance(701);
    expect(count(first)).toBe(late === '1' ? '1' : failed);
  });
});

describe('associations that fail in passing', () => {
  it('are missing from a batch/read, and named by the end they were asked from', async () => {
    const { send, account, exams, fail } = start();
    const student = account.student();
    const bookings = exams.map((exam) => account.booking({ student, exam }));
    fail({ category: 'SERVICE_UNAVAILABLE', inputs: 2 });
    const path = `/crm/v4/associations/${BOOKINGS}/${EXAMS}/batch/read`;
    const { status, body } = await send('POST', path, { inputs: bookings.map((id) => ({ id })) });
    expect([status, body.results.length]).toEqual([207, 1]);
    expect(body.results[0].from.id).toBe(bookings[2]);
    const contexts = body.errors.map(({ context }: { context: unknown }) => context);
    expect(contexts).toEqual(bookings.slice(0, 2).map((id) => ({ fromObjectId: [id] })));
  });

  it('are not made by a batch, which says so', async () => {
    const { send, account, exams, fail } = start();
    const booking = account.booking({ student: account.student() });
    fail({ inputs: [booking] });
    const path = `/crm/v4/associations/${BOOKINGS}/${EXAMS}/batch/archive`;
    const { status, body } = await send('POST', path, { inputs: [{ from: { id: booking }, to: [{ id: exams[0] }] }] });
    expect(status).toBe(207);
    expect(body).toMatchObject({ results: [], errors: [{ context: { fromObjectId: [booking] } }] });
  });

  it('leave calls alone that are no batch, and batches without the inputs meant', async () => {
    const { send, exams, fail } = start();
    fail({ inputs: ['9'] });
    expect((await send('POST', `/crm/v3/objects/${EXAMS}/batch/read`, { inputs: [{ id: exams[0] }] })).status).toBe(
      200,
    );
    fail({});
    expect((await send('GET', `/crm/v3/objects/${EXAMS}/${exams[0]}`)).status).toBe(200);
  });
});
