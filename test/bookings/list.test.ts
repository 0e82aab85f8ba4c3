import { describe, expect, it } from 'vitest';
import type { TestStudent } from '../support/account-builder.ts';
import { World, type WorldOptions } from '../support/world.ts';

async function start(options: WorldOptions = {}) {
  const world = await World.create(options);
  const student = world.account.student({ sj_credits: 2, shared_mock_credits: 3 });
  return { world, student };
}

async function list(world: World, student: TestStudent, query: Record<string, string | number> = {}) {
  return world.get('bookings/list', { student_id: student.studentId, email: student.email, limit: 100, ...query });
}

/** Rollups have not been filled yet for anything associated within the last ten minutes. */
const EMPTY_ROLLUPS = { lag: { rollupMs: 600_000 } };

describe('GET /api/bookings/list', () => {
  it('shows a booking with all its fields', async () => {
    const { world, student } = await start();
    const exam = world.account.exam({ date: '2026-12-10' });
    const id = world.account.booking({
      student,
      exam,
      properties: { booking_id: 'B-1', dominant_hand: 'true', name: "Ada O'Neil" },
    });
    const { status, body } = await list(world, student);
    expect(status).toBe(200);
    expect(body.message).toBe('Successfully retrieved 1 bookings');
    const place = {
      mock_type: 'Situational Judgment',
      exam_date: '2026-12-10',
      location: 'Calgary',
      start_time: '2026-12-10T14:00:00Z',
      end_time: '2026-12-10T17:00:00Z',
    };
    expect(body.data.bookings).toEqual([
      {
        id,
        booking_id: 'B-1',
        booking_number: 'B-1',
        name: "Ada O'Neil",
        email: student.email,
        dominant_hand: true,
        ...place,
        is_active: 'Active',
        mock_exam: { ...place, is_active: 'Active' },
        status: 'scheduled',
        created_at: '2026-11-24T11:59:00.000Z',
      },
    ]);
    expect(body.data.credits).toEqual({ sj_credits: 2, cs_credits: 0, sjmini_credits: 0, shared_mock_credits: 3 });
  });

  it('reads exam facts through the association while HubSpot has not rolled them up', async () => {
    const { world, student } = await start({ settings: EMPTY_ROLLUPS });
    const exam = world.account.exam({ properties: { total_bookings: 7, location: null } });
    world.account.booking({ student, exam, isActive: null });
    const { body } = await list(world, student);
    expect(body.data.bookings[0]).toMatchObject({
      mock_type: 'Situational Judgment',
      exam_date: '2026-12-10',
      location: 'Mississauga',
      is_active: 'Active',
      mock_exam: { id: exam, capacity: 20, total_bookings: 7, is_active: 'true', location: 'Mississauga' },
    });
  });

  it('leaves out, and logs, a booking that belongs to no exam', async () => {
    const { world, student } = await start();
    const orphan = world.account.booking({ student });
    const { body } = await list(world, student);
    expect(body.data.bookings).toEqual([]);
    expect(world.logged('warn')).toMatchObject([{ bookingIds: [orphan] }]);
  });

  it('is empty for a student without bookings', async () => {
    const { world, student } = await start();
    const { status, body } = await list(world, student);
    expect(status).toBe(200);
    expect(body.data.bookings).toEqual([]);
    expect(body.data.pagination).toEqual({
      current_page: 1,
      total_pages: 0,
      total_bookings: 0,
      total: 0,
      has_next: false,
      has_previous: false,
    });
  });

  it('leaves out a booking that was deleted while its association still shows', async () => {
    const { world, student } = await start({ settings: { lag: { associationMs: 5000 } } });
    const exam = world.account.exam();
    const kept = world.account.booking({ student, exam });
    const deleted = world.account.booking({ student, exam });
    const { account, clock } = world.emulator;
    const record = account.records.get(account.objectType('2-50158943'), deleted);
    if (record) account.archive(record, clock.now());
    const { body } = await list(world, student);
    expect(body.data.bookings.map(({ id }: { id: string }) => id)).toEqual([kept]);
  });

  it('puts an exam of a cloned session on its own day, at its own hour', async () => {
    const { world, student } = await start();
    const exam = world.account.exam({
      date: '2026-12-10',
      properties: { start_time: '2026-07-02T13:00:00Z', end_time: null },
    });
    world.account.booking({ student, exam });
    const { body } = await list(world, student);
    expect(body.data.bookings[0]).toMatchObject({ start_time: '2026-12-10T14:00:00Z', end_time: null });
  });
});

