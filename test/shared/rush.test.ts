import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { TestStudent } from '../support/account-builder.ts';
import { bookingBody, seatHolders } from '../support/booking.ts';
import { hasRedis, RedisServer } from '../support/redis-server.ts';
import { SharedRedis } from '../support/shared-redis.ts';
import { World } from '../support/world.ts';

const SETTINGS = {
  latency: { readMs: 100, writeMs: 200 },
  lag: { associationMs: 2000, rollupMs: 2000, searchMs: 5000 },
  limits: { per10Seconds: 190, associationsPer10Seconds: 150, searchPerSecond: 4 },
};
const ENV = { VERCEL: '1', RATE_LIMIT_PER_ADDRESS: '0', RATE_LIMIT_BOOKINGS: '0', RATE_LIMIT_AVAILABLE: '0' };
const TYPE = 'Situational Judgment';

describe.skipIf(!hasRedis)('a session of 90 seats opens for 100 students on three instances over Redis', () => {
  let server: RedisServer;
  let redis: SharedRedis;

  beforeAll(async () => {
    server = await RedisServer.start();
  });
  afterAll(async () => server.kill());
  beforeEach(async () => {
    redis = new SharedRedis(server, 'rush');
    await server.command('FLUSHALL');
  });
  afterEach(() => redis.close());

  /** Every request goes to the next instance, as behind a load balancer. */
  async function rush(spreadMs: number) {
    const one = await World.create({ settings: SETTINGS, env: ENV, redis });
    const all = [one, await one.sibling(ENV, redis), await one.sibling(ENV, redis)];
    const exam = one.account.exam({ capacity: 90 });
    const students = Array.from({ length: 100 }, () => one.account.student({ sj_credits: 1 }));
    for (const world of all) await one.clock.run(async () => world.deps.sync());
    one.clock.jump(60_000);
    one.takeCalls();
    redis.log.length = 0;
    let turn = 0;
    const next = () => all[(turn += 1) % all.length] ?? one;
    const go = async (student: TestStudent, index: number) => {
      await one.clock.sleep(Math.floor((spreadMs * index) / students.length));
      const who = { student_id: student.studentId, email: student.email };
      await next().send('POST', 'mock-exams/validate-credits', { body: { ...who, mock_type: TYPE } });
      await next().send('GET', 'mock-exams/available', { query: { mock_type: TYPE, realtime: 'true' } });
      const booking = await next().send('POST', 'bookings/create', { body: bookingBody(student, { exam }) });
      const list = await next().send('GET', 'bookings/list', { query: { ...who, filter: 'upcoming' } });
      return { student, booking, list };
    };
    const rushed = await one.clock.run(async () => Promise.all(students.map(go)));
    const calls = one.takeCalls();
    const commands = redis.log.filter((script) => script !== 'window').length;
    for (const world of all) await world.settle();
    return { one, all, exam, students, rushed, calls, commands };
  }

  it.each([
    ['at the same moment', 0, 105],
    ['over ten seconds', 10_000, 285],
  ])('%s: 90 sold and paid, everybody told the truth at once and shown it', async (_shape, spreadMs, maxCalls) => {
    const { one, all, exam, students, rushed, calls, commands } = await rush(spreadMs);
    const booked = rushed.filter(({ booking }) => booking.status === 201);
    const holders = seatHolders(one, exam);
    expect([booked.length, holders.length]).toEqual([90, 90]);
    expect(students.filter(({ id }) => one.account.values('contacts', id)['sj_credits'] === '0')).toHaveLength(90);
    expect(new Set(rushed.map(({ booking }) => booking.body.code))).toEqual(new Set([undefined, 'EXAM_FULL']));
    expect(booked.every(({ list }) => list.body.data.bookings.length === 1)).toBe(true);
    expect(one.account.values('mock_exams', exam)['total_bookings']).toBe('90');
    expect(calls.filter(({ status }) => status === 429)).toEqual([]);
    expect(calls.length).toBeLessThanOrEqual(maxCalls);
    // Four requests of a student: one command for each to know what is new, one to tell who signed in, four to book; and
    // as many as one more for the counts.
    expect(commands).toBeLessThanOrEqual(rushed.length * 10);
    expect(all.flatMap((world) => world.logged('error'))).toEqual([]);
  });
});
