import { describe, expect, it } from 'vitest';
import { book } from '../support/booking.ts';
import { type RequestOptions, World, type WorldOptions } from '../support/world.ts';

const AS_CRON = { headers: { Authorization: 'Bearer cron-secret' } };

async function start({ env = {}, ...options }: WorldOptions = {}) {
  const world = await World.create({ ...options, env: { CRON_SECRET: 'cron-secret', ...env } });
  const student = world.account.student();
  const sync = async (method = 'POST', request: RequestOptions = {}) =>
    world.request(method, 'mock-exams/sync-capacity', { ...AS_CRON, ...request });
  return { world, student, sync };
}

const stored = (world: World, exam: string) => world.account.values('mock_exams', exam)['total_bookings'];

describe('POST /api/mock-exams/sync-capacity', () => {
  it('corrects wrong counts and reports each', async () => {
    const { world, student, sync } = await start();
    const [wrong, right] = [9, 1].map((total) => world.account.exam({ properties: { total_bookings: total } }));
    for (const exam of [wrong, right]) {
      for (const isActive of ['Active', 'Cancelled']) world.account.booking({ student, exam: exam ?? '', isActive });
    }
    const { status, body } = await sync();
    expect([status, body.message]).toEqual([200, 'Sync complete: 1 exams updated']);
    expect(body.data).toEqual({
      summary: {
        processed: 2,
        successful: 2,
        failed: 0,
        updated: 1,
        wouldUpdate: 0,
        unchanged: 1,
        totalCorrections: 8,
      },
      mode: 'live',
      results: {
        updated: [
          {
            examId: wrong,
            examDate: '2026-12-10',
            mockType: 'Situational Judgment',
            previousCount: 9,
            actualCount: 1,
            difference: -8,
            needsUpdate: true,
            updated: true,
          },
        ],
        wouldUpdate: [],
        unchanged: [{ examId: right, examDate: '2026-12-10', mockType: 'Situational Judgment', count: 1 }],
        failed: [],
        overbooked: [],
      },
    });
    expect(stored(world, wrong ?? '')).toBe('1');
  });

  it('writes nothing in a dry run', async () => {
    const { world, sync } = await start();
    const exam = world.account.exam({ properties: { total_bookings: 9 } });
    const { body } = await sync('POST', { body: { dry_run: true } });
    expect(body.message).toBe('Dry run complete: 1 exams would be updated');
    expect(body.data).toMatchObject({ mode: 'dry_run', summary: { updated: 0, wouldUpdate: 1 } });
    expect(body.data.results.wouldUpdate).toMatchObject([{ examId: exam, needsUpdate: true, updated: false }]);
    expect(stored(world, exam)).toBe('9');
  });

  it('looks at every active session unless some are named', async () => {
    const { world, sync } = await start();
    const active = world.account.exam({ properties: { total_bookings: 9 } });
    const inactive = world.account.exam({ properties: { total_bookings: 9, is_active: 'false' } });
    await sync();
    expect([stored(world, active), stored(world, inactive)]).toEqual(['0', '9']);
    const { body } = await sync('POST', { body: { mock_exam_ids: [inactive, inactive, '35864209999'] } });
    expect(stored(world, inactive)).toBe('0');
    expect(body.data.results.failed).toEqual([{ examId: '35864209999', error: 'Mock exam not found' }]);
    expect(body.data.summary).toMatchObject({ processed: 2, successful: 1, failed: 1 });
  });

  it('has nothing to do without active sessions', async () => {
    const { sync } = await start();
    expect((await sync()).body.data).toEqual({ synced: 0, message: 'No mock exams to sync' });
  });

  it('reports sessions that hold more bookings than seats', async () => {
    const { world, student, sync } = await start();
    const exam = world.account.exam({ capacity: 1, properties: { total_bookings: 2 } });
    for (let count = 0; count < 2; count += 1) world.account.booking({ student, exam });
    expect((await sync()).body.data.results.overbooked).toEqual([
      { examId: exam, examDate: '2026-12-10', mockType: 'Situational Judgment', capacity: 1, actualCount: 2 },
    ]);
  });

  it('counts a booking that HubSpot does not link yet', async () => {
    const { world, student, sync } = await start({ settings: { lag: { associationMs: 3000 } } });
    const exam = world.account.exam({ properties: { total_bookings: 5 } });
    await book(world, student, { exam });
    await world.settle();
    await sync();
    expect(stored(world, exam)).toBe('1');
  });

  it('reports what it could not count, and does not write it', async () => {
    const { world, student, sync } = await start({ env: { HUBSPOT_BATCH_LIMIT: '1', HUBSPOT_MAX_ATTEMPTS: '1' } });
    const exams = [1, 2, 3].map(() => world.account.exam({ properties: { total_bookings: 9 } }));
    for (const exam of exams) world.account.booking({ student, exam });
    world.emulator.faults.add({ fault: { kind: 'status', status: 500 }, operation: 'objects.batchRead', skip: 1 });
    const { status, body } = await sync();
    expect(status).toBe(200);
    expect(body.data.results.failed).toEqual([{ examId: exams[1], error: 'Its bookings could not all be read' }]);
    expect(exams.map((exam) => stored(world, exam))).toEqual(['1', '9', '1']);
  });

  it('reports what it could not write', async () => {
    const { world, sync } = await start();
    const exam = world.account.exam({ properties: { total_bookings: 9 } });
    world.emulator.faults.add({ fault: { kind: 'status', status: 400 }, operation: 'objects.update' });
    const { body } = await sync();
    expect(body.data.results.failed).toEqual([{ examId: exam, error: 'Its count could not be written' }]);
    expect(body.data.summary).toMatchObject({ updated: 0, failed: 1 });
    expect(world.logged('error')).toMatchObject([{ examId: exam, total: 0 }]);
  });

  it.each(['v3', '2026-09'])('costs 6 calls in 4 rounds for 20 sessions on %s', async (version) => {
    const settings = { latency: { readMs: 100, writeMs: 200 } };
    const { world, student, sync } = await start({ settings, env: { HUBSPOT_API_VERSION: version } });
    for (let index = 0; index < 20; index += 1) {
      const exam = world.account.exam({ properties: { total_bookings: 3 } });
      for (let count = 0; count < 15; count += 1) world.account.booking({ student, exam });
    }
    await sync();
    expect(world.takeCost()).toEqual({ calls: 6, rounds: 4 });
  });
});

