import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { seatHolders, sendBooking } from '../support/booking.ts';
import { hasRedis, RedisServer } from '../support/redis-server.ts';
import { SharedRedis } from '../support/shared-redis.ts';
import { World } from '../support/world.ts';

const ENV = { CRON_SECRET: 'cron-secret' };
const AS_CRON = { headers: { Authorization: 'Bearer cron-secret' } };

describe('GET /api/cron/settle without Redis', () => {
  it('has nothing to do', async () => {
    const world = await World.create({ env: ENV });
    const answer = await world.request('GET', 'cron/settle', AS_CRON);
    expect([answer.status, answer.body]).toEqual([200, { success: true, settled: 0 }]);
    expect((await world.request('GET', 'cron/settle')).status).toBe(401);
  });
});

describe.skipIf(!hasRedis)('GET /api/cron/settle over Redis', () => {
  let server: RedisServer;
  let redis: SharedRedis;

  beforeAll(async () => {
    server = await RedisServer.start();
  });
  afterAll(async () => server.kill());
  beforeEach(() => {
    redis = new SharedRedis(server, 'settle');
  });
  afterEach(() => redis.close());

  it('finishes the booking of an instance that ended, hours later, and tells of what is open', async () => {
    const one = await World.create({ env: ENV, redis });
    const two = await one.sibling(ENV, redis);
    await one.clock.run(async () => one.deps.sync());
    await one.clock.advance(10_000);
    const exam = one.account.exam();
    const student = one.account.student({ sj_credits: 2 });
    redis.fate = (script, instance) => (script === 'made' && instance === 0 ? 'ends after it' : 'answered');
    await one.clock.run(async () => {
      void sendBooking(one, student, { exam });
      await one.clock.sleep(5000);
    });
    const early = await two.request('GET', 'cron/settle', AS_CRON);
    expect(early.body).toEqual({ success: true, settled: 0, open: 1, oldestSeconds: expect.any(Number) });
    await two.clock.advance(3 * 3_600_000);
    const late = await two.request('GET', 'cron/settle', AS_CRON);
    expect(late.body).toEqual({ success: true, settled: 1, open: 0, oldestSeconds: 0 });
    expect([seatHolders(one, exam).length, one.account.values('contacts', student.id)['sj_credits']]).toEqual([1, '1']);
    expect((await two.request('GET', 'cron/settle', AS_CRON)).body).toMatchObject({ settled: 0, open: 0 });
  });
});
