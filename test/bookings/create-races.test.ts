import { describe, expect, it } from 'vitest';
import type { TestStudent } from '../support/account-builder.ts';
import { cancel, seatHolders, sendBooking, sendCancel } from '../support/booking.ts';
import { timed } from '../support/looking.ts';
import { type Answer, World } from '../support/world.ts';

/** HubSpot as it is on a busy day, without its limits: those are another test's. */
const LIFELIKE = {
  latency: { readMs: 100, writeMs: 200 },
  lag: { associationMs: 3000, rollupMs: 2000, searchMs: 10_000 },
  limits: { per10Seconds: null, searchPerSecond: null },
};
const ENV = { RATE_LIMIT_PER_ADDRESS: '0', RATE_LIMIT_BOOKINGS: '0', HUBSPOT_MAX_CONCURRENCY: '500' };

const outcomes = (answers: readonly Answer[]) =>
  Object.fromEntries(
    Map.groupBy(answers, ({ status, body }) => (status < 300 ? String(status) : String(body.code)))
      .entries()
      .map(([key, group]) => [key, group.length]),
  );

const creditsOf = (world: World, { id }: TestStudent) => Number(world.account.values('contacts', id)['sj_credits']);

describe('the last seats of a session', () => {
  it('200 students at once for 7 seats: 7 booked, 193 told that it is full', async () => {
    const world = await World.create({ settings: LIFELIKE, env: ENV });
    const exam = world.account.exam({ capacity: 20 });
    for (let count = 0; count < 13; count += 1) world.account.booking({ student: world.account.student(), exam });
    const students = Array.from({ length: 200 }, () => world.account.student());
    const answers = await world.clock.run(async () =>
      Promise.all(students.map(async (student) => sendBooking(world, student, { exam }))),
    );
    expect(outcomes(answers)).toEqual({ 201: 7, EXAM_FULL: 193 });
    await world.settle();
    expect(seatHolders(world, exam)).toHaveLength(20);
    expect(students.filter((student) => creditsOf(world, student) === 0)).toHaveLength(7);
    expect(world.account.values('mock_exams', exam)['total_bookings']).toBe('7');
  });

  it('a seat given back is taken by whoever waited for it', async () => {
    const world = await World.create({ settings: LIFELIKE, env: ENV });
    const exam = world.account.exam({ capacity: 1 });
    const [first, second] = [world.account.student(), world.account.student()];
    world.emulator.faults.add({ fault: { kind: 'status', status: 400 }, operation: 'objects.create' });
    const startedAt = world.clock.now();
    const answers = await world.clock.run(async () =>
      Promise.all([first, second].map(async (student) => sendBooking(world, student, { exam }))),
    );
    expect(outcomes(answers)).toEqual({ 201: 1, INTERNAL_ERROR: 1 });
    // As soon as it is given back, and not when they have waited long enough.
    expect(world.clock.now() - startedAt).toBeLessThan(1500);
    expect(seatHolders(world, exam)).toHaveLength(1);
  });

  it('nobody waits for a seat beyond their own deadline', async () => {
    const world = await World.create({ settings: LIFELIKE, env: { ...ENV, STUDENT_DEADLINE_MS: '1500' } });
    const exam = world.account.exam({ capacity: 1 });
    const [first, second] = [world.account.student(), world.account.student()];
    world.emulator.faults.add({ fault: { kind: 'hang' }, operation: 'objects.create' });
    const waited = await world.clock.run(async () => {
      const held = sendBooking(world, first, { exam });
      await world.clock.sleep(300);
      const answer = await timed(world, async () => sendBooking(world, second, { exam }));
      await held;
      return answer;
    });
    expect(waited).toEqual({ status: 503, tookMs: 1500 });
  });

  it('somebody who cancels makes room at once, although HubSpot still links the booking', async () => {
    const world = await World.create({ settings: LIFELIKE, env: ENV });
    const exam = world.account.exam({ capacity: 1 });
    const [first, second] = [world.account.student(), world.account.student()];
    const booked = await world.clock.run(async () => sendBooking(world, first, { exam }));
    await cancel(world, first, booked.body.data.booking_record_id);
    expect((await world.clock.run(async () => sendBooking(world, second, { exam }))).status).toBe(201);
  });
});

