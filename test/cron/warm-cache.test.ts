import { describe, expect, it } from 'vitest';
import vercelConfig from '../../vercel.json' with { type: 'json' };
import { World } from '../support/world.ts';

const AS_CRON = { headers: { Authorization: 'Bearer cron-secret', 'User-Agent': 'vercel-cron/1.0' } };
const ENV = { CRON_SECRET: 'cron-secret' };

describe('GET /api/cron/warm-cache', () => {
  it('reads anew what students look at, so that their looking costs nothing', async () => {
    const world = await World.create({ env: ENV });
    const student = world.account.student();
    const login = { student_id: student.studentId, email: student.email };
    const exams = ['Situational Judgment', 'Mini-mock'].map((type) => world.account.exam({ type }));
    for (const exam of exams) world.account.booking({ student, exam });
    await world.request('POST', 'mock-exams/validate-credits', { body: login });
    await world.clock.advance(100_000);
    const { status, body } = await world.request('GET', 'cron/warm-cache', AS_CRON);
    expect(status).toBe(200);
    expect(body).toEqual({
      success: true,
      sessions: { 'Situational Judgment': 1, 'Clinical Skills': 0, 'Mini-mock': 1 },
      counted: 2,
      contacts: 1,
    });
    await world.settle();
    world.takeCalls();
    await world.get('mock-exams/available', { mock_type: 'Mini-mock', realtime: 'true' });
    await world.get('mock-exams/available', { mock_type: 'Situational Judgment' });
    expect(world.takeCalls().filter(({ operation }) => operation !== 'objects.update')).toEqual([]);
  });

  it.each([[{}], [{ Authorization: 'Bearer wrong' }], [{ 'User-Agent': 'vercel-cron/1.0' }]])(
    'is refused without the secret: %j',
    async (headers) => {
      const world = await World.create({ env: ENV });
      expect((await world.request('GET', 'cron/warm-cache', { headers })).status).toBe(401);
      expect(world.takeCalls()).toEqual([]);
    },
  );

  it('fails loudly when HubSpot does', async () => {
    const world = await World.create({ env: ENV });
    world.emulator.faults.add({ fault: { kind: 'status', status: 500 }, times: Infinity });
    expect((await world.request('GET', 'cron/warm-cache', AS_CRON)).status).toBe(503);
  });
});

describe('the schedule in vercel.json', () => {
  it.each(vercelConfig.crons.map(({ path }) => path))('%s is a route that cron can call', async (path) => {
    const world = await World.create({ env: ENV });
    const answer = await world.request('GET', path.replace('/api/', ''), AS_CRON);
    expect([answer.status, answer.body.success]).toEqual([200, true]);
  });
});
