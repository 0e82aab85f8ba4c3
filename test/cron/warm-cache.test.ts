import { describe, expect, it } from 'vitest';
import type { Credits } from '../../src/records/contact.ts';
import { readContactById } from '../../src/reads/contact.ts';
import vercelConfig from '../../vercel.json' with { type: 'json' };
import { ALWAYS, seenCredits } from '../support/looking.ts';
import { WEBHOOK_ENV } from '../support/webhook.ts';
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

describe('the contacts that are kept warm', () => {
  const CONTACTS = '0-1';
  const warm = async (world: World) => (await world.request('GET', 'cron/warm-cache', AS_CRON)).body;
  const asked = (world: World) => world.takeCalls().filter(({ objectType }) => objectType === CONTACTS);

  it.each([
    ['with webhooks', WEBHOOK_ENV, 29 * 60_000, 90_000],
    ['without', {}, 100_000, 30_000],
  ])('log in at no cost, %s', async (_how, env, idleMs, laterMs) => {
    const world = await World.create({ env: { ...ENV, ...env } });
    const student = world.account.student({ sj_credits: 5 });
    await seenCredits(world, student);
    await world.clock.advance(idleMs);
    world.account.change('contacts', student.id, { sj_credits: 7 });
    expect((await warm(world)).contacts).toBe(1);
    await world.settle();
    await world.clock.advance(laterMs);
    world.takeCalls();
    expect(await seenCredits(world, student)).toBe(7);
    expect(asked(world)).toEqual([]);
  });

  it('are those seen in the last hour, however often they were warmed, and not those nobody has', async () => {
    const world = await World.create({ env: { ...ENV, ...WEBHOOK_ENV } });
    const student = world.account.student();
    await seenCredits(world, student);
    const stranger = { student_id: '1', email: 'nobody@example.com' };
    await world.request('POST', 'mock-exams/validate-credits', { body: stranger });
    for (const minutes of [20, 20, 20]) {
      await world.clock.advance(minutes * 60_000 - 1000);
      expect((await warm(world)).contacts).toBe(1);
    }
    await world.clock.advance(10_000);
    world.takeCalls();
    expect((await warm(world)).contacts).toBe(0);
    expect(asked(world)).toEqual([]);
  });

  it('fail it when not one of them can be read', async () => {
    const world = await World.create({ env: ENV });
    for (const each of [world.account.student(), world.account.student()]) await seenCredits(world, each);
    await world.clock.advance(61_000);
    world.emulator.faults.add({ fault: { kind: 'status', status: 500 }, objectType: CONTACTS, ...ALWAYS });
    expect((await world.request('GET', 'cron/warm-cache', AS_CRON)).status).toBe(503);
  });

  it('are those that can be read, when one cannot', async () => {
    const world = await World.create({ env: ENV });
    const [student, other] = [world.account.student(), world.account.student()];
    for (const each of [student, other]) await seenCredits(world, each);
    const fault = { kind: 'partial', category: 'INTERNAL_ERROR', inputs: [other.email] } as const;
    world.emulator.faults.add({ fault, objectType: CONTACTS, ...ALWAYS });
    expect((await warm(world)).contacts).toBe(1);
    expect(world.logged('warn')).toContainEqual(expect.objectContaining({ message: 'contacts not warmed', count: 1 }));
  });

  it('have the credits this API has just written, where HubSpot still shows the old ones', async () => {
    const world = await World.create({ env: { ...ENV, ...WEBHOOK_ENV } });
    const student = world.account.student({ sj_credits: 5 });
    await seenCredits(world, student);
    const contact = await readContactById(world.deps, student.id);
    const credits = { ...contact?.credits, sj_credits: 4 } as Credits;
    await world.deps.journal.creditsWritten(student.id, { credits, updatedAtMs: world.clock.now() + 1000 });
    expect((await warm(world)).contacts).toBe(1);
    expect(await seenCredits(world, student)).toBe(4);
  });
});

describe('seats that cannot be counted', () => {
  const failing = async (status: number) => {
    const world = await World.create({ env: ENV });
    world.account.exam();
    world.emulator.faults.add({ fault: { kind: 'status', status }, operation: 'associations.batchRead', ...ALWAYS });
    return { world, answer: await world.request('GET', 'cron/warm-cache', AS_CRON) };
  };

  it('are told in the log while HubSpot is down', async () => {
    const { world, answer } = await failing(500);
    expect([answer.status, answer.body.counted]).toEqual([200, 0]);
    expect(world.logged('warn').map(({ message }) => message)).toContain('exam not counted');
  });

  it('fail it when HubSpot will not have it: that does not pass', async () => {
    const { world, answer } = await failing(403);
    expect([answer.status, world.logged('error')]).toEqual([500, [expect.anything()]]);
  });
});

describe('the schedule in vercel.json', () => {
  it.each(vercelConfig.crons.map(({ path }) => path))('%s is a route that cron can call', async (path) => {
    const world = await World.create({ env: ENV });
    const answer = await world.request('GET', path.replace('/api/', ''), AS_CRON);
    expect([answer.status, answer.body.success]).toEqual([200, true]);
  });
});
