import { describe, expect, it } from 'vitest';
import { book, BOOKINGS, CONTACTS } from '../support/booking.ts';
import {
  bookingEvent,
  deliver,
  drifted,
  event,
  linkEvent,
  MOCK_EXAMS,
  type RawEvent,
  statusEvent,
  WEBHOOK_ENV,
} from '../support/webhook.ts';
import { World } from '../support/world.ts';
import { archiveBooking, linkBooking, storedCount, unlinkBooking } from './records.ts';

async function start(env: Record<string, string> = {}) {
  const world = await World.create({ env: { ...WEBHOOK_ENV, ...env } });
  const [{ exam, bookings } = { exam: '', bookings: [] }] = drifted(world, 1, 1);
  return { world, exam, booking: bookings[0] ?? '' };
}

describe('an event that is told in part', () => {
  it.each([
    ['whose time is null', { occurredAt: null }],
    ['whose time is a text', { occurredAt: '1764000000000' }],
    ['whose time is no time', { occurredAt: {} }],
    ['without a time', { occurredAt: undefined }],
    ['whose value is an object', { propertyValue: {} }],
    ['that names an exam by an impossible id besides', { toObjectId: '../x' }],
    ['that names no type of association', { associationType: 7 }],
  ])('%s is believed', async (_name, facts) => {
    const { world, exam, booking } = await start();
    await deliver(world, [statusEvent(world, booking, 'Active', facts)]);
    expect(storedCount(world, exam)).toBe('1');
  });

  it('waits out HubSpot’s lag when it does not tell when it happened', async () => {
    const { world, exam } = await start();
    world.emulator.settings.lag.associationMs = 2500;
    const booking = world.account.booking({ student: world.account.student() });
    linkBooking(world, booking, exam);
    await deliver(world, [bookingEvent(world, 'creation', booking, { occurredAt: undefined })]);
    expect(storedCount(world, exam)).toBe('2');
  });

  it('is logged when it names no record, and takes no other with it', async () => {
    const { world, exam, booking } = await start();
    const unreadable = [null, {}, { subscriptionType: 'object.creation', objectId: '../x', objectTypeId: BOOKINGS }];
    await deliver(world, [...unreadable, statusEvent(world, booking, 'Active')]);
    expect(storedCount(world, exam)).toBe('1');
    expect(world.logged('warn')).toMatchObject([{ message: 'events not understood', count: 3 }]);
  });

  it.each([
    ['now', 0],
    ['in an hour', 3_600_000],
  ])('of which the time is %s waits no longer than HubSpot’s lag', async (_name, aheadMs) => {
    const { world, exam, booking } = await start();
    const started = world.clock.now();
    await deliver(world, [statusEvent(world, booking, 'Active', { occurredAt: started + aheadMs })]);
    expect([world.clock.now() - started, storedCount(world, exam)]).toEqual([2600, '1']);
  });
});

describe('an association', () => {
  const generic = (world: World, from: string, to: string, facts: RawEvent = {}) =>
    event(world, 'object.associationChange', {
      fromObjectId: Number(from),
      toObjectId: Number(to),
      associationTypeId: 1179,
      associationCategory: 'USER_DEFINED',
      ...facts,
    });

  it.each<[string, (world: World, booking: string, exam: string) => RawEvent]>([
    [
      'of the booking',
      (world, booking, exam) => generic(world, booking, exam, { objectId: Number(booking), objectTypeId: BOOKINGS }),
    ],
    [
      'of the exam at the far end',
      (world, booking, exam) => generic(world, booking, exam, { objectId: Number(exam), objectTypeId: MOCK_EXAMS }),
    ],
    ['of no end', (world, booking, exam) => generic(world, booking, exam)],
  ])('that tells the type only %s is counted', async (_name, toEvent) => {
    const { world, exam, booking } = await start();
    await deliver(world, [toEvent(world, booking, exam)]);
    expect(storedCount(world, exam)).toBe('1');
  });

  it('that is gone is counted out of the exam it names, whose type is not told', async () => {
    const { world, exam, booking } = await start();
    unlinkBooking(world, booking, exam);
    const facts = { objectTypeId: BOOKINGS, associationRemoved: true };
    await deliver(world, [generic(world, booking, exam, facts)]);
    expect(storedCount(world, exam)).toBe('0');
  });

  it('that is no exam’s spares no look-up of the booking', async () => {
    const { world, exam, booking } = await start();
    await deliver(world, [
      generic(world, booking, '999', { objectTypeId: BOOKINGS }),
      bookingEvent(world, 'creation', booking),
    ]);
    expect(storedCount(world, exam)).toBe('1');
  });

  it.each<[string, RawEvent]>([
    ['a contact and a company', { associationType: 'CONTACT_TO_COMPANY' }],
    ['a booking and a contact', { fromObjectTypeId: BOOKINGS, toObjectTypeId: CONTACTS }],
  ])('of %s costs no call', async (_name, facts) => {
    const { world, booking } = await start();
    await deliver(world, [
      event(world, 'object.associationChange', { fromObjectId: Number(booking), toObjectId: 7, ...facts }),
    ]);
    expect(world.takeCalls()).toEqual([]);
  });

  it('of a booking and a known contact whose type is not told costs no call', async () => {
    const { world, booking } = await start();
    const student = world.account.student();
    await world.get('bookings/list', { student_id: student.studentId, email: student.email });
    world.takeCalls();
    await deliver(world, [generic(world, booking, student.id, { objectTypeId: BOOKINGS })]);
    expect(world.takeCalls()).toEqual([]);
  });

  it('of a booking with two exams counts both, when it is moved', async () => {
    const { world, exam, booking } = await start();
    const other = world.account.exam({ properties: { total_bookings: 9 } });
    unlinkBooking(world, booking, exam);
    linkBooking(world, booking, other);
    await world.clock.advance(1);
    await deliver(world, [
      linkEvent(world, booking, other),
      linkEvent(world, booking, exam, { associationRemoved: true }),
      bookingEvent(world, 'creation', booking),
    ]);
    expect([storedCount(world, exam), storedCount(world, other)]).toEqual(['0', '1']);
  });
});

