import { describe, expect, it } from 'vitest';
import { World, type WorldOptions } from '../support/world.ts';

const LATENCY = { latency: { readMs: 100, writeMs: 200 } };

async function available(world: World, query: Record<string, string> = {}) {
  const answer = await world.get('mock-exams/available', { mock_type: 'Situational Judgment', ...query });
  return { ...answer, exams: answer.body.data as Record<string, unknown>[] };
}

/** 20 sessions with 15 bookings each, three of them not holding a seat; HubSpot's own counts say 99. */
async function busyMonth(options: WorldOptions = {}) {
  const world = await World.create({ settings: LATENCY, ...options });
  const student = world.account.student();
  const exams = Array.from({ length: 20 }, (_, index) =>
    world.account.exam({ date: `2026-12-${10 + index}`, properties: { total_bookings: 99 } }),
  );
  for (const exam of exams) {
    for (let count = 0; count < 12; count += 1) world.account.booking({ student, exam });
    for (const isActive of ['Cancelled', 'failed', '0']) world.account.booking({ student, exam, isActive });
  }
  return { world, exams };
}

describe('GET /api/mock-exams/available', () => {
  it('shows a session with all its fields', async () => {
    const world = await World.create();
    const exam = world.account.exam({ capacity: 20, properties: { total_bookings: 5 } });
    const { status, body, exams } = await available(world);
    expect([status, body.message]).toEqual([200, 'Success']);
    expect(exams).toEqual([
      {
        mock_exam_id: exam,
        exam_date: '2026-12-10',
        start_time: '2026-12-10T14:00:00Z',
        end_time: '2026-12-10T17:00:00Z',
        mock_type: 'Situational Judgment',
        capacity: 20,
        total_bookings: 5,
        available_slots: 15,
        location: 'Calgary',
        is_active: true,
        status: 'available',
      },
    ]);
  });

  it.each([
    [20, 20, 0, 'full'],
    [20, 22, 0, 'full'],
    [20, 19, 1, 'limited'],
    [20, 17, 3, 'limited'],
    [20, 16, 4, 'available'],
    [null, 0, 0, 'full'],
  ])('capacity %s with %i booked leaves %i: %s', async (capacity, booked, slots, status) => {
    const world = await World.create();
    world.account.exam({ capacity, properties: { total_bookings: booked } });
    const { exams } = await available(world);
    expect(exams).toMatchObject([{ available_slots: slots, status, capacity: capacity ?? 0 }]);
  });

  it('logs a session without a capacity', async () => {
    const world = await World.create();
    const exam = world.account.exam({ capacity: null });
    await available(world);
    expect(world.logged('warn')).toMatchObject([{ examIds: [exam] }]);
  });

  it('leaves full sessions out with include_capacity=false', async () => {
    const world = await World.create();
    world.account.exam({ capacity: 1, properties: { total_bookings: 1 } });
    const free = world.account.exam();
    const { exams } = await available(world, { include_capacity: 'false' });
    expect(exams.map((exam) => exam['mock_exam_id'])).toEqual([free]);
  });

  it('shows active sessions of the type from today on in Toronto, by day, all of them', async () => {
    const world = await World.create({ now: '2026-11-25T02:00:00Z' });
    world.account.exam({ date: '2026-11-23' });
    world.account.exam({ date: '2026-12-10', type: 'Mini-mock' });
    world.account.exam({ date: '2026-12-10', properties: { is_active: 'false' } });
    world.account.exam({ date: '2026-12-10', properties: { is_active: 'scheduled' } });
    const later = Array.from({ length: 230 }, () => world.account.exam({ date: '2026-12-11' }));
    const today = world.account.exam({ date: '2026-11-24' });
    const { exams } = await available(world);
    expect(exams.map((exam) => exam['mock_exam_id'])).toEqual([today, ...later]);
  });

  it('is not held up by years of past sessions', async () => {
    const world = await World.create();
    for (let count = 0; count < 450; count += 1) world.account.exam({ date: '2025-03-01' });
    world.account.exam();
    expect((await available(world)).exams).toHaveLength(1);
    expect(world.takeCalls()).toHaveLength(1);
  });

  it('gives a session without times 08:00 to 09:00 in Toronto, and the one ending in 980 noon', async () => {
    const world = await World.create();
    const none = { start_time: null, end_time: null };
    for (let count = 0; count < 30; count += 1) world.account.exam({ date: '2026-12-10', properties: none });
    const { exams } = await available(world);
    const noon = exams.filter(({ mock_exam_id: id }) => String(id).endsWith('980'));
    expect(noon).toMatchObject([{ start_time: '2026-12-10T17:00:00Z', end_time: '2026-12-10T18:00:00Z' }]);
    expect(exams[0]).toMatchObject({ start_time: '2026-12-10T13:00:00Z', end_time: '2026-12-10T14:00:00Z' });
  });

  it('completes a time of which only one end is known', async () => {
    const world = await World.create();
    world.account.exam({ date: '2026-12-10', properties: { end_time: null } });
    world.account.exam({ date: '2026-12-11', properties: { start_time: null, end_time: '2026-12-11T17:00:00Z' } });
    const { exams } = await available(world);
    expect(exams).toMatchObject([
      { start_time: '2026-12-10T14:00:00Z', end_time: '2026-12-10T15:00:00Z' },
      { start_time: '2026-12-11T16:00:00Z', end_time: '2026-12-11T17:00:00Z' },
    ]);
  });

  it('is an empty list when there is nothing to book', async () => {
    const world = await World.create();
    expect((await available(world)).exams).toEqual([]);
  });

  it('says what is wrong with its parameters', async () => {
    const world = await World.create();
    const { status, body } = await world.get('mock-exams/available', { realtime: 'maybe', include_capacity: '2' });
    expect(status).toBe(400);
    expect(body.validationErrors).toEqual([
      'Mock type must be one of: Situational Judgment, Clinical Skills, or Mini-mock',
      'include_capacity must be true or false',
      'realtime must be true or false',
    ]);
  });

  it('costs one call', async () => {
    const { world } = await busyMonth();
    await available(world);
    await world.settle();
    expect(world.takeCost()).toEqual({ calls: 1, rounds: 1 });
  });
});

