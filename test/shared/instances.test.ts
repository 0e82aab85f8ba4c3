import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { seatHolders, sendBooking } from '../support/booking.ts';
import { hasRedis, RedisServer } from '../support/redis-server.ts';
import { SharedRedis } from '../support/shared-redis.ts';
import { type Answer, World } from '../support/world.ts';

const SETTINGS = {
  latency: { readMs: 100, writeMs: 200 },
  lag: { associationMs: 2000, rollupMs: 2000, searchMs: 5000 },
  limits: { per10Seconds: null, searchPerSecond: null },
};
const ENV = { VERCEL: '1', RATE_LIMIT_PER_ADDRESS: '0', RATE_LIMIT_BOOKINGS: '0', HUBSPOT_MAX_CONCURRENCY: '500' };
const statuses = (answers: readonly Answer[], code: number) => answers.filter(({ status }) => status === code);

describe.skipIf(!hasRedis)('three instances over Redis', () => {
  let server: RedisServer;
  let redis: SharedRedis;

  beforeAll(async () => {
    server = await RedisServer.start();
  });
  afterAll(async () => server.kill());
  beforeEach(async () => {
    redis = new SharedRedis(server, 'test');
    await redis.flush();
  });
  afterEach(() => redis.close());

  async function startThree(): Promise<[World, World, World]> {
    const one = await World.create({ settings: SETTINGS, env: ENV, redis });
    const all = [one, await one.sibling(ENV, redis), await one.sibling(ENV, redis)] as const;
    // Each of them gets to know a state that is not young any more.
    for (const world of all) await world.clock.run(async () => world.deps.sync());
    await one.clock.advance(10_000);
    return [...all];
  }

  it('60 students for 7 seats: 7 are sold and paid, nobody waits for a confirmation', async () => {
    const all = await startThree();
    const [one] = all;
    const exam = one.account.exam({ capacity: 7 });
    const students = Array.from({ length: 60 }, () => one.account.student({ sj_credits: 1 }));
    const begun = one.clock.now();
    const answers = await one.clock.run(async () =>
      Promise.all(students.map(async (student, index) => sendBooking(all[index % 3] ?? one, student, { exam }))),
    );
    expect(one.clock.now() - begun).toBeLessThan(2000);
    expect(statuses(answers, 201)).toHaveLength(7);
    expect(new Set(answers.filter(({ status }) => status !== 201).map(({ body }) => body.code))).toEqual(
      new Set(['EXAM_FULL']),
    );
    for (const world of all) await world.settle();
    expect(seatHolders(one, exam)).toHaveLength(7);
    const paid = students.filter(({ id }) => one.account.values('contacts', id)['sj_credits'] === '0');
    expect(paid).toHaveLength(7);
    expect(all.flatMap((world) => world.logged('error'))).toEqual([]);
  });
});