describe('who may start it', () => {
  it.each([
    ['nobody without the secret', {}],
    ['nobody with another one', { Authorization: 'Bearer cron-secre' }],
    ['nobody with a bare one', { Authorization: 'cron-secret' }],
  ])('%s: 401', async (_name, headers) => {
    const { world, sync } = await start();
    const { status, body } = await sync('POST', { headers });
    expect([status, body.code]).toEqual([401, 'UNAUTHORIZED']);
    expect(world.takeCalls()).toEqual([]);
  });

  it('nobody at all while no secret is set', async () => {
    const { sync } = await start({ env: { CRON_SECRET: '' } });
    expect((await sync('GET')).status).toBe(401);
    expect((await sync('GET', { headers: { Authorization: 'Bearer ' } })).status).toBe(401);
  });

  it('cron, with GET and its header', async () => {
    const { world, sync } = await start();
    const exam = world.account.exam({ properties: { total_bookings: 9 } });
    expect((await sync('GET')).status).toBe(200);
    expect(stored(world, exam)).toBe('0');
  });

  it('named sessions can be given in a query, too', async () => {
    const { world, sync } = await start();
    const exams = [1, 2].map(() => world.account.exam({ properties: { total_bookings: 9 } }));
    const { body } = await sync('GET', { query: { mock_exam_ids: exams.join(','), dry_run: 'true' } });
    expect(body.data.summary).toMatchObject({ wouldUpdate: 2 });
  });
});

describe('bad input', () => {
  it('more than 20 sessions: 400 TOO_MANY_EXAMS', async () => {
    const { sync } = await start();
    const ids = Array.from({ length: 21 }, (_, index) => String(index + 1));
    const { status, body } = await sync('POST', { body: { mock_exam_ids: ids } });
    expect([status, body.code]).toEqual([400, 'TOO_MANY_EXAMS']);
  });

  it.each([[{ mock_exam_ids: ['x'] }], [{ mock_exam_ids: 7 }], [{ mock_exam_ids: [7] }], [{ dry_run: 'perhaps' }]])(
    '%j: 400 VALIDATION_ERROR',
    async (input) => {
      const { sync } = await start();
      const { status, body } = await sync('POST', { body: input });
      expect([status, body.code]).toEqual([400, 'VALIDATION_ERROR']);
    },
  );
});