describe('realtime=true', () => {
  it('counts the bookings that hold a seat, and writes wrong counts back in one batch', async () => {
    const { world, exams } = await busyMonth();
    const { exams: shown } = await available(world, { realtime: 'true' });
    await world.settle();
    expect(shown.map((exam) => exam['total_bookings'])).toEqual(exams.map(() => 12));
    expect(exams.map((id) => world.account.values('mock_exams', id)['total_bookings'])).toEqual(exams.map(() => '12'));
  });

  it.each(['v3', '2026-09'])(
    'costs 6 calls in 4 rounds on %s, the write after the answer included',
    async (version) => {
      const { world } = await busyMonth({ env: { HUBSPOT_API_VERSION: version } });
      await available(world, { realtime: 'true' });
      await world.settle();
      expect(world.takeCost()).toEqual({ calls: 6, rounds: 4 });
    },
  );

  it('writes nothing when the counts agree', async () => {
    const { world } = await busyMonth();
    await available(world, { realtime: 'true' });
    await world.settle();
    world.takeCalls();
    await world.clock.advance(10_000);
    await available(world, { realtime: 'true' });
    await world.settle();
    expect(world.takeCalls().map(({ operation }) => operation)).not.toContain('objects.batchUpdate');
  });

  it('writes nothing when repairing is switched off', async () => {
    const { world } = await busyMonth({ env: { REPAIR_COUNTS: 'false' } });
    const { exams } = await available(world, { realtime: 'true' });
    await world.settle();
    expect(exams[0]).toMatchObject({ total_bookings: 12 });
    expect(world.takeCalls().map(({ operation }) => operation)).not.toContain('objects.batchUpdate');
  });

  it.each(['associations.batchRead', 'objects.batchRead'])(
    'falls back to the stored counts when %s fails, and writes nothing',
    async (operation) => {
      const { world } = await busyMonth();
      world.emulator.faults.add({ fault: { kind: 'status', status: 500 }, operation, times: Infinity });
      const { status, exams } = await available(world, { realtime: 'true' });
      await world.settle();
      expect(status).toBe(200);
      expect(exams.map((exam) => exam['total_bookings'])).toEqual(exams.map(() => 99));
      expect(world.takeCalls().map((call) => call.operation)).not.toContain('objects.batchUpdate');
    },
  );

  it('falls back only for the sessions whose bookings could not all be read', async () => {
    const { world } = await busyMonth({ env: { HUBSPOT_BATCH_LIMIT: '15', HUBSPOT_MAX_ATTEMPTS: '1' } });
    world.emulator.faults.add({ fault: { kind: 'status', status: 500 }, operation: 'objects.batchRead', skip: 3 });
    const { exams } = await available(world, { realtime: 'true' });
    await world.settle();
    expect(exams.map((exam) => exam['total_bookings']).filter((count) => count === 99)).toHaveLength(1);
    const written = world.takeCalls().filter(({ operation }) => operation === 'objects.batchUpdate');
    expect(written.reduce((sum, { inputs }) => sum + inputs, 0)).toBe(19);
  });
});
