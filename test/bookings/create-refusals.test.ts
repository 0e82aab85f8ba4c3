import { describe, expect, it } from 'vitest';
import { book, seatHolders } from '../support/booking.ts';
import { World, type WorldOptions } from '../support/world.ts';

async function start(options: WorldOptions = {}) {
  const world = await World.create(options);
  return { world, student: world.account.student(), exam: world.account.exam() };
}

/** Nothing may have been written by a refused booking. */
function expectNothingWritten(world: World): void {
  expect(
    world.takeCalls().filter(({ method, operation }) => method !== 'GET' && !/Read|search/.test(operation)),
  ).toEqual([]);
}

describe('who may not book', () => {
  it('nobody without a contact: 404 CONTACT_NOT_FOUND', async () => {
    const { world, student, exam } = await start();
    const { status, body } = await book(world, student, { exam, body: { email: 'nobody@example.com' } });
    expect([status, body.code]).toEqual([404, 'CONTACT_NOT_FOUND']);
    expectNothingWritten(world);
  });

  it('nobody for somebody else: 403 ACCESS_DENIED', async () => {
    const { world, student, exam } = await start();
    const other = world.account.student();
    for (const wrong of [{ contact_id: other.id }, { student_id: other.studentId }, { email: other.email }]) {
      const { status, body } = await book(world, student, { exam, body: wrong });
      expect([status, body.code]).toEqual([403, 'ACCESS_DENIED']);
    }
    expectNothingWritten(world);
  });
});

describe('what cannot be booked', () => {
  it('an unknown exam: 404 EXAM_NOT_FOUND', async () => {
    const { world, student } = await start();
    const { status, body } = await book(world, student, { exam: '35864209999' });
    expect([status, body.code]).toEqual([404, 'EXAM_NOT_FOUND']);
  });

  it.each([
    [{ properties: { is_active: 'false' } }],
    [{ properties: { is_active: 'scheduled' } }],
    [{ date: '2026-11-23' }],
    [{ properties: { exam_date: null } }],
  ])('an exam that is not open %j: 400 EXAM_NOT_ACTIVE', async (facts) => {
    const { world, student } = await start();
    const exam = world.account.exam(facts);
    const { status, body } = await book(world, student, { exam, date: '2026-11-23' });
    expect([status, body.code]).toEqual([400, 'EXAM_NOT_ACTIVE']);
    expectNothingWritten(world);
  });

  it('an exam of today in Toronto is still open', async () => {
    const { world, student } = await start({ now: '2026-11-25T02:00:00Z' });
    const exam = world.account.exam({ date: '2026-11-24' });
    expect((await book(world, student, { exam, date: '2026-11-24' })).status).toBe(201);
  });

  it('an exam of another type or day than asked for: 400 VALIDATION_ERROR', async () => {
    const { world, student, exam } = await start();
    const { status, body } = await book(world, student, { exam, type: 'Mini-mock', date: '2026-12-11' });
    expect([status, body.code]).toEqual([400, 'VALIDATION_ERROR']);
    expect(body.validationErrors).toEqual([
      'Mock type does not match the mock exam',
      'Exam date does not match the mock exam',
    ]);
  });

  it('a full exam: 400 EXAM_FULL', async () => {
    const { world, student } = await start();
    const exam = world.account.exam({ capacity: 2 });
    for (const isActive of ['Active', 'Completed'])
      world.account.booking({ student: world.account.student(), exam, isActive });
    const { status, body } = await book(world, student, { exam });
    expect([status, body.code, body.error]).toEqual([400, 'EXAM_FULL', 'This mock exam session is now full']);
    expectNothingWritten(world);
  });

  it('an exam without a capacity is full', async () => {
    const { world, student } = await start();
    const exam = world.account.exam({ capacity: null });
    expect((await book(world, student, { exam })).body.code).toBe('EXAM_FULL');
  });

  it.each(['Cancelled', 'cancelled', 'FALSE', '0', 'Failed'])(
    'a seat given up by a booking that is %s is free',
    async (isActive) => {
      const { world, student } = await start();
      const exam = world.account.exam({ capacity: 1 });
      world.account.booking({ student: world.account.student(), exam, isActive });
      expect((await book(world, student, { exam })).status).toBe(201);
    },
  );

  it('nothing without a credit: 400 INSUFFICIENT_CREDITS', async () => {
    const { world, exam } = await start();
    const student = world.account.student({ sj_credits: 0, cs_credits: 5, sjmini_credits: 5 });
    const { status, body } = await book(world, student, { exam });
    expect([status, body.code, body.error]).toEqual([400, 'INSUFFICIENT_CREDITS', 'Insufficient credits for booking']);
    expectNothingWritten(world);
  });

  it('a seat that was held for a student without credit is free again', async () => {
    const { world, student } = await start();
    const exam = world.account.exam({ capacity: 1 });
    await book(world, world.account.student({ sj_credits: 0 }), { exam });
    expect((await book(world, student, { exam })).status).toBe(201);
  });
});

