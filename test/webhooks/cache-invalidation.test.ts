import { describe, expect, it } from 'vitest';
import { book } from '../support/booking.ts';
import { bookingEvent, deliver, event, linkEvent, MOCK_EXAMS, type RawEvent, statusEvent } from '../support/webhook.ts';
import { World } from '../support/world.ts';
import { NOTHING, warmWorld } from './warm-world.ts';

describe('once everything was looked at', () => {
  it('nothing costs a call', async () => {
    const { costs } = await warmWorld();
    expect(await costs()).toEqual(NOTHING);
  });

  it('next pages of a list cost nothing', async () => {
    const { world, student, exam } = await warmWorld();
    for (let count = 0; count < 30; count += 1) world.account.booking({ student, exam });
    const page = async (number: number) =>
      world.get('bookings/list', {
        student_id: student.studentId,
        email: student.email,
        limit: 10,
        page: number,
        filter: 'all',
      });
    await world.clock.advance(31_000);
    await page(1);
    world.takeCalls();
    expect((await page(2)).body.data.bookings).toHaveLength(10);
    expect(world.takeCalls()).toEqual([]);
  });

  it('force=true and _t read everything anew, and leave it for others', async () => {
    const { world, student, exam, costs } = await warmWorld();
    const login = { student_id: student.studentId, email: student.email };
    await world.clock.advance(1);
    world.account.change('contacts', student.id, { sj_credits: 9 });
    const forced = await world.get('bookings/list', { ...login, force: 'true' });
    expect(forced.body.data.credits.sj_credits).toBe(9);
    expect(world.takeCalls()).toHaveLength(2);
    expect(forced.headers.get('server-timing')).toContain('cache;desc=miss');
    await world.clock.advance(1);
    expect((await world.get(`mock-exams/${exam}/capacity`, { _t: 1 })).headers.get('server-timing')).toContain(
      '"2 calls"',
    );
    const plain = await world.get('bookings/list', login);
    expect(plain.body.data.credits.sj_credits).toBe(9);
    expect(plain.headers.get('server-timing')).toContain('hubspot;desc="0 calls";dur=0.0, cache;desc=hit');
    expect(await costs()).toEqual(NOTHING);
  });

  it('CACHE_ENABLED=false answers the same, at the price of calls', async () => {
    const world = await World.create({ env: { CACHE_ENABLED: 'false' } });
    const student = world.account.student();
    const exam = world.account.exam();
    const booking = world.account.booking({ student, exam });
    const login = { student_id: student.studentId, email: student.email };
    for (let round = 0; round < 2; round += 1) {
      expect((await world.get('bookings/list', login)).body.data.bookings).toHaveLength(1);
      expect((await world.get(`bookings/${booking}`, login)).body.data.mock_exam.id).toBe(exam);
      expect((await world.get(`mock-exams/${exam}/capacity`)).body.data.total_bookings).toBe(1);
      const query = { mock_type: 'Situational Judgment', realtime: 'true' };
      expect((await world.get('mock-exams/available', query)).body.data[0].total_bookings).toBe(1);
      expect((await world.request('POST', 'mock-exams/validate-credits', { body: login })).body.data.eligible).toBe(
        true,
      );
      expect(world.takeCalls().length).toBeGreaterThanOrEqual(10);
    }
    expect((await book(world, student, { exam })).body.code).toBe('DUPLICATE_BOOKING');
  });
});

