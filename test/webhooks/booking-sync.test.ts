import { describe, expect, it } from 'vitest';
import {
  bookingEvent,
  deliver,
  event,
  linkEvent,
  MOCK_EXAMS,
  drifted,
  type RawEvent,
  statusEvent,
  WEBHOOK_ENV,
} from '../support/webhook.ts';
import { World, type WorldOptions } from '../support/world.ts';

async function start({ env = {}, ...options }: WorldOptions = {}) {
  const world = await World.create({ ...options, env: { ...WEBHOOK_ENV, ...env } });
  return { world, student: world.account.student({ sj_credits: 5 }) };
}

const stored = (world: World, exam: string) => world.account.values('mock_exams', exam)['total_bookings'];

describe('POST /api/webhooks/booking-sync', () => {
  it('corrects the counts of the exams concerned', async () => {
    const { world } = await start();
    const [changed, other] = drifted(world, 2, 3);
    const { status, body } = await deliver(world, [statusEvent(world, changed?.bookings[0] ?? '', 'Active')]);
    expect([status, body.success]).toEqual([200, true]);
    expect(body.data).toEqual({ processed: 1, updatedExams: 1, failedUpdates: 0, message: '1 mock exams updated' });
    expect([stored(world, changed?.exam ?? ''), stored(world, other?.exam ?? '')]).toEqual(['3', '99']);
  });

  it('has nothing to do for no events, and for counts that are right', async () => {
    const { world, student } = await start();
    expect((await deliver(world, [])).body.data).toEqual({ processed: 0, message: 'No events to process' });
    const exam = world.account.exam({ properties: { total_bookings: 1 } });
    const booking = world.account.booking({ student, exam });
    const { body } = await deliver(world, [statusEvent(world, booking, 'Active')]);
    expect(body.data).toEqual({ processed: 1, updatedExams: 0, message: 'No mock exams needed updates' });
  });

  it.each<[string, (world: World, booking: string, exam: string) => RawEvent]>([
    ['a creation', (world, booking) => bookingEvent(world, 'creation', booking)],
    ['a restore', (world, booking) => bookingEvent(world, 'restore', booking)],
    ['an association, named by type ids', (world, booking, exam) => linkEvent(world, booking, exam)],
    [
      'an association seen from the exam',
      (world, booking, exam) =>
        linkEvent(world, exam, booking, {
          fromObjectTypeId: MOCK_EXAMS,
          toObjectTypeId: '2-50158943',
          objectTypeId: MOCK_EXAMS,
        }),
    ],
    [
      'an association, named in words',
      (world, booking, exam) =>
        event(world, 'object.associationChange', {
          fromObjectId: Number(booking),
          toObjectId: Number(exam),
          associationType: 'BOOKING_TO_MOCK_EXAM',
        }),
    ],
    [
      'a legacy event that names a booking as a contact',
      (world, booking) => event(world, 'contact.creation', { objectId: Number(booking) }),
    ],
    [
      'an event under the other name for its type',
      (world, booking) => ({
        ...bookingEvent(world, 'creation', booking),
        subscriptionType: undefined,
        eventType: 'object.creation',
      }),
    ],
  ])('understands %s', async (_name, toEvent) => {
    const { world } = await start();
    const [{ exam, bookings } = { exam: '', bookings: [] }] = drifted(world, 1, 2);
    await deliver(world, [toEvent(world, bookings[0] ?? '', exam)]);
    expect(stored(world, exam)).toBe('2');
  });

  it('counts nothing for changes that take no seat: 0 calls', async () => {
    const { world } = await start();
    const [{ exam, bookings } = { exam: '', bookings: [] }] = drifted(world, 1, 2);
    const { body } = await deliver(world, [
      bookingEvent(world, 'propertyChange', bookings[0] ?? '', { propertyName: 'name', propertyValue: 'Ada' }),
      event(world, 'contact.propertyChange', { objectId: 1, propertyName: 'sj_credits', propertyValue: '3' }),
      event(world, 'object.propertyChange', {
        objectId: Number(exam),
        objectTypeId: MOCK_EXAMS,
        propertyName: 'total_bookings',
        propertyValue: '5',
      }),
    ]);
    expect(body.data).toEqual({ processed: 3, updatedExams: 0, message: 'No mock exams needed updates' });
    expect(world.takeCalls()).toEqual([]);
  });

  it('a deleted booking is counted out of the exam it was known to be of', async () => {
    const { world } = await start();
    const [{ exam, bookings } = { exam: '', bookings: [] }] = drifted(world, 1, 2);
    await world.get(`mock-exams/${exam}/capacity`);
    archive(world, bookings[0] ?? '');
    world.takeCalls();
    await deliver(world, [bookingEvent(world, 'deletion', bookings[0] ?? '')]);
    expect(stored(world, exam)).toBe('1');
    expect(world.takeCalls().some(({ operation }) => operation === 'objects.search')).toBe(false);
  });

  it('deleted bookings of unknown exams lead to one count of all active exams', async () => {
    const { world } = await start();
    const exams = drifted(world, 3, 2);
    for (const { bookings } of exams) archive(world, bookings[0] ?? '');
    const events = exams.map(({ bookings }) => bookingEvent(world, 'deletion', bookings[0] ?? ''));
    const { body } = await deliver(world, events);
    expect(body.data.updatedExams).toBe(3);
    expect(exams.map(({ exam }) => stored(world, exam))).toEqual(['1', '1', '1']);
    expect(world.takeCalls().filter(({ operation }) => operation === 'objects.search')).toHaveLength(1);
  });

  it.each(['v3', '2026-09'])(
    '100 events on 20 exams with 15 bookings each: 7 calls in 4 rounds on %s',
    async (version) => {
      const settings = { latency: { readMs: 100, writeMs: 200 } };
      const { world } = await start({ settings, env: { HUBSPOT_API_VERSION: version } });
      const exams = drifted(world, 20, 15);
      const events = exams.flatMap(({ bookings }) =>
        bookings.slice(0, 5).map((id) => statusEvent(world, id, 'Active')),
      );
      const { body } = await deliver(world, events);
      expect(body.data).toMatchObject({ processed: 100, updatedExams: 20 });
      expect(world.takeCost()).toEqual({ calls: 7, rounds: 4 });
    },
  );
});

function archive(world: World, booking: string): void {
  const { account, clock } = world.emulator;
  const record = account.records.get(account.objectType('2-50158943'), booking);
  if (record) account.archive(record, clock.now());
}

describe('lag', () => {
  it('an event of this moment waits until HubSpot shows what it tells', async () => {
    const { world, student } = await start({ settings: { lag: { associationMs: 2500 } } });
    const exam = world.account.exam({ properties: { total_bookings: 0 } });
    const { account, clock } = world.emulator;
    const booking = world.account.booking({ student });
    const type = account.portal.associationTypes.find(({ typeId }) => typeId === 1179);
    if (type) account.associations.add(type, booking, exam, clock.now());
    const started = clock.now();
    await deliver(world, [bookingEvent(world, 'creation', booking, { occurredAt: clock.now() })]);
    // And a moment more, for other deliveries to join.
    expect(clock.now() - started).toBe(2600);
    expect(stored(world, exam)).toBe('1');
  });
});
