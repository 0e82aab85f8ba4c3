import { describe, expect, it } from 'vitest';
import { book, BOOKINGS, cancel, CONTACTS } from '../support/booking.ts';
import { bookingEvent, deliver, event, linkEvent, MOCK_EXAMS, statusEvent, WEBHOOK_ENV } from '../support/webhook.ts';
import { World } from '../support/world.ts';
import { storedCount, timesOf, unlinkBooking } from './records.ts';
import { LIFELIKE } from '../support/faults.ts';

/** A student with a booking made here, all of whose writes have landed. */
async function booked() {
  const world = await World.create({ env: WEBHOOK_ENV, settings: LIFELIKE });
  const student = world.account.student({ sj_credits: 5 });
  const exam = world.account.exam();
  const answer = await book(world, student, { exam });
  const booking: string = answer.body.data.booking_record_id;
  await world.settle();
  const madeAt = { occurredAt: timesOf(world, BOOKINGS, booking).createdAt };
  const login = { student_id: student.studentId, email: student.email };
  const listed = async () => (await world.get('bookings/list', login)).body.data.bookings[0];
  return { world, student, exam, booking, madeAt, login, listed };
}

const countEvent = (world: World, exam: string, total: string, facts = {}) =>
  event(world, 'object.propertyChange', {
    objectId: Number(exam),
    objectTypeId: MOCK_EXAMS,
    propertyName: 'total_bookings',
    propertyValue: total,
    ...facts,
  });

const creditEvent = (world: World, student: string, amount: string, facts = {}) =>
  event(world, 'contact.propertyChange', {
    objectId: Number(student),
    propertyName: 'sj_credits',
    propertyValue: amount,
    ...facts,
  });

describe('echoes of our own writes', () => {
  it('cost neither a call nor a cached value', async () => {
    const { world, student, exam, booking, madeAt, listed } = await booked();
    await listed();
    world.takeCalls();
    const { data } = (
      await deliver(world, [
        bookingEvent(world, 'creation', booking, madeAt),
        statusEvent(world, booking, 'Active', madeAt),
        statusEvent(world, booking, 'active', madeAt),
        bookingEvent(world, 'propertyChange', booking, { propertyName: 'name', propertyValue: 'Ada', ...madeAt }),
        linkEvent(world, booking, exam, madeAt),
        linkEvent(world, booking, student.id, { ...madeAt, toObjectTypeId: CONTACTS }),
        countEvent(world, exam, '1', { occurredAt: timesOf(world, MOCK_EXAMS, exam).updatedAt }),
        countEvent(world, exam, '1.0', { occurredAt: timesOf(world, MOCK_EXAMS, exam).updatedAt }),
        creditEvent(world, student.id, '4', { occurredAt: timesOf(world, CONTACTS, student.id).updatedAt }),
        creditEvent(world, student.id, '4.0', { occurredAt: timesOf(world, CONTACTS, student.id).updatedAt }),
      ])
    ).body;
    expect(data.updatedExams).toBe(0);
    expect(world.takeCalls()).toEqual([]);
    expect((await listed()).id).toBe(booking);
    expect(world.takeCalls()).toEqual([]);
  });

  it('are known by HubSpot’s time of the write, a second more or less', async () => {
    const { world, booking, madeAt } = await booked();
    const calls = async (lateMs: number) => {
      world.takeCalls();
      await deliver(world, [bookingEvent(world, 'creation', booking, { occurredAt: madeAt.occurredAt + lateMs })]);
      return world.takeCalls().length;
    };
    expect(await calls(1000)).toBe(0);
    expect(await calls(1001)).toBeGreaterThan(0);
  });

  it('of a cancelling cost nothing, nor do those of the create that come after it', async () => {
    const { world, student, booking, madeAt } = await booked();
    await cancel(world, student, booking);
    await world.settle();
    world.takeCalls();
    const cancelledAt = { occurredAt: timesOf(world, BOOKINGS, booking).updatedAt };
    await deliver(world, [statusEvent(world, booking, 'Cancelled', cancelledAt)]);
    await deliver(world, [statusEvent(world, booking, 'Active', madeAt)]);
    expect(world.takeCalls()).toEqual([]);
  });

  /** A booking that was made, and given up since its credit could not be taken. */
  async function undone(failing: { operation: string; objectType: string }[] = []) {
    const world = await World.create({ env: WEBHOOK_ENV });
    const student = world.account.student({ sj_credits: 5 });
    const exam = world.account.exam();
    for (const target of [{ operation: 'objects.update', objectType: CONTACTS }, ...failing]) {
      world.emulator.faults.add({ fault: { kind: 'status', status: 400 }, ...target });
    }
    expect((await book(world, student, { exam })).status).toBe(500);
    await world.settle();
    const [record] = world.emulator.account.records.all(world.emulator.account.objectType(BOOKINGS));
    const [madeAt, undoneAt] = [{ occurredAt: record?.createdAt }, { occurredAt: record?.updatedAt }];
    world.takeCalls();
    return { world, exam, booking: record?.id ?? '', madeAt, undoneAt };
  }

  it('of a booking that was undone again cost nothing', async () => {
    const { world, exam, booking, madeAt, undoneAt } = await undone();
    await deliver(world, [
      bookingEvent(world, 'creation', booking, madeAt),
      bookingEvent(world, 'deletion', booking, undoneAt),
      linkEvent(world, booking, exam, { ...undoneAt, associationRemoved: true }),
    ]);
    expect(world.takeCalls()).toEqual([]);
  });

  it('of one that could not be deleted and was cancelled instead cost nothing either', async () => {
    const { world, booking, undoneAt } = await undone([{ operation: 'objects.archive', objectType: BOOKINGS }]);
    expect(world.account.values('bookings', booking)['is_active']).toBe('Cancelled');
    await deliver(world, [statusEvent(world, booking, 'Cancelled', undoneAt)]);
    expect(world.takeCalls()).toEqual([]);
  });
});

