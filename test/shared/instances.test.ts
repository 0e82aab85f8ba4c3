import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { TestStudent } from '../support/account-builder.ts';
import { bookingBody, seatHolders, sendBooking } from '../support/booking.ts';
import { hasRedis, RedisServer } from '../support/redis-server.ts';
import { type Fate, SharedRedis } from '../support/shared-redis.ts';
import { deliver, event, MOCK_EXAMS, WEBHOOK_ENV } from '../support/webhook.ts';
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
    await server.command('FLUSHALL');
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

  /** Whatever happened: as many seats as there are at most, each of them paid once, and whoever was told so has one. */
  async function expectWhole(
    all: readonly World[],
    exam: string,
    students: readonly TestStudent[],
    answers: readonly Answer[],
  ) {
    const [one] = all as [World];
    const holders = seatHolders(one, exam);
    const paid = students.filter(({ id }) => one.account.values('contacts', id)['sj_credits'] === '0');
    expect(paid).toHaveLength(holders.length);
    const told = statuses(answers, 201).map(({ body }) => String(body.data.booking_record_id));
    expect(told.filter((id) => !holders.includes(id))).toEqual([]);
    return holders.length;
  }

  async function pressAll(all: readonly World[], exam: string, count: number, everyMs = 0) {
    const [one] = all as [World];
    const students = Array.from({ length: count }, () => one.account.student({ sj_credits: 1 }));
    const answers = await one.clock.run(async () =>
      Promise.all(
        students.map(async (student, index) => {
          await one.clock.sleep(index * everyMs);
          return sendBooking(all[index % all.length] ?? one, student, { exam });
        }),
      ),
    );
    return { students, answers };
  }

  it('a student sees on another instance what they booked, and cancels it there at once', async () => {
    const [one, two, three] = await startThree();
    const exam = one.account.exam({ capacity: 30 });
    const { students, answers } = await pressAll([one], exam, 20);
    const listed = await one.clock.run(async () =>
      Promise.all(
        students.map(async ({ studentId: student_id, email }) =>
          two.send('GET', 'bookings/list', { query: { student_id, email, filter: 'upcoming' } }),
        ),
      ),
    );
    expect(listed.map(({ body }) => body.data.bookings.length)).toEqual(students.map(() => 1));
    const cancelled = await one.clock.run(async () =>
      Promise.all(
        students.map(async ({ studentId: student_id, email }, index) =>
          three.send('DELETE', `bookings/${answers[index]?.body.data.booking_record_id}`, {
            body: { student_id, email },
          }),
        ),
      ),
    );
    expect(cancelled.map(({ status, body }) => [status, body.data.actions_completed.credits_restored])).toEqual(
      students.map(() => [200, true]),
    );
    for (const world of [one, two, three]) await world.settle();
    expect(students.map(({ id }) => one.account.values('contacts', id)['sj_credits'])).toEqual(students.map(() => '1'));
  });

  it('what one has loaded of exams the others need not load, until it is dropped', async () => {
    const env = { ...ENV, ...WEBHOOK_ENV };
    const one = await World.create({ settings: SETTINGS, env, redis });
    const two = await one.sibling(env, redis);
    const exam = one.account.exam({ capacity: 5 });
    const looked = async (world: World) => {
      one.takeCalls();
      const { body } = await world.get('mock-exams/available', { mock_type: 'Situational Judgment' });
      await world.settle();
      expect(body.success).toBe(true);
      return one.takeCalls().length;
    };
    expect(await looked(one)).toBeGreaterThan(0);
    expect(await looked(two)).toBe(0);
    await one.clock.advance(20_000);
    const facts = {
      objectId: Number(exam),
      objectTypeId: MOCK_EXAMS,
      propertyName: 'location',
      propertyValue: 'Calgary',
    };
    await deliver(one, [event(one, 'object.propertyChange', facts)], 'webhooks/cache-invalidation');
    await one.settle();
    expect(await looked(two)).toBeGreaterThan(0);
    // The third one, which begins now, finds what the second one has loaded.
    expect(await looked(await one.sibling(env, redis))).toBe(0);
  });

  it('a double click on two instances books and pays once', async () => {
    const all = await startThree();
    const [one] = all;
    const exam = one.account.exam({ capacity: 5 });
    const student = one.account.student({ sj_credits: 3 });
    const answers = await one.clock.run(async () =>
      Promise.all(all.map(async (world) => sendBooking(world, student, { exam }))),
    );
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([201, 400, 400]);
    expect([seatHolders(one, exam).length, one.account.values('contacts', student.id)['sj_credits']]).toEqual([1, '2']);
  });

  it('the same idempotency key on another instance is given the same answer', async () => {
    const [one, two] = await startThree();
    const exam = one.account.exam({ capacity: 5 });
    const student = one.account.student({ sj_credits: 3 });
    const send = async (world: World) =>
      world.request('POST', 'bookings/create', {
        body: bookingBody(student, { exam }),
        headers: { 'X-Idempotency-Key': 'press-1' },
      });
    const [first, second] = [await send(one), await send(two)];
    expect([first.status, second.status]).toEqual([201, 200]);
    expect(second.body.data).toEqual({ ...first.body.data, idempotent_request: true });
  });

  it.each(['lost', 'unanswered'] as const)('every third command %s: seats and credits stay right', async (fate) => {
    const all = await startThree();
    const exam = all[0].account.exam({ capacity: 7 });
    let count = 0;
    redis.fate = () => ((count += 1) % 3 === 0 ? fate : 'answered');
    const { students, answers } = await pressAll(all, exam, 30, 50);
    for (const world of all) await world.settle();
    // A booking whose seat cannot be confirmed is undone: fewer may be sold than there are, never more.
    expect(await expectWhole(all, exam, students, answers)).toBeLessThanOrEqual(7);
  });

  it('one instance cut off while the others sell: nothing is sold twice', async () => {
    const all = await startThree();
    const exam = all[0].account.exam({ capacity: 10 });
    redis.fate = (_script, instance) => (instance === 0 ? 'lost' : 'answered');
    const { students, answers } = await pressAll(all, exam, 30, 200);
    for (const world of all) await world.settle();
    expect(await expectWhole(all, exam, students, answers)).toBeLessThanOrEqual(10);
    expect(answers.filter(({ status }) => status >= 500).every(({ headers }) => headers.has('retry-after'))).toBe(true);
  });

  it('Redis gone for all of them: they go on selling, if later, and nothing twice', async () => {
    const all = await startThree();
    const exam = all[0].account.exam({ capacity: 10 });
    redis.fate = () => 'lost';
    const { students, answers } = await pressAll(all, exam, 8, 300);
    for (const world of all) await world.settle();
    expect(await expectWhole(all, exam, students, answers)).toBe(8);
  });

  it('flushed in the middle: nothing is sold twice', async () => {
    const all = await startThree();
    const [one] = all;
    const exam = one.account.exam({ capacity: 10 });
    const flushing = one.clock.run(async () => {
      await one.clock.sleep(1500);
      await server.command('FLUSHALL');
    });
    const { students, answers } = await pressAll(all, exam, 40, 100);
    await flushing;
    for (const world of all) await world.settle();
    expect(await expectWhole(all, exam, students, answers)).toBe(10);
  });

  const scripts: [point: string, script: string, fate: Fate, times: number][] = [
    ['before a seat is held', 'decide', 'ends', 1],
    ['when a seat is held', 'decide', 'ends after it', 1],
    ['when the booking is made', 'made', 'ends', 1],
    ['when it has its seat', 'made', 'ends after it', 1],
    ['before the credit is taken', 'write', 'ends', 1],
    ['when the credit is about to be taken', 'write', 'ends after it', 1],
    ['when the credit is taken', 'write', 'ends', 2],
  ];
  it.each(scripts)(
    'an instance that ends %s: another one sees to it, and the student pays exactly once',
    async (_point, script, fate, times) => {
      const [one, two] = await startThree();
      const exam = one.account.exam({ capacity: 5 });
      const student = one.account.student({ sj_credits: 3 });
      let seen = 0;
      redis.fate = (name, instance) => (name === script && instance === 0 && (seen += 1) === times ? fate : 'answered');
      await one.clock.run(async () => {
        void sendBooking(one, student, { exam });
        await one.clock.sleep(20_000);
      });
      // Anybody's request will do.
      await two.get('mock-exams/available', { mock_type: 'Situational Judgment' });
      await two.clock.advance(30_000);
      await two.clock.advance(130_000);
      const credits = one.account.values('contacts', student.id)['sj_credits'];
      expect([seatHolders(one, exam).length, credits]).toEqual(script === 'decide' ? [0, '3'] : [1, '2']);
      const again = await two.clock.run(async () => sendBooking(two, student, { exam }));
      expect(again.status).toBe(script === 'decide' ? 201 : again.status);
      expect(seatHolders(one, exam)).toHaveLength(1);
      expect(one.account.values('contacts', student.id)['sj_credits']).toBe('2');
    },
  );
});
