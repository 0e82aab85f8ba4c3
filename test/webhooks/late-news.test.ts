import { describe, expect, it } from 'vitest';
import { book, BOOKINGS, CONTACTS } from '../support/booking.ts';
import { bookingEvent, deliver, event, MOCK_EXAMS, sendEvents, statusEvent, WEBHOOK_ENV } from '../support/webhook.ts';
import { World } from '../support/world.ts';
import { archiveBooking, linkBooking, restoreBooking, storedCount } from './records.ts';

const start = async (settings = {}) => {
  const world = await World.create({ env: WEBHOOK_ENV, settings });
  return { world, student: world.account.student({ sj_credits: 5 }), exam: world.account.exam() };
};

describe('a new booking is counted', () => {
  it('although the bookings of its exam were read a moment before HubSpot showed it', async () => {
    const { world, student, exam } = await start({
      lag: { associationMs: 2500 },
      latency: { readMs: 20, writeMs: 20 },
    });
    const booking = world.account.booking({ student });
    linkBooking(world, booking, exam);
    const occurredAt = world.clock.now();
    await world.clock.run(async () => {
      const delivery = sendEvents(world, [bookingEvent(world, 'creation', booking, { occurredAt })]);
      await world.clock.sleep(2400);
      await world.send('GET', `mock-exams/${exam}/capacity`);
      return delivery;
    });
    expect(storedCount(world, exam)).toBe('1');
    expect((await world.get(`mock-exams/${exam}/capacity`)).body.data.total_bookings).toBe(1);
  });

  it('although its exam was looked up in vain before', async () => {
    const { world, student, exam } = await start();
    const booking = world.account.booking({ student });
    await deliver(world, [statusEvent(world, booking, 'Active')]);
    linkBooking(world, booking, exam);
    await world.clock.advance(1000);
    await deliver(world, [statusEvent(world, booking, 'Active')]);
    expect(storedCount(world, exam)).toBe('1');
  });
});

describe('a booking of ours that somebody changes', () => {
  it('is counted by the journal’s exam, while HubSpot shows none', async () => {
    const { world, student, exam } = await start({ lag: { associationMs: 60_000 } });
    const booking: string = (await book(world, student, { exam })).body.data.booking_record_id;
    await world.settle();
    await world.clock.advance(2000);
    world.account.change('bookings', booking, { is_active: 'Cancelled' });
    await deliver(world, [statusEvent(world, booking, 'Cancelled', { occurredAt: world.clock.now() })]);
    expect(storedCount(world, exam)).toBe('0');
  });
});

describe('sessions that were merged', () => {
  it.each(['primary', 'new'] as const)('are counted together under the %s id', async (survivor) => {
    const { world, student, exam } = await start();
    const other = world.account.exam();
    for (const each of [exam, exam, other]) world.account.booking({ student, exam: each });
    const id = world.account.merge('mock_exams', [exam, other], survivor);
    const facts = { primaryObjectId: Number(exam), mergedObjectIds: [Number(other)], newObjectId: Number(id) };
    await world.clock.advance(3000);
    await deliver(world, [event(world, 'object.merge', { objectId: Number(id), objectTypeId: MOCK_EXAMS, ...facts })]);
    expect(storedCount(world, id)).toBe('3');
  });
});

describe('an event of a clock that is ahead', () => {
  it('is worked off within its time', async () => {
    const { world, student, exam } = await start();
    const booking = world.account.booking({ student, exam });
    const before = world.clock.now();
    const answer = await deliver(world, [statusEvent(world, booking, 'Active', { occurredAt: before + 50_000 })]);
    expect([answer.status, world.clock.now() - before]).toEqual([200, 2600]);
  });
});

describe('a restored booking', () => {
  it('shows in its contact’s list at once, for no further call', async () => {
    const { world, student, exam } = await start({ latency: { readMs: 100, writeMs: 200 } });
    const booking = world.account.booking({ student, exam });
    archiveBooking(world, booking);
    await world.clock.advance(1000);
    const login = { student_id: student.studentId, email: student.email };
    const list = async () => (await world.get('bookings/list', login)).body.data.bookings;
    expect(await list()).toEqual([]);
    restoreBooking(world, booking);
    world.account.associate(BOOKINGS, booking, CONTACTS, student.id);
    world.account.associate(BOOKINGS, booking, MOCK_EXAMS, exam);
    world.takeCalls();
    await deliver(world, [bookingEvent(world, 'restore', booking)]);
    expect(world.takeCost()).toEqual({ calls: 5, rounds: 4 });
    expect([(await list()).length, storedCount(world, exam)]).toEqual([1, '1']);
  });
});
