import { describe, expect, it } from 'vitest';
import { World } from '../support/world.ts';

describe('GET /api/mock-exams/{id}/capacity', () => {
  it('counts the bookings that hold a seat', async () => {
    const world = await World.create();
    const student = world.account.student();
    const exam = world.account.exam({ capacity: 3, properties: { total_bookings: 99 } });
    for (const isActive of ['Active', 'Completed', null, 'Cancelled', 'FAILED', 'false']) {
      world.account.booking({ student, exam, isActive, links: 2 });
    }
    const { status, body } = await world.get(`mock-exams/${exam}/capacity`);
    expect([status, body.message]).toEqual([200, 'Success']);
    expect(body.data).toEqual({
      mock_exam_id: exam,
      capacity: 3,
      total_bookings: 3,
      available_slots: 0,
      is_full: true,
      last_checked: '2026-11-24T12:00:00.000Z',
    });
  });

  it('costs one call for an empty session', async () => {
    const world = await World.create();
    const { body } = await world.get(`mock-exams/${world.account.exam()}/capacity`);
    expect(body.data).toMatchObject({ total_bookings: 0, available_slots: 20, is_full: false });
    expect(world.takeCalls()).toHaveLength(1);
  });

  it.each(['v3', '2026-09'])('costs 2 calls in 2 rounds on %s', async (version) => {
    const settings = { latency: { readMs: 100 } };
    const world = await World.create({ settings, env: { HUBSPOT_API_VERSION: version } });
    const student = world.account.student();
    const exam = world.account.exam();
    for (let count = 0; count < 30; count += 1) world.account.booking({ student, exam, links: 2 });
    await world.get(`mock-exams/${exam}/capacity`);
    expect(world.takeCost()).toEqual({ calls: 2, rounds: 2 });
  });

  it('uses the stored count when the bookings cannot be read', async () => {
    const world = await World.create();
    const exam = world.account.exam({ properties: { total_bookings: 7 } });
    world.account.booking({ student: world.account.student(), exam });
    world.emulator.faults.add({
      fault: { kind: 'status', status: 500 },
      operation: 'objects.batchRead',
      times: Infinity,
    });
    const { status, body } = await world.get(`mock-exams/${exam}/capacity`);
    expect([status, body.data.total_bookings]).toEqual([200, 7]);
  });

  it('is 503, not 404 and not 0, when the exam cannot be read', async () => {
    const world = await World.create();
    world.emulator.faults.add({ fault: { kind: 'status', status: 500 }, times: Infinity });
    expect((await world.get(`mock-exams/${world.account.exam()}/capacity`)).status).toBe(503);
  });

  it.each(['35864209999', '..%2f', '__proto__', '9'.repeat(30), 'x'])('does not find %s', async (id) => {
    const world = await World.create();
    const { status, body } = await world.get(`mock-exams/${id}/capacity`);
    expect([status, body.code]).toEqual([404, 'EXAM_NOT_FOUND']);
    expect(world.takeCalls()).toHaveLength(id === '35864209999' ? 1 : 0);
  });
});

describe('a full session', () => {
  const REALTIME = { mock_type: 'Situational Judgment', realtime: 'true' };

  async function full(settings = {}) {
    const world = await World.create({ settings, env: { RATE_LIMIT_PER_ADDRESS: '0' } });
    const student = world.account.student();
    const exam = world.account.exam({ capacity: 1, properties: { total_bookings: 1 } });
    const booking = world.account.booking({ student, exam });
    const capacity = async () => (await world.get(`mock-exams/${exam}/capacity`)).body.data;
    const realtime = async () => (await world.get('mock-exams/available', REALTIME)).body.data[0];
    return { world, exam, booking, capacity, realtime };
  }

  it('is full by what was read in the last 5 s, a session with room by what was read in the last minute', async () => {
    const { world, booking, capacity, realtime } = await full();
    expect([(await capacity()).is_full, (await realtime()).status]).toEqual([true, 'full']);
    world.account.change('bookings', booking, { is_active: 'Cancelled' });
    await world.clock.advance(5000);
    expect((await capacity()).is_full).toBe(true);
    await world.clock.advance(1);
    expect([(await capacity()).is_full, (await realtime()).status]).toEqual([false, 'limited']);
    world.account.change('bookings', booking, { is_active: 'Active' });
    await world.clock.advance(54_000);
    expect((await capacity()).is_full).toBe(false);
  });

  it('costs one refresh in 5 s, however many look', async () => {
    const { world, exam } = await full({ latency: { readMs: 100 } });
    const poll = async () => world.send('GET', `mock-exams/${exam}/capacity`);
    const answers = await world.clock.run(async () => {
      const all = [];
      for (let second = 0; second < 20; second += 1) {
        all.push(...(await Promise.all(Array.from({ length: 50 }, poll))));
        await world.clock.sleep(1000);
      }
      return all;
    });
    expect(answers.every(({ body }) => body.data.is_full === true)).toBe(true);
    const reads = world.takeCalls().filter(({ operation }) => operation === 'objects.batchRead');
    expect(reads).toHaveLength(4);
  });

  it('stays full while HubSpot is down, at one attempt in 5 s', async () => {
    const { world, capacity } = await full();
    await capacity();
    world.account.change('mock_exams', (await capacity()).mock_exam_id, { total_bookings: 0 });
    await world.clock.advance(6000);
    world.emulator.faults.add({ fault: { kind: 'hang' }, operation: 'associations.batchRead', times: Infinity });
    const startedAt = world.clock.now();
    expect((await capacity()).is_full).toBe(true);
    expect(world.clock.now() - startedAt).toBe(3000);
    expect((await capacity()).is_full).toBe(true);
    expect(world.clock.now() - startedAt).toBe(3000);
  });
});
