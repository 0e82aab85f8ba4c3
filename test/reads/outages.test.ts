import { describe, expect, it } from 'vitest';
import { ALWAYS, login, timed } from '../support/looking.ts';
import { deliver, event, MOCK_EXAMS, WEBHOOK_ENV } from '../support/webhook.ts';
import { World, type WorldOptions } from '../support/world.ts';

const REALTIME = { mock_type: 'Situational Judgment', realtime: 'true' };
const HANG = { fault: { kind: 'hang' }, ...ALWAYS } as const;
const FAIL = { fault: { kind: 'status', status: 500 }, ...ALWAYS } as const;

async function start(options: WorldOptions = {}) {
  const world = await World.create({ ...options, env: { ...WEBHOOK_ENV, ...options.env } });
  const exam = world.account.exam();
  const capacity = async () => world.get(`mock-exams/${exam}/capacity`);
  return { world, exam, capacity };
}

describe('while HubSpot hangs', () => {
  it('sessions of which some are stale and some unknown are answered as soon as unknown ones alone', async () => {
    const { world } = await start();
    await world.get('mock-exams/available', REALTIME);
    await world.clock.advance(55_000);
    const added = Number(world.account.exam());
    const creation = event(world, 'object.creation', { objectId: added, objectTypeId: MOCK_EXAMS });
    await deliver(world, [creation], 'webhooks/cache-invalidation');
    await world.get('mock-exams/available', { mock_type: 'Situational Judgment' });
    await world.clock.advance(10_000);
    world.emulator.faults.add({ ...HANG, operation: 'associations.batchRead' });
    const asked = await timed(world, async () => world.get('mock-exams/available', REALTIME));
    expect(asked).toEqual({ status: 200, tookMs: 3000 });
  });

  it('nobody waits as long as a refresh in the background may', async () => {
    const { world, capacity } = await start();
    await capacity();
    await world.clock.advance(88_500);
    world.emulator.faults.add({ ...HANG, operation: 'associations.batchRead' });
    await capacity();
    await world.clock.advance(2000);
    const { status, tookMs } = await timed(world, capacity);
    expect([status, tookMs <= 3000]).toEqual([200, true]);
  });

  it('whoever comes late still has all of their own time', async () => {
    const { world } = await start();
    const student = world.account.student();
    world.emulator.faults.add({ fault: { kind: 'hang' }, operation: 'objects.get', times: 2 });
    const list = async () => world.send('GET', 'bookings/list', { query: login(student) });
    const [first, second] = await world.clock.run(async () => {
      const early = list();
      await world.clock.sleep(8500);
      return Promise.all([early, list()]);
    });
    expect([first?.status, second?.status]).toEqual([503, 200]);
  });
});

describe('while HubSpot is down', () => {
  it('1,000 who look for the same session cost one call', async () => {
    const env = { RATE_LIMIT_PER_ADDRESS: '0', HUBSPOT_MAX_ATTEMPTS: '1' };
    const { world, exam } = await start({ env });
    world.emulator.faults.add(FAIL);
    const poll = async () => world.send('GET', `mock-exams/${exam}/capacity`);
    const answers = await world.clock.run(async () => Promise.all(Array.from({ length: 1000 }, poll)));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([503]));
    expect(world.takeCalls()).toHaveLength(1);
  });

  it('an exam is worth having without its bookings', async () => {
    const { world, exam, capacity } = await start();
    const student = world.account.student();
    for (let count = 0; count < 101; count += 1) world.account.booking({ student, exam });
    world.account.change('mock_exams', exam, { total_bookings: 7 });
    world.emulator.faults.add({ ...FAIL, operation: 'associations.batchRead' });
    world.emulator.faults.add({ ...FAIL, operation: 'associations.list' });
    const { status, body } = await capacity();
    expect([status, body.data.total_bookings]).toEqual([200, 7]);
  });

  it('what is stale is served soon, and then at once', async () => {
    const { world, capacity } = await start();
    const student = world.account.student();
    world.account.booking({ student, exam: (await capacity()).body.data.mock_exam_id });
    await world.clock.advance(331_000);
    world.emulator.faults.add(FAIL);
    const first = await timed(world, capacity);
    world.takeCalls();
    const second = await timed(world, async () => world.get('mock-exams/available', { mock_type: 'Mini-mock' }));
    const third = await timed(world, capacity);
    expect([first.status, first.tookMs <= 2000]).toEqual([200, true]);
    expect([second.status, third]).toEqual([503, { status: 200, tookMs: 0 }]);
  });

  it('what belongs to a student is never stale', async () => {
    const { world } = await start({ env: { HUBSPOT_WEBHOOK_SECRET: '' } });
    const student = world.account.student();
    world.account.booking({ student, exam: world.account.exam() });
    await world.get('bookings/list', login(student));
    world.emulator.faults.add(FAIL);
    await world.clock.advance(30_000);
    expect((await world.get('bookings/list', login(student))).status).toBe(503);
    await world.clock.advance(30_000);
    expect((await world.request('POST', 'mock-exams/validate-credits', { body: login(student) })).status).toBe(503);
  });
});
