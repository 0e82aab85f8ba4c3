import { describe, expect, it } from 'vitest';
import type { TestStudent } from '../support/account-builder.ts';
import { book, BOOKINGS, CONTACTS, MOCK_EXAMS } from '../support/booking.ts';
import { link, unlink } from '../support/links.ts';
import { LIFELIKE } from '../support/looking.ts';
import { deliver, linkEvent, WEBHOOK_ENV } from '../support/webhook.ts';
import { World, type WorldOptions } from '../support/world.ts';

async function start(options: WorldOptions = {}) {
  const world = await World.create(options);
  const student = world.account.student();
  const exam = world.account.exam({ properties: { address: '1 Main St', total_bookings: 4 } });
  const booking = world.account.booking({ student, exam, links: 2, properties: { booking_id: 'B-1' } });
  return { world, student, exam, booking };
}

async function details(world: World, id: string, { studentId, email }: TestStudent) {
  return world.get(`bookings/${id}`, { student_id: studentId, email });
}

describe('GET /api/bookings/{id}', () => {
  it('shows the booking, its exam, its student and the enrollment', async () => {
    const { world, student, exam, booking } = await start();
    const enrollment = world.account.enrollment(student);
    world.account.enrollment(student, { enrollment_status: 'Completed' });
    const { status, body } = await details(world, booking, student);
    expect(status).toBe(200);
    expect(body.message).toBe('Successfully retrieved booking details');
    expect(body.data).toEqual({
      booking: {
        id: booking,
        booking_id: 'B-1',
        name: 'Ada',
        email: student.email,
        dominant_hand: false,
        status: 'scheduled',
        created_at: '2026-11-24T11:59:00.000Z',
        updated_at: '2026-11-24T11:59:00.000Z',
      },
      mock_exam: {
        id: exam,
        exam_date: '2026-12-10',
        mock_type: 'Situational Judgment',
        location: 'Calgary',
        capacity: 20,
        total_bookings: 4,
        address: '1 Main St',
        start_time: '2026-12-10T14:00:00Z',
        end_time: '2026-12-10T17:00:00Z',
      },
      contact: { id: student.id, firstname: 'Ada', lastname: "O'Neil", student_id: student.studentId },
      enrollment: { id: enrollment, enrollment_id: 'ENR-1', course_id: 'C-1', enrollment_status: 'Registered' },
    });
  });

  it('says null for an exam or an enrollment that is not there', async () => {
    const { world, student } = await start();
    const orphan = world.account.booking({ student });
    const { body } = await details(world, orphan, student);
    expect(body.data).toMatchObject({ mock_exam: null, enrollment: null });
  });

  it.each(['v3', '2026-09'])('costs 4 calls in 2 rounds on %s', async (version) => {
    const settings = { latency: { readMs: 100 } };
    const { world, student, booking } = await start({ settings, env: { HUBSPOT_API_VERSION: version } });
    await details(world, booking, student);
    expect(world.takeCost()).toEqual({ calls: 4, rounds: 2 });
  });

  it('does not wait longer than 150 ms for the enrollment', async () => {
    const { world, student, booking } = await start();
    world.emulator.faults.add({ fault: { kind: 'hang' }, operation: 'objects.search' });
    const started = world.clock.now();
    const { status, body } = await details(world, booking, student);
    expect([status, body.data.enrollment]).toEqual([200, null]);
    expect(world.clock.now() - started).toBe(150);
  });
});