describe('statuses', () => {
  it.each([
    ['Active', 'scheduled', 'Active'],
    ['active', 'scheduled', 'active'],
    [null, 'scheduled', 'Active'],
    ['Completed', 'completed', 'Completed'],
    ['completed', 'completed', 'completed'],
    ['Cancelled', 'cancelled', 'Cancelled'],
    ['cancelled', 'cancelled', 'cancelled'],
    ['CANCELLED', 'cancelled', 'CANCELLED'],
    ['false', 'cancelled', 'false'],
    ['0', 'cancelled', '0'],
  ])('is_active %s is %s, and shown as %s', async (isActive, status, shown) => {
    const { world, student } = await start();
    world.account.booking({ student, exam: world.account.exam(), isActive });
    const { body } = await list(world, student);
    expect(body.data.bookings[0]).toMatchObject({ status, is_active: shown });
  });
});

describe('filters and order', () => {
  const dates = async (filter: string, now = '2026-11-25T02:00:00Z') => {
    const { world, student } = await start({ now });
    for (const date of ['2026-11-25', '2026-11-23', '2026-11-24', '2026-10-01']) {
      world.account.booking({ student, exam: world.account.exam({ date }) });
      world.account.booking({ student, exam: world.account.exam({ date }), isActive: 'Cancelled' });
    }
    const { body } = await list(world, student, { filter });
    return body.data.bookings.map(({ exam_date: date, status }: Record<string, string>) => `${date} ${status}`);
  };

  it('an exam of today in Toronto is upcoming, whatever the day in UTC', async () => {
    expect(await dates('upcoming')).toEqual(['2026-11-24 scheduled', '2026-11-25 scheduled']);
  });

  it('past is latest first, without cancelled ones', async () => {
    expect(await dates('past')).toEqual(['2026-11-23 completed', '2026-10-01 completed']);
  });

  it('cancelled holds only those', async () => {
    expect(await dates('cancelled')).toEqual([
      '2026-10-01 cancelled',
      '2026-11-23 cancelled',
      '2026-11-24 cancelled',
      '2026-11-25 cancelled',
    ]);
  });

  it('all holds everything, by date', async () => {
    expect(await dates('all')).toHaveLength(8);
  });

  it('orders a day by start time, then by id', async () => {
    const { world, student } = await start();
    const late = world.account.exam({ properties: { start_time: '2026-12-10T18:00:00Z' } });
    const early = world.account.exam();
    const ids = [late, early, early].map((exam) => world.account.booking({ student, exam }));
    const { body } = await list(world, student);
    expect(body.data.bookings.map(({ id }: { id: string }) => id)).toEqual([ids[1], ids[2], ids[0]]);
  });

  it('pages', async () => {
    const { world, student } = await start();
    const exam = world.account.exam();
    const ids = Array.from({ length: 25 }, () => world.account.booking({ student, exam }));
    const { body } = await list(world, student, { page: 2, limit: 10 });
    expect(body.data.bookings.map(({ id }: { id: string }) => id)).toEqual(ids.slice(10, 20));
    expect(body.data.pagination).toEqual({
      current_page: 2,
      total_pages: 3,
      total_bookings: 25,
      total: 25,
      has_next: true,
      has_previous: true,
    });
    const beyond = await list(world, student, { page: 9, limit: 10 });
    expect(beyond.body.data).toMatchObject({ bookings: [], pagination: { has_next: false, total: 25 } });
  });
});

describe('login', () => {
  it('compares the e-mail without regard to case', async () => {
    const { world, student } = await start();
    expect((await list(world, student, { email: student.email.toUpperCase() })).status).toBe(200);
  });

  it.each([
    ['an unknown e-mail', { email: 'nobody@example.com' }],
    ['another student id', { student_id: '1234567' }],
    ['a student id with letters', { student_id: 'ABC123' }],
  ])('refuses %s', async (_name, wrong) => {
    const { world, student } = await start();
    const { status, body } = await list(world, student, wrong);
    expect(status).toBe(401);
    expect(body).toEqual({
      success: false,
      error: 'Authentication failed. Please check your Student ID and email.',
      code: 'AUTH_FAILED',
    });
  });

  it('takes addresses with signs that mean something in a URL', async () => {
    const world = await World.create();
    const student = world.account.student({ email: "ada.o'neil+exam@example.com" });
    expect((await list(world, student)).status).toBe(200);
  });
});