describe('what somebody did to a booking of ours is no echo:', () => {
  it('cancelling it, and putting it back', async () => {
    const { world, exam, booking, listed } = await booked();
    for (const [isActive, count, status] of [
      ['Cancelled', '0', 'cancelled'],
      ['Active', '1', 'scheduled'],
    ] as const) {
      await world.clock.advance(60_000);
      world.account.change('bookings', booking, { is_active: isActive });
      await world.clock.advance(3000);
      await deliver(world, [statusEvent(world, booking, isActive, { occurredAt: world.clock.now() - 3000 })]);
      expect([storedCount(world, exam), (await listed()).status]).toEqual([count, status]);
    }
  });

  it('putting it back after our cancelling, and cancelling it again', async () => {
    const { world, student, exam, booking, listed } = await booked();
    await cancel(world, student, booking);
    await world.settle();
    for (const [isActive, count, status] of [
      ['Active', '1', 'scheduled'],
      ['Cancelled', '0', 'cancelled'],
    ] as const) {
      await world.clock.advance(60_000);
      world.account.change('bookings', booking, { is_active: isActive });
      await world.clock.advance(3000);
      await deliver(world, [statusEvent(world, booking, isActive, { occurredAt: world.clock.now() - 3000 })]);
      expect([storedCount(world, exam), (await listed()).status]).toEqual([count, status]);
    }
  });

  it('marking it failed, at whatever time', async () => {
    const { world, exam, booking, madeAt } = await booked();
    world.account.change('bookings', booking, { is_active: 'Failed' });
    await deliver(world, [statusEvent(world, booking, 'Failed', madeAt)]);
    expect(storedCount(world, exam)).toBe('0');
  });

  it('changing its name', async () => {
    const { world, booking, listed } = await booked();
    await world.clock.advance(20_000);
    await listed();
    world.account.change('bookings', booking, { name: 'Grace' });
    await deliver(world, [
      bookingEvent(world, 'propertyChange', booking, { propertyName: 'name', propertyValue: 'Grace' }),
    ]);
    expect((await listed()).name).toBe('Grace');
  });

  it('taking it from its exam', async () => {
    const { world, exam, booking, madeAt } = await booked();
    world.account.change('mock_exams', exam, { total_bookings: 9 });
    unlinkBooking(world, booking, exam);
    world.takeCalls();
    await deliver(world, [linkEvent(world, booking, exam, { ...madeAt, associationRemoved: true })]);
    expect(world.takeCalls().some(({ operation }) => operation === 'associations.batchRead')).toBe(true);
  });

  it('giving it to another exam', async () => {
    const { world, booking, madeAt } = await booked();
    const other = world.account.exam({ properties: { total_bookings: 9 } });
    await deliver(world, [linkEvent(world, booking, other, madeAt)]);
    expect(storedCount(world, other)).toBe('0');
  });

  it('anything of which HubSpot does not tell when', async () => {
    const { world, booking, exam } = await booked();
    world.account.change('mock_exams', exam, { total_bookings: 9 });
    await deliver(world, [statusEvent(world, booking, 'Active', { occurredAt: undefined })]);
    expect(storedCount(world, exam)).toBe('1');
  });
});

describe('what somebody did to numbers of ours is no echo:', () => {
  it('setting a count to another value and back', async () => {
    const { world, exam } = await booked();
    const shown = async () =>
      (await world.get('mock-exams/available', { mock_type: 'Situational Judgment' })).body.data[0].total_bookings;
    for (const total of ['7', '1']) {
      await world.clock.advance(1000);
      world.account.change('mock_exams', exam, { total_bookings: total });
      // As late as the search index is.
      await world.clock.advance(10_001);
      await deliver(world, [countEvent(world, exam, total)]);
      expect(await shown()).toBe(Number(total));
    }
  });

  it('setting credits to another value and back', async () => {
    const { world, student, login } = await booked();
    const shown = async () => (await world.get('bookings/list', login)).body.data.credits.sj_credits;
    for (const amount of ['9', '4']) {
      await world.clock.advance(20_000);
      world.account.change('contacts', student.id, { sj_credits: amount });
      await deliver(world, [creditEvent(world, student.id, amount)]);
      expect(await shown()).toBe(Number(amount));
    }
  });
});