describe('POST /api/webhooks/cache-invalidation', () => {
  const after = async (
    toEvents: (world: World, ids: { student: string; exam: string; booking: string }) => RawEvent[],
  ) => {
    const { world, student, exam, booking, costs } = await warmWorld();
    const events = toEvents(world, { student: student.id, exam, booking });
    const { body } = await deliver(world, events, 'webhooks/cache-invalidation');
    expect(world.takeCalls()).toEqual([]);
    return { data: body.data as Record<string, number>, costs: await costs() };
  };

  it('drops what a change of a booking made stale, and nothing else', async () => {
    const { data, costs } = await after((world, { booking }) => [statusEvent(world, booking, 'Completed')]);
    expect(data).toEqual({ processed: 1, invalidated: 4 });
    expect(costs).toEqual({ list: 1, details: 1, credits: 0, capacity: 1, available: 0, realtime: 0 });
  });

  it('drops what a change of credits made stale', async () => {
    const { costs } = await after((world, { student }) => [
      event(world, 'contact.propertyChange', {
        objectId: Number(student),
        propertyName: 'sj_credits',
        propertyValue: '7',
      }),
    ]);
    expect(costs).toEqual({ list: 1, details: 1, credits: 0, capacity: 0, available: 0, realtime: 0 });
  });

  it('drops what a change of an exam made stale', async () => {
    const { costs } = await after((world, { exam }) => [
      event(world, 'object.propertyChange', {
        objectId: Number(exam),
        objectTypeId: MOCK_EXAMS,
        propertyName: 'capacity',
        propertyValue: '30',
      }),
    ]);
    expect(costs).toEqual({ list: 0, details: 1, credits: 0, capacity: 0, available: 1, realtime: 0 });
  });

  it('drops what a new association made stale', async () => {
    const { costs } = await after((world, { exam }) => [linkEvent(world, '38800109999', exam)]);
    expect(costs).toEqual({ list: 0, details: 0, credits: 0, capacity: 2, available: 0, realtime: 0 });
  });

  it.each<[string, (world: World, student: string) => RawEvent]>([
    ['deleted', (world, student) => event(world, 'contact.deletion', { objectId: Number(student) })],
    ['deleted for privacy', (world, student) => event(world, 'contact.privacyDeletion', { objectId: Number(student) })],
    [
      'merged into another',
      (world, student) =>
        event(world, 'contact.merge', { objectId: 5, primaryObjectId: 5, mergedObjectIds: [4, Number(student)] }),
    ],
    [
      'merged with another into a new one',
      (world, student) => event(world, 'contact.merge', { newObjectId: 5, primaryObjectId: Number(student) }),
    ],
  ])('drops all of a contact that is %s', async (_name, toEvent) => {
    const { data } = await after((world, { student }) => [toEvent(world, student)]);
    // The contact, its e-mail address, its enrollment, its list and the ids that the list was made from.
    expect(data).toEqual({ processed: 1, invalidated: 5 });
  });

  it('drops what a deleted exam made stale', async () => {
    const { costs } = await after((world, { exam }) => [
      event(world, 'object.deletion', { objectId: Number(exam), objectTypeId: MOCK_EXAMS }),
    ]);
    expect(costs).toMatchObject({ list: 0, details: 1, credits: 0, capacity: 2, available: 1 });
  });

  it('drops an enrollment', async () => {
    const { costs } = await after((world) => [
      event(world, 'object.creation', { objectId: 1, objectTypeId: '2-41701559' }),
    ]);
    expect(costs).toEqual({ ...NOTHING, details: 1 });
  });

  it('drops nothing for other objects', async () => {
    const { data, costs } = await after((world) => [
      event(world, 'object.creation', { objectId: 1, objectTypeId: '2-1' }),
    ]);
    expect([data, costs]).toEqual([{ processed: 1, invalidated: 0 }, NOTHING]);
  });
});

describe('a list of which only one booking is new', () => {
  it('costs two calls at the most', async () => {
    const { world, student, exam } = await warmWorld();
    for (let count = 0; count < 150; count += 1) world.account.booking({ student, exam });
    const list = async () =>
      world.get('bookings/list', { student_id: student.studentId, email: student.email, limit: 100 });
    await world.clock.advance(31_000);
    await list();
    const fresh = world.account.booking({ student, exam });
    await deliver(world, [
      bookingEvent(world, 'creation', fresh),
      event(world, 'object.associationChange', {
        fromObjectId: Number(fresh),
        toObjectId: Number(student.id),
        fromObjectTypeId: '2-50158943',
        toObjectTypeId: '0-1',
      }),
    ]);
    await world.clock.advance(1500);
    world.takeCalls();
    expect((await list()).body.data.pagination.total).toBe(152);
    expect(world.takeCalls().length).toBeLessThanOrEqual(2);
  });
});

describe('a full story', () => {
  it('book, list, webhook, available: right at every step, through HubSpot’s lag', async () => {
    const { world, student, exam } = await warmWorld({
      lag: { associationMs: 3000, rollupMs: 2000, searchMs: 10_000 },
    });
    const other = world.account.exam({ date: '2026-12-20', capacity: 1 });
    const login = { student_id: student.studentId, email: student.email };
    const seats = async () => {
      const { body } = await world.get('mock-exams/available', { mock_type: 'Situational Judgment', realtime: 'true' });
      await world.settle();
      return Object.fromEntries(
        body.data.map((session: Record<string, unknown>) => [session['mock_exam_id'], session['total_bookings']]),
      ) as unknown;
    };
    await world.clock.advance(400_000);
    expect(await seats()).toEqual({ [exam]: 1, [other]: 0 });
    const booked = await book(world, student, { exam: other, date: '2026-12-20' });
    const id: string = booked.body.data.booking_record_id;
    const occurredAt = world.clock.now();
    for (const passed of [0, 1000, 3000]) {
      await world.clock.advance(passed);
      const list = await world.get('bookings/list', login);
      expect(list.body.data.bookings.map((booking: Record<string, string>) => booking['id'])).toContain(id);
      await deliver(world, [
        bookingEvent(world, 'creation', id, { occurredAt }),
        linkEvent(world, id, other, { occurredAt }),
      ]);
      expect(await seats()).toEqual({ [exam]: 1, [other]: 1 });
    }
    await world.settle();
    world.account.change('bookings', id, { is_active: 'Cancelled' });
    await deliver(world, [statusEvent(world, id, 'Cancelled')]);
    expect(await seats()).toEqual({ [exam]: 1, [other]: 0 });
    expect(world.account.values('mock_exams', other)['total_bookings']).toBe('0');
  });
});
