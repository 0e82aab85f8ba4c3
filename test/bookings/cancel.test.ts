import { describe, expect, it } from 'vitest';
import { book, cancel, withoutDiscovery } from '../support/booking.ts';
import { countRounds } from '../../src/emulator/call-log.ts';
import { World, type WorldOptions } from '../support/world.ts';

const LATENCY = { latency: { readMs: 100, writeMs: 200 } };

async function start(options: WorldOptions = {}, token: string | null = 'Situational Judgment Token') {
  const world = await World.create(options);
  const student = world.account.student({ sj_credits: 2, shared_mock_credits: 0 });
  const exam = world.account.exam({ properties: { total_bookings: 5 } });
  const booking = world.account.booking({ student, exam, links: 2, properties: { token_used: token } });
  return { world, student, exam, booking };
}

describe('DELETE /api/bookings/{id}', () => {
  it('cancels, gives the credit back, lowers the count, leaves a note, and says so', async () => {
    const { world, student, exam, booking } = await start();
    const { status, body } = await cancel(world, student, booking, 'Feeling <ill>\nSorry');
    expect(status).toBe(200);
    expect(body).toEqual({
      success: true,
      message: 'Booking cancelled successfully',
      data: {
        booking_id: world.account.values('bookings', booking)['booking_id'],
        status: 'cancelled',
        cancelled_at: '2026-11-24T12:00:00.000Z',
        actions_completed: {
          soft_delete: true,
          note_created: true,
          bookings_decremented: true,
          credits_restored: true,
        },
        credit_restoration: { credit_type: 'sj_credits', amount: 1, new_balance: 3 },
        reason: 'Feeling <ill>\nSorry',
      },
    });
    expect(world.account.values('bookings', booking)['is_active']).toBe('Cancelled');
    expect(world.account.values('contacts', student.id)['sj_credits']).toBe('3');
    await world.settle();
    expect(world.account.values('mock_exams', exam)['total_bookings']).toBe('4');
    const { account } = world.emulator;
    const [note] = account.records.all(account.objectType('notes'));
    expect(note?.versions[0]?.values['hs_note_body']).toContain('Reason: Feeling &lt;ill&gt;<br>Sorry');
  });

  it.each([
    ['Clinical Skills Token', 'cs_credits'],
    ['Mini-mock Token', 'sjmini_credits'],
    ['Shared Token', 'shared_mock_credits'],
  ])('%s gives one of %s back', async (token, field) => {
    const { world, student, booking } = await start({}, token);
    const { body } = await cancel(world, student, booking);
    expect(body.data.credit_restoration).toEqual({ credit_type: field, amount: 1, new_balance: 1 });
    expect(world.account.values('contacts', student.id)[field]).toBe('1');
  });

  it.each(['Admin Override', 'Mock Discussion Token', null])(
    '%s gives nothing back, and that is no error',
    async (token) => {
      const { world, student, booking } = await start({}, token);
      const { status, body } = await cancel(world, student, booking);
      expect(status).toBe(200);
      expect(body.data.actions_completed.credits_restored).toBe(false);
      expect(body.data.credit_restoration).toBeUndefined();
      expect(world.account.values('contacts', student.id)['sj_credits']).toBe('2');
      expect(world.logged('error')).toEqual([]);
    },
  );

  it('a booking without an exam has no count to lower', async () => {
    const { world, student } = await start();
    const orphan = world.account.booking({ student });
    const { body } = await cancel(world, student, orphan);
    expect(body.data.actions_completed).toMatchObject({ soft_delete: true, bookings_decremented: false });
  });

  it('never lowers a count below zero', async () => {
    const { world, student } = await start();
    const exam = world.account.exam();
    await cancel(world, student, world.account.booking({ student, exam }));
    await world.settle();
    expect(world.account.values('mock_exams', exam)['total_bookings']).toBe('0');
  });

  it.each(['v3', '2026-09'])('costs 4 calls in 3 rounds on %s, then the count and the note', async (version) => {
    const { world, student, booking } = await start({ settings: LATENCY, env: { HUBSPOT_API_VERSION: version } });
    const started = world.clock.now();
    await cancel(world, student, booking);
    expect(world.clock.now() - started).toBe(500);
    const calls = withoutDiscovery(world.takeCalls());
    expect([calls.length, countRounds(calls)]).toEqual([4, 3]);
    await world.settle();
    expect(withoutDiscovery(world.takeCalls())).toHaveLength(3);
  });

  it('can cancel what was booked a moment ago, which HubSpot does not link yet', async () => {
    const { world, student } = await start({ settings: { lag: { associationMs: 3000, rollupMs: 2000 } } });
    const exam = world.account.exam({ date: '2026-12-20' });
    const booked = await book(world, student, { exam, date: '2026-12-20' });
    const { status, body } = await cancel(world, student, booked.body.data.booking_record_id);
    expect(status).toBe(200);
    expect(body.data.credit_restoration.new_balance).toBe(2);
    await world.settle();
    expect(world.account.values('mock_exams', exam)['total_bookings']).toBe('0');
  });
});

describe('refusals', () => {
  it('a second cancelling: 409 ALREADY_CANCELED, and no second credit', async () => {
    const { world, student, booking } = await start();
    await cancel(world, student, booking);
    const { status, body } = await cancel(world, student, booking);
    expect([status, body.code, body.error]).toEqual([409, 'ALREADY_CANCELED', 'Booking is already cancelled']);
    expect(world.account.values('contacts', student.id)['sj_credits']).toBe('3');
  });

  it('another student’s booking: 403, and nothing is written', async () => {
    const { world, booking } = await start();
    const thief = world.account.student({ sj_credits: 0 });
    const { status, body } = await cancel(world, thief, booking);
    expect([status, body.code]).toEqual([403, 'ACCESS_DENIED']);
    expect(world.account.values('bookings', booking)['is_active']).toBe('Active');
    expect(world.account.values('contacts', thief.id)['sj_credits']).toBe('0');
  });

  it('a wrong login: 401', async () => {
    const { world, student, booking } = await start();
    const { status, body } = await cancel(world, { ...student, email: 'nobody@example.com' }, booking);
    expect([status, body.code]).toEqual([401, 'AUTH_FAILED']);
  });

  it.each([['38800109999'], ['..%2f'], ['__proto__'], ['9'.repeat(30)]])('an unknown booking %s: 404', async (id) => {
    const { world, student } = await start();
    const { status, body } = await cancel(world, student, id);
    expect([status, body.code]).toEqual([404, 'BOOKING_NOT_FOUND']);
  });

  it.each([['x'.repeat(501)], [7]])('a reason that is too long or no text: 400', async (reason) => {
    const { world, student, booking } = await start();
    const body = { student_id: student.studentId, email: student.email, reason };
    const answer = await world.request('DELETE', `bookings/${booking}`, { body });
    expect(answer.body.validationErrors).toEqual(['Reason must be a text of at most 500 characters']);
  });

  it('a mark that HubSpot refuses: 500 SOFT_DELETE_FAILED, and no credit', async () => {
    const { world, student, booking } = await start();
    world.emulator.faults.add({
      fault: { kind: 'status', status: 400 },
      operation: 'objects.update',
      objectType: '2-50158943',
    });
    const { status, body } = await cancel(world, student, booking);
    expect([status, body.code]).toEqual([500, 'SOFT_DELETE_FAILED']);
    expect(world.account.values('contacts', student.id)['sj_credits']).toBe('2');
  });
});
