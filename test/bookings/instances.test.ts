import { describe, expect, it } from 'vitest';
import type { TestStudent } from '../support/account-builder.ts';
import { seatHolders, sendBooking } from '../support/booking.ts';
import { type Answer, World } from '../support/world.ts';

const SETTINGS = {
  latency: { readMs: 100, writeMs: 200 },
  lag: { associationMs: 2000, rollupMs: 2000, searchMs: 5000 },
  limits: { per10Seconds: null, searchPerSecond: null },
};
const ENV = {
  BOOKING_CONFIRMATION: 'always',
  RATE_LIMIT_PER_ADDRESS: '0',
  RATE_LIMIT_BOOKINGS: '0',
  HUBSPOT_MAX_CONCURRENCY: '500',
  CONSISTENCY_LAG_MS: '3000',
};

const statuses = (answers: readonly Answer[], code: number) => answers.filter(({ status }) => status === code);
const paid = (world: World, students: readonly TestStudent[]) =>
  students.filter(({ id }) => world.account.values('contacts', id)['sj_credits'] === '0');

/** Everybody is told the truth: 201 and a paid seat, or a refusal and neither. */
function expectTruth(world: World, exam: string, students: readonly TestStudent[], answers: readonly Answer[]): void {
  const seated = new Set(seatHolders(world, exam));
  for (const [index, answer] of answers.entries()) {
    const { id } = students[index] ?? { id: '' };
    const hasPaid = world.account.values('contacts', id)['sj_credits'] === '0';
    const told = answer.status === 201;
    expect([told, told && seated.has(answer.body.data.booking_record_id), hasPaid]).toEqual([told, told, told]);
  }
}

describe('two instances without a shared store', () => {
  it('60 requests for 7 seats end with 7 bookings, 7 credits spent, and everybody told the truth', async () => {
    const one = await World.create({ settings: SETTINGS, env: ENV });
    const two = await one.sibling(ENV);
    const exam = one.account.exam({ capacity: 7 });
    const students = Array.from({ length: 60 }, () => one.account.student());
    const answers = await one.clock.run(async () =>
      Promise.all(students.map(async (student, index) => sendBooking(index % 2 ? one : two, student, { exam }))),
    );
    expect(statuses(answers, 201)).toHaveLength(7);
    expect(new Set(answers.filter(({ status }) => status !== 201).map(({ body }) => body.code))).toEqual(
      new Set(['EXAM_FULL']),
    );
    expect(seatHolders(one, exam)).toHaveLength(7);
    expect(paid(one, students)).toHaveLength(7);
    expectTruth(one, exam, students, answers);
  });

  it('spread over four seconds, too', async () => {
    const one = await World.create({ settings: SETTINGS, env: ENV });
    const two = await one.sibling(ENV);
    const exam = one.account.exam({ capacity: 7 });
    const students = Array.from({ length: 40 }, () => one.account.student());
    const answers = await one.clock.run(async () =>
      Promise.all(
        students.map(async (student, index) => {
          await one.clock.sleep(index * 100);
          return sendBooking(index % 2 ? one : two, student, { exam });
        }),
      ),
    );
    expect(seatHolders(one, exam)).toHaveLength(7);
    expectTruth(one, exam, students, answers);
  });

  it('an instance that takes over in the middle sells nothing twice', async () => {
    const old = await World.create({ settings: SETTINGS, env: ENV });
    const exam = old.account.exam({ capacity: 7 });
    const students = Array.from({ length: 40 }, () => old.account.student());
    const answers = await old.clock.run(async () => {
      const early = students.slice(0, 20).map(async (student, index) => {
        await old.clock.sleep(index * 50);
        return sendBooking(old, student, { exam });
      });
      await old.clock.sleep(1000);
      const successor = await old.sibling(ENV);
      const late = students.slice(20).map(async (student) => sendBooking(successor, student, { exam }));
      return Promise.all([...early, ...late]);
    });
    expect(seatHolders(old, exam)).toHaveLength(7);
    expectTruth(old, exam, students, answers);
  });

  it('let a student who is sent to both in once', async () => {
    const one = await World.create({ settings: SETTINGS, env: ENV });
    const two = await one.sibling(ENV);
    const exam = one.account.exam();
    const student = one.account.student({ sj_credits: 5 });
    const answers = await one.clock.run(async () =>
      Promise.all([one, two].map(async (world) => sendBooking(world, student, { exam }))),
    );
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([201, 400]);
    expect(seatHolders(one, exam)).toHaveLength(1);
    expect(one.account.values('contacts', student.id)['sj_credits']).toBe('4');
  });

  it('undo the booking when the confirmation cannot be read, and say so', async () => {
    const world = await World.create({ settings: SETTINGS, env: ENV });
    const student = world.account.student();
    const exam = world.account.exam();
    const fault = { kind: 'status', status: 500 } as const;
    world.emulator.faults.add({ fault, operation: 'objects.get', objectType: '2-50158913', skip: 1, times: Infinity });
    const answer = await world.clock.run(async () => sendBooking(world, student, { exam }));
    expect([answer.status, answer.body.error]).toEqual([503, expect.stringContaining('still being completed')]);
    await world.settle();
    expect(seatHolders(world, exam)).toEqual([]);
    expect(world.account.values('contacts', student.id)['sj_credits']).toBe('1');
  });
});