describe('bookings that were merged', () => {
  it('are counted anew', async () => {
    const { world, exam, booking } = await start();
    const facts = { primaryObjectId: Number(booking), mergedObjectIds: [38_800_109_999] };
    await deliver(world, [bookingEvent(world, 'merge', booking, facts)]);
    expect(storedCount(world, exam)).toBe('1');
  });
});

describe('a booking of ours that was moved since', () => {
  it('is counted where it is now, and where it was', async () => {
    const { world } = await start();
    const student = world.account.student();
    const [from, to] = [world.account.exam(), world.account.exam()];
    const booking: string = (await book(world, student, { exam: from })).body.data.booking_record_id;
    await world.settle();
    unlinkBooking(world, booking, from);
    linkBooking(world, booking, to);
    await world.clock.advance(10_000);
    for (const exam of [from, to]) world.account.change('mock_exams', exam, { total_bookings: 9 });
    await deliver(world, [statusEvent(world, booking, 'Completed', { occurredAt: world.clock.now() - 3000 })]);
    expect(storedCount(world, to)).toBe('1');
    expect(storedCount(world, from)).not.toBe('9');
  });
});

describe('an event under contacts’ name', () => {
  const contactEvent = (world: World, verb: string, id: string, facts: RawEvent = {}) =>
    event(world, `contact.${verb}`, { objectId: Number(id), ...facts });

  it('about a deleted booking of an unknown exam leads to a count of all', async () => {
    const { world, exam, booking } = await start();
    archiveBooking(world, booking);
    await deliver(world, [contactEvent(world, 'deletion', booking)]);
    expect(storedCount(world, exam)).toBe('0');
  });

  it.each([
    ['creation', {}],
    ['deletion', {}],
    ['restore', {}],
    ['propertyChange', { propertyName: 'is_active', propertyValue: 'x' }],
  ])('about a contact that is known costs no call: %s', async (verb, facts) => {
    const { world } = await start();
    const student = world.account.student();
    await world.get('bookings/list', { student_id: student.studentId, email: student.email });
    world.takeCalls();
    await deliver(world, [contactEvent(world, verb, student.id, facts)]);
    expect(world.takeCalls()).toEqual([]);
  });

  it.each<[string, (world: World, id: string) => RawEvent[]]>([
    ['deleted for privacy', (world, id) => [contactEvent(world, 'privacyDeletion', id)]],
    ['merged', (world, id) => [contactEvent(world, 'merge', id, { primaryObjectId: 1, mergedObjectIds: [2] })]],
    [
      'whose properties come along',
      (world, id) => [
        contactEvent(world, 'creation', id),
        contactEvent(world, 'propertyChange', id, { propertyName: 'student_id', propertyValue: '7' }),
      ],
    ],
  ])('about a contact for certain costs no call: one that is %s', async (_name, toEvents) => {
    const { world } = await start();
    await deliver(world, toEvents(world, world.account.student().id));
    expect(world.takeCalls()).toEqual([]);
  });

  it.each(['email', 'hs_lastmodifieddate', 'name'])('drops a booking whose %s it changes', async (propertyName) => {
    const { world, exam } = await start();
    const student = world.account.student();
    const booking = world.account.booking({ student, exam });
    const login = { student_id: student.studentId, email: student.email };
    const name = async () => (await world.get('bookings/list', login)).body.data.bookings[0].name;
    expect(await name()).toBe('Ada');
    world.account.change('bookings', booking, { name: 'Grace' });
    await deliver(world, [contactEvent(world, 'propertyChange', booking, { propertyName, propertyValue: 'x' })]);
    expect(await name()).toBe('Grace');
  });
});