describe('one student', () => {
  it('50 times at once: one booking, one deduction', async () => {
    const world = await World.create({
      settings: LIFELIKE,
      env: { ...ENV, LOCK_WAIT_MS: '60000', STUDENT_DEADLINE_MS: '60000' },
    });
    const student = world.account.student({ sj_credits: 9 });
    const exam = world.account.exam();
    const answers = await world.clock.run(async () =>
      Promise.all(Array.from({ length: 50 }, async () => sendBooking(world, student, { exam }))),
    );
    expect(outcomes(answers)).toEqual({ 201: 1, DUPLICATE_BOOKING: 49 });
    expect([seatHolders(world, exam).length, creditsOf(world, student)]).toEqual([1, 8]);
  });

  it('whoever waits too long for an earlier request of theirs is told so, and has booked nothing', async () => {
    const world = await World.create({ settings: LIFELIKE, env: { ...ENV, LOCK_WAIT_MS: '300' } });
    const student = world.account.student({ sj_credits: 9 });
    const exams = ['2026-12-10', '2026-12-11'].map((date) => world.account.exam({ date }));
    const answers = await world.clock.run(async () =>
      Promise.all(exams.map(async (exam, index) => sendBooking(world, student, { exam, date: `2026-12-1${index}` }))),
    );
    expect(answers.map(({ status }) => status)).toEqual([201, 503]);
    expect(answers[1]?.headers.get('retry-after')).toBe('5');
    expect(creditsOf(world, student)).toBe(8);
  });

  it('with one credit for two sessions at once gets one of them', async () => {
    const world = await World.create({ settings: LIFELIKE, env: ENV });
    const student = world.account.student({ sj_credits: 1 });
    const dates = ['2026-12-10', '2026-12-11'];
    const exams = dates.map((date) => world.account.exam({ date }));
    const answers = await world.clock.run(async () =>
      Promise.all(exams.map(async (exam, index) => sendBooking(world, student, { exam, date: dates[index] ?? '' }))),
    );
    expect(outcomes(answers)).toEqual({ 201: 1, INSUFFICIENT_CREDITS: 1 });
    expect(creditsOf(world, student)).toBe(0);
  });

  it('20 cancels at once give one credit back', async () => {
    const world = await World.create({
      settings: LIFELIKE,
      env: { ...ENV, LOCK_WAIT_MS: '60000', STUDENT_DEADLINE_MS: '60000' },
    });
    const student = world.account.student({ sj_credits: 1 });
    const exam = world.account.exam();
    const booked = await world.clock.run(async () => sendBooking(world, student, { exam }));
    const id: string = booked.body.data.booking_record_id;
    const answers = await world.clock.run(async () =>
      Promise.all(Array.from({ length: 20 }, async () => sendCancel(world, student, id))),
    );
    expect(outcomes(answers)).toEqual({ 200: 1, ALREADY_CANCELED: 19 });
    expect([seatHolders(world, exam).length, creditsOf(world, student)]).toEqual([0, 1]);
  });

  it('who books, cancels and books again within the lag has one booking, and paid once', async () => {
    const world = await World.create({ settings: LIFELIKE, env: ENV });
    const student = world.account.student({ sj_credits: 1 });
    const exam = world.account.exam();
    const book = async () => world.clock.run(async () => sendBooking(world, student, { exam }));
    const first = await book();
    await cancel(world, student, first.body.data.booking_record_id);
    expect((await book()).status).toBe(201);
    await world.settle();
    expect([seatHolders(world, exam).length, creditsOf(world, student)]).toEqual([1, 0]);
    expect(world.account.values('mock_exams', exam)['total_bookings']).toBe('1');
  });
});

describe('an administrator who changes things meanwhile', () => {
  it('wins over the journal: credits added right after a booking can be spent', async () => {
    const world = await World.create({ settings: LIFELIKE, env: ENV });
    const student = world.account.student({ sj_credits: 1 });
    const exams = ['2026-12-10', '2026-12-11'].map((date) => world.account.exam({ date }));
    await world.clock.run(async () => sendBooking(world, student, { exam: exams[0] ?? '' }));
    await world.clock.advance(1000);
    world.account.change('contacts', student.id, { sj_credits: 5 });
    const second = await world.clock.run(async () =>
      sendBooking(world, student, { exam: exams[1] ?? '', date: '2026-12-11' }),
    );
    expect(second.body.data.credit_details.remaining_credits).toBe(4);
  });

  it('a booking put back to Active holds its seat again', async () => {
    const world = await World.create({ settings: LIFELIKE, env: ENV });
    const [first, second] = [world.account.student(), world.account.student()];
    const exam = world.account.exam({ capacity: 1 });
    const booking = world.account.booking({
      student: first,
      exam,
      properties: { token_used: 'Situational Judgment Token' },
    });
    await cancel(world, first, booking);
    await world.clock.advance(1000);
    world.account.change('bookings', booking, { is_active: 'Active' });
    const answer = await world.clock.run(async () => sendBooking(world, second, { exam }));
    expect(answer.body.code).toBe('EXAM_FULL');
  });

  it('a booking of ours that was cancelled in HubSpot makes room', async () => {
    const world = await World.create({ settings: LIFELIKE, env: ENV });
    const [first, second] = [world.account.student(), world.account.student()];
    const exam = world.account.exam({ capacity: 1 });
    const booked = await world.clock.run(async () => sendBooking(world, first, { exam }));
    await world.clock.advance(1000);
    world.account.change('bookings', booked.body.data.booking_record_id, { is_active: 'Cancelled' });
    expect((await world.clock.run(async () => sendBooking(world, second, { exam }))).status).toBe(201);
  });
});