describe('three instances without a shared store, within HubSpot’s limits', () => {
  it('a hundred students over ten seconds: all 90 seats are sold and paid, if later, and nobody is told wrong', async () => {
    const limits = { per10Seconds: 190, associationsPer10Seconds: 150, searchPerSecond: 4 };
    const env = { ...ENV, RATE_LIMIT_AVAILABLE: '0', HUBSPOT_MAX_CONCURRENCY: '20' };
    const one = await World.create({ settings: { ...SETTINGS, limits }, env });
    const all = [one, await one.sibling(env), await one.sibling(env)];
    const exam = one.account.exam({ capacity: 90 });
    const students = Array.from({ length: 100 }, () => one.account.student({ sj_credits: 1 }));
    one.clock.jump(60_000);
    let turn = 0;
    const next = () => all[(turn += 1) % all.length] ?? one;
    const answers = await one.clock.run(async () =>
      Promise.all(
        students.map(async (student, index) => {
          await one.clock.sleep(index * 100);
          const body = { student_id: student.studentId, email: student.email, mock_type: 'Situational Judgment' };
          await next().send('POST', 'mock-exams/validate-credits', { body });
          await next().send('GET', 'mock-exams/available', { query: { mock_type: body.mock_type, realtime: 'true' } });
          return sendBooking(next(), student, { exam });
        }),
      ),
    );
    for (const world of all) await world.settle();
    const seated = new Set(seatHolders(one, exam));
    expect([seated.size, paid(one, students).length]).toEqual([90, 90]);
    expect(statuses(answers, 201).every(({ body }) => seated.has(body.data.booking_record_id))).toBe(true);
    expect(statuses(answers, 201).length).toBeGreaterThanOrEqual(75);
    const late = answers.filter(({ status, body }) => status !== 201 && body.code !== 'EXAM_FULL');
    for (const { status, body, headers } of late) {
      expect([status, body.error]).toEqual([503, expect.stringContaining('still being completed')]);
      expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
    }
    const refused = one.takeCalls().filter(({ status }) => status === 429);
    expect(refused.filter(({ operation }) => operation !== 'objects.search')).toEqual([]);
    expect(refused.length).toBeLessThan(10);
  });
});

describe('a HubSpot that takes two seconds for everything', () => {
  it('the booking is confirmed and paid after the answer, and the next try hears of it', async () => {
    const slow = { ...SETTINGS, latency: { readMs: 2000, writeMs: 2000 } };
    const world = await World.create({ settings: slow, env: ENV });
    const student = world.account.student({ sj_credits: 3 });
    const exam = world.account.exam();
    const first = await world.clock.run(async () => sendBooking(world, student, { exam }));
    expect([first.status, first.body.error]).toEqual([503, expect.stringContaining('still being completed')]);
    await world.settle();
    expect([seatHolders(world, exam).length, world.account.values('contacts', student.id)['sj_credits']]).toEqual([
      1,
      '2',
    ]);
    const again = await world.clock.run(async () => sendBooking(world, student, { exam }));
    expect([again.status, again.body.data.booking_record_id]).toEqual([201, seatHolders(world, exam)[0]]);
    expect(world.logged('error')).toEqual([]);
  });
});

describe('a process that has just begun', () => {
  it('waits until HubSpot shows what its predecessor sold', async () => {
    const never = { ...ENV, BOOKING_CONFIRMATION: 'never' };
    const old = await World.create({ settings: SETTINGS, env: never });
    const exam = old.account.exam({ capacity: 7 });
    const [early, late] = [20, 20].map((count) => Array.from({ length: count }, () => old.account.student()));
    const before = await old.clock.run(async () =>
      Promise.all((early ?? []).map(async (student) => sendBooking(old, student, { exam }))),
    );
    expect(statuses(before, 201)).toHaveLength(7);
    const successor = await old.sibling(never);
    const after = await old.clock.run(async () =>
      Promise.all((late ?? []).map(async (student) => sendBooking(successor, student, { exam }))),
    );
    expect(statuses(after, 201)).toEqual([]);
    expect(seatHolders(old, exam)).toHaveLength(7);
  });
});

describe('BOOKING_CONFIRMATION=auto', () => {
  it('confirms on Vercel, where other instances may run, and not elsewhere', async () => {
    const auto = { BOOKING_CONFIRMATION: 'auto' };
    const alone = await World.create({ env: auto });
    const onVercel = await World.create({ env: { ...auto, VERCEL: '1' } });
    expect([alone.deps.config.confirmBookings, onVercel.deps.config.confirmBookings]).toEqual([false, true]);
  });
});