describe('a second booking of the same day and type', () => {
  it.each([
    'Situational Judgment-Ada O&#x27;Neil - 2026-12-10',
    "Situational Judgment-Ada O'Neil - December 10, 2026",
    'Situational Judgment-1700001-December 10, 2026',
    'anything',
  ])('is a duplicate, whatever the first one’s booking_id is: %s', async (bookingId) => {
    const { world, student, exam } = await start();
    world.account.booking({ student, exam, properties: { booking_id: bookingId } });
    const { status, body } = await book(world, student, { exam });
    expect([status, body.code]).toEqual([400, 'DUPLICATE_BOOKING']);
    expect(body.error).toBe('Duplicate booking detected: You already have a booking for this exam date');
    expectNothingWritten(world);
  });

  it('is a duplicate at another session of that day, too', async () => {
    const { world, student, exam } = await start();
    world.account.booking({ student, exam: world.account.exam() });
    expect((await book(world, student, { exam })).body.code).toBe('DUPLICATE_BOOKING');
  });

  it('is none for a namesake', async () => {
    const { world, student, exam } = await start();
    const namesake = world.account.student();
    expect((await book(world, namesake, { exam })).status).toBe(201);
    expect((await book(world, student, { exam })).status).toBe(201);
  });

  it.each(['Cancelled', 'cancelled', 'failed'])('is none when the first is %s', async (isActive) => {
    const { world, student, exam } = await start();
    world.account.booking({ student, exam, isActive });
    expect((await book(world, student, { exam })).status).toBe(201);
  });

  it.each([
    ['another day', { date: '2026-12-11' }],
    ['another type', { type: 'Mini-mock' }],
  ])('is none on %s', async (_name, facts) => {
    const { world, student, exam } = await start();
    world.account.booking({ student, exam: world.account.exam(facts) });
    expect((await book(world, student, { exam })).status).toBe(201);
  });

  it('is found among 300 bookings', async () => {
    const { world, student, exam } = await start();
    const other = world.account.exam({ date: '2026-12-20' });
    for (let count = 0; count < 300; count += 1) world.account.booking({ student, exam: count === 250 ? exam : other });
    expect((await book(world, student, { exam })).body.code).toBe('DUPLICATE_BOOKING');
  });
});

describe('the order of refusals', () => {
  it('a duplicate of the last seat reads duplicate, not full, and not out of credit', async () => {
    const { world } = await start();
    const student = world.account.student({ sj_credits: 1 });
    const exam = world.account.exam({ capacity: 1 });
    expect((await book(world, student, { exam })).status).toBe(201);
    expect((await book(world, student, { exam })).body.code).toBe('DUPLICATE_BOOKING');
  });

  it('full comes before credit, identity before everything', async () => {
    const { world } = await start();
    const poor = world.account.student({ sj_credits: 0 });
    const full = world.account.exam({ capacity: 0 });
    expect((await book(world, poor, { exam: full })).body.code).toBe('EXAM_FULL');
    expect((await book(world, poor, { exam: '9', body: { contact_id: '1' } })).body.code).toBe('ACCESS_DENIED');
  });
});

describe('BOOKINGS_ENABLED=false', () => {
  it('answers booking and cancelling with 503 and a clear text, and goes on answering reads', async () => {
    const { world, student, exam } = await start({ env: { BOOKINGS_ENABLED: 'false' } });
    const booking = world.account.booking({ student, exam });
    const login = { student_id: student.studentId, email: student.email };
    const refused = [
      await book(world, student, { exam }),
      await world.request('DELETE', `bookings/${booking}`, { body: login }),
    ];
    for (const { status, body, headers } of refused) {
      expect([status, body.code, headers.get('retry-after')]).toEqual([503, 'BOOKINGS_DISABLED', '60']);
    }
    expect((await world.get('bookings/list', login)).status).toBe(200);
    expect(seatHolders(world, exam)).toEqual([booking]);
  });
});