describe('refusals', () => {
  it('another student’s booking is none of yours', async () => {
    const { world, booking } = await start();
    const { status, body } = await details(world, booking, world.account.student());
    expect([status, body.code]).toEqual([403, 'ACCESS_DENIED']);
    expect(body.error).toBe('Access denied. This booking does not belong to you.');
  });

  it('an unknown booking is not found', async () => {
    const { world, student } = await start();
    const { status, body } = await details(world, '38800109999', student);
    expect([status, body.code, body.error]).toEqual([404, 'BOOKING_NOT_FOUND', 'Booking not found']);
  });

  it('a wrong login comes before everything the booking could tell', async () => {
    const { world, student, booking } = await start();
    for (const id of [booking, '38800109999']) {
      const { status, body } = await details(world, id, { ...student, studentId: '1' });
      expect([status, body.code]).toEqual([401, 'AUTH_FAILED']);
    }
  });

  it.each(['..%2F..', '__proto__', '1'.repeat(30), 'abc', '12a', '-1', '%00', '1%2F2'])(
    'the id %s never reaches HubSpot',
    async (id) => {
      const { world, student } = await start();
      const { status, body } = await details(world, id, student);
      expect([status, body.code]).toEqual([404, 'BOOKING_NOT_FOUND']);
      expect(world.takeCalls()).toEqual([]);
    },
  );

  it.each(['bookings', 'bookings/'])('/api/%s misses its id', async (path) => {
    const { world, student } = await start();
    const { status, body } = await world.get(path, { student_id: student.studentId, email: student.email });
    expect([status, body.code]).toEqual([400, 'MISSING_BOOKING_ID']);
  });

  it('a failure of HubSpot is not a "not found"', async () => {
    const { world, student, booking } = await start();
    world.emulator.faults.add({ fault: { kind: 'status', status: 502 }, objectType: '2-50158943', times: Infinity });
    expect((await details(world, booking, student)).status).toBe(503);
  });
});

describe('what HubSpot shows late', () => {
  it('is no reason to refuse the owner of a booking that another instance made', async () => {
    const world = await World.create({ settings: LIFELIKE });
    const student = world.account.student();
    const exam = world.account.exam();
    const sibling = await world.sibling();
    const { body } = await book(world, student, { exam });
    const id: string = body.data.booking_record_id;
    expect((await details(sibling, id, student)).status).toBe(503);
    expect(sibling.takeCalls().filter(({ operation }) => operation === 'objects.get')).not.toEqual([]);
    await world.clock.advance(3000);
    expect((await details(sibling, id, student)).status).toBe(200);
  });

  it('is asked for once by whoever is refused', async () => {
    const { world, student } = await start();
    const nobodys = world.account.booking({ student });
    unlink(world, [BOOKINGS, nobodys], [CONTACTS, student.id]);
    expect((await details(world, nobodys, student)).status).toBe(403);
    const reads = world.takeCalls().filter(({ objectType }) => objectType === BOOKINGS);
    expect(reads).toHaveLength(1);
  });

  it('leaves no booking without its exam for longer than that', async () => {
    const { world, student, exam } = await start({ settings: LIFELIKE });
    const id = world.account.booking({ student });
    link(world, [BOOKINGS, id], [MOCK_EXAMS, exam]);
    expect((await details(world, id, student)).body.data.mock_exam).toBeNull();
    await world.clock.advance(3000);
    expect((await details(world, id, student)).body.data.mock_exam.id).toBe(exam);
  });

  it('is not put away as the exam of a booking that was moved', async () => {
    const { world, student, exam, booking } = await start({ settings: LIFELIKE, env: WEBHOOK_ENV });
    const other = world.account.exam({ date: '2026-12-20' });
    await details(world, booking, student);
    unlink(world, [BOOKINGS, booking], [MOCK_EXAMS, exam]);
    link(world, [BOOKINGS, booking], [MOCK_EXAMS, other]);
    await deliver(world, [linkEvent(world, booking, other)], 'webhooks/cache-invalidation');
    await world.clock.advance(2100);
    expect((await details(world, booking, student)).body.data.mock_exam.id).toBe(exam);
    await world.clock.advance(900);
    expect((await details(world, booking, student)).body.data.mock_exam.id).toBe(other);
  });
});

describe('a booking moved to another student', () => {
  it('is refused to nobody on the word of a value older than 5 s', async () => {
    const { world, student, booking } = await start();
    const other = world.account.student();
    await details(world, booking, student);
    unlink(world, [BOOKINGS, booking], [CONTACTS, student.id]);
    link(world, [BOOKINGS, booking], [CONTACTS, other.id]);
    await world.clock.advance(5000);
    expect((await details(world, booking, other)).status).toBe(403);
    await world.clock.advance(1);
    expect((await details(world, booking, other)).status).toBe(200);
  });
});
