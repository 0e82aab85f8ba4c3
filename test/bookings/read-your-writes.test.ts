import { describe, expect, it } from 'vitest';
import type { TestStudent } from '../support/account-builder.ts';
import { book, cancel } from '../support/booking.ts';
import { World } from '../support/world.ts';

const LAGGING = { lag: { associationMs: 3000, rollupMs: 2000, searchMs: 10_000 } };

/** Everything a student can see of a session, at this moment. */
async function look(world: World, student: TestStudent, exam: string, booking?: string, how = {}) {
  const login = { student_id: student.studentId, email: student.email, ...how };
  const type = { mock_type: 'Situational Judgment', ...how };
  const list = await world.get('bookings/list', login);
  const capacity = await world.get(`mock-exams/${exam}/capacity`, how);
  const stored = await world.get('mock-exams/available', type);
  const counted = await world.get('mock-exams/available', { ...type, realtime: 'true' });
  const credits = await world.request('POST', 'mock-exams/validate-credits', { body: { ...login, mock_type: null } });
  const details = booking ? await world.get(`bookings/${booking}`, login) : undefined;
  const of = (exams: { mock_exam_id: string; total_bookings: number }[]) =>
    exams.find(({ mock_exam_id: id }) => id === exam)?.total_bookings;
  return {
    list: list.body.data.bookings.map(
      ({ id, status, exam_date: date }: Record<string, string>) => `${id} ${status} ${date}`,
    ),
    listedCredits: list.body.data.credits.sj_credits,
    capacity: capacity.body.data.total_bookings,
    stored: of(stored.body.data),
    counted: of(counted.body.data),
    credits: credits.body.data.credit_breakdown.sj_credits,
    status: details?.body.data.booking.status,
    examId: details?.body.data.mock_exam?.id,
  };
}

describe('a student sees at once what they did', () => {
  it('a booking, in every answer, from the first moment until HubSpot shows it itself', async () => {
    const world = await World.create({ settings: LAGGING });
    const student = world.account.student({ sj_credits: 2 });
    const exam = world.account.exam();
    const booked = await book(world, student, { exam });
    const id: string = booked.body.data.booking_record_id;
    const expected = {
      list: [`${id} scheduled 2026-12-10`],
      listedCredits: 1,
      capacity: 1,
      stored: 1,
      counted: 1,
      credits: 1,
      status: 'scheduled',
      examId: exam,
    };
    await world.settle();
    for (const passed of [0, 1000, 1500, 1000, 7000, 120_000]) {
      await world.clock.advance(passed);
      expect(await look(world, student, exam, id)).toEqual(expected);
      await world.settle();
    }
  });

  it('a cancelling, too', async () => {
    const world = await World.create({ settings: LAGGING });
    const student = world.account.student({ sj_credits: 2 });
    const exam = world.account.exam({ properties: { total_bookings: 1 } });
    const properties = { token_used: 'Situational Judgment Token' };
    const booking = world.account.booking({ student, exam, properties });
    await cancel(world, student, booking);
    for (const passed of [0, 2500, 1000, 8000, 120_000]) {
      await world.clock.advance(passed);
      expect(await look(world, student, exam, booking)).toEqual({
        list: [`${booking} cancelled 2026-12-10`],
        listedCredits: 3,
        capacity: 0,
        stored: 0,
        counted: 0,
        credits: 3,
        status: 'cancelled',
        examId: exam,
      });
      await world.settle();
    }
  });

  it('the list after a booking costs nothing, and a forced one no more than an old one', async () => {
    const world = await World.create({ settings: LAGGING });
    const student = world.account.student();
    await book(world, student, { exam: world.account.exam() });
    await world.settle();
    world.takeCalls();
    const login = { student_id: student.studentId, email: student.email };
    expect((await world.get('bookings/list', login)).body.data.bookings).toHaveLength(1);
    expect(world.takeCalls()).toEqual([]);
    await world.clock.advance(1);
    await world.get('bookings/list', { ...login, force: 'true' });
    expect(world.takeCalls()).toHaveLength(2);
  });

  it('an exam booked and never yet shown by HubSpot is known only within the process: the journal ends', async () => {
    const world = await World.create({ settings: { lag: { associationMs: 3_600_000, rollupMs: 3_600_000 } } });
    const student = world.account.student();
    const exam = world.account.exam();
    await book(world, student, { exam });
    await world.clock.advance(14 * 60_000);
    expect((await look(world, student, exam)).capacity).toBe(1);
    await world.clock.advance(2 * 60_000);
    expect((await look(world, student, exam)).capacity).toBe(0);
  });
});

describe('what an administrator changes in HubSpot within the same minute wins over the journal', () => {
  it('for credits, statuses and counts', async () => {
    const world = await World.create({ settings: { lag: { associationMs: 3000, rollupMs: 2000 } } });
    const student = world.account.student({ sj_credits: 2 });
    const exam = world.account.exam();
    const booked = await book(world, student, { exam });
    const id: string = booked.body.data.booking_record_id;
    await world.settle();
    await world.clock.advance(500);
    world.account.change('contacts', student.id, { sj_credits: 9 });
    world.account.change('bookings', id, { is_active: 'Completed' });
    world.account.change('mock_exams', exam, { total_bookings: 7 });
    expect(await look(world, student, exam, id, { force: 'true' })).toMatchObject({
      credits: 9,
      listedCredits: 9,
      status: 'completed',
      stored: 7,
    });
  });

  it('also for a booking cancelled here and put back there', async () => {
    const world = await World.create({ settings: LAGGING });
    const student = world.account.student();
    const exam = world.account.exam();
    const booking = world.account.booking({ student, exam });
    await cancel(world, student, booking);
    await world.clock.advance(500);
    world.account.change('bookings', booking, { is_active: 'Active' });
    expect(await look(world, student, exam, booking, { force: 'true' })).toMatchObject({
      status: 'scheduled',
      capacity: 1,
      counted: 1,
    });
  });
});
