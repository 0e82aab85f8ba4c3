import { describe, expect, it } from 'vitest';
import type { TestStudent } from '../support/account-builder.ts';
import { book, BOOKINGS, cancel, seatHolders } from '../support/booking.ts';
import { LIFELIKE } from '../support/faults.ts';
import { World } from '../support/world.ts';

/** A booking that HubSpot made without anybody learning of it: the answer is lost, and so is every look after it. */
async function loseBooking(credits: Record<string, number> = { sj_credits: 3 }) {
  const world = await World.create({ settings: LIFELIKE });
  const student = world.account.student(credits);
  const exam = world.account.exam();
  world.account.booking({ student, exam: world.account.exam({ date: '2026-12-24' }) });
  const { faults } = world.emulator;
  faults.add({ fault: { kind: 'hang-up', commitAfterMs: 0 }, operation: 'objects.create', objectType: BOOKINGS });
  faults.add({ fault: { kind: 'status', status: 500 }, operation: 'associations.batchRead', times: Infinity });
  expect((await book(world, student, { exam })).status).toBe(503);
  const stateOf = (of: TestStudent) => [
    seatHolders(world, exam).length,
    Number(world.account.values('contacts', of.id)['sj_credits']),
  ];
  return { world, student, exam, faults, state: () => stateOf(student) };
}

describe('a booking that was made without anybody learning of it', () => {
  it('gives no credit back when its student finds and cancels it: none was taken', async () => {
    const { world, student, faults, state } = await loseBooking();
    faults.clear();
    const list = await world.get('bookings/list', {
      student_id: student.studentId,
      email: student.email,
      force: 'true',
    });
    const [found] = list.body.data.bookings;
    expect((await cancel(world, student, found.id)).status).toBe(404);
    await world.settle();
    expect(state()).toEqual([0, 3]);
  });

  it('is not forgotten when its adoption fails half-way', async () => {
    const { world, student, exam, faults, state } = await loseBooking();
    faults.clear();
    faults.add({
      fault: { kind: 'status', status: 500 },
      operation: 'objects.batchRead',
      objectType: BOOKINGS,
      skip: 1,
      times: 4,
    });
    expect((await book(world, student, { exam })).status).toBe(503);
    faults.clear();
    expect((await book(world, student, { exam })).status).toBe(201);
    await world.settle();
    expect(state()).toEqual([1, 2]);
  });

  it('is still watched after a look that could not get the student’s turn', async () => {
    const { world, student, exam, faults, state } = await loseBooking();
    await world.clock.advance(4000);
    faults.clear();
    faults.add({ fault: { kind: 'hang' }, operation: 'objects.get', times: 4 });
    await book(world, student, { exam });
    faults.clear();
    await world.settle();
    expect(state()).toEqual([0, 3]);
  });

  it('that HubSpot does not show until the end is told with what names it', async () => {
    const { world, student, exam, state } = await loseBooking();
    await world.settle();
    expect(state()).toEqual([1, 3]);
    const ids = { contactId: student.id, examId: exam };
    expect(world.logged('warn')).toContainEqual(expect.objectContaining(ids));
    expect(world.logged('error')).toContainEqual(
      expect.objectContaining({ ...ids, message: expect.stringContaining('by hand') }),
    );
  });

  it('is not adopted by a request for something else: it is archived and booked anew', async () => {
    const { world, student, exam, faults } = await loseBooking({ sj_credits: 1, shared_mock_credits: 1 });
    faults.clear();
    world.account.change('contacts', student.id, { sj_credits: 0 });
    const answer = await book(world, student, { exam, body: { name: 'Ada Lovelace' } });
    await world.settle();
    const { booking_record_id: id, credit_details: paid } = answer.body.data;
    expect(seatHolders(world, exam)).toEqual([id]);
    expect([paid.credit_field_deducted, world.account.values('bookings', id)]).toMatchObject([
      'shared_mock_credits',
      { token_used: 'Shared Token', name: 'Ada Lovelace' },
    ]);
  });
});

describe('a booking whose lost answer is found in time', () => {
  it('is paid from the credits there are then', async () => {
    const world = await World.create({ settings: LIFELIKE });
    const student = world.account.student({ sj_credits: 3 });
    const exam = world.account.exam();
    const lost = { kind: 'hang-up', commitAfterMs: 0 } as const;
    world.emulator.faults.add({ fault: lost, operation: 'objects.create', objectType: BOOKINGS });
    const answer = await world.clock.run(async () => {
      const booking = book(world, student, { exam });
      await world.clock.sleep(1500);
      world.account.change('contacts', student.id, { sj_credits: 10 });
      return booking;
    });
    expect(answer.body.data.credit_details.remaining_credits).toBe(9);
  });
});
