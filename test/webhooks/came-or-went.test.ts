import { describe, expect, it } from 'vitest';
import { book } from '../support/booking.ts';
import { bookingEvent, deliver } from '../support/webhook.ts';
import { archiveBooking, restoreBooking } from './records.ts';
import { warmWorld } from './warm-world.ts';

describe('a booking that came or went', () => {
  /** A booking whose exam was looked up, HubSpot being late with its rollups, while the exam's seats lack it. */
  async function lateComer() {
    const { world, student, exam } = await warmWorld({ lag: { rollupMs: 120_000 } });
    await world.clock.advance(31_000);
    const seats = async () => (await world.get(`mock-exams/${exam}/capacity`)).body.data.total_bookings;
    expect(await seats()).toBe(1);
    const booking = world.account.booking({ student, exam });
    await world.get('bookings/list', { student_id: student.studentId, email: student.email });
    expect(await seats()).toBe(1);
    return { world, booking, seats };
  }

  it.each(['creation', 'restore'])('drops the seats that lack it: %s', async (verb) => {
    const { world, booking, seats } = await lateComer();
    await deliver(world, [bookingEvent(world, verb, booking)], 'webhooks/cache-invalidation');
    expect(await seats()).toBe(2);
  });

  it('drops the list of the contact that the journal names', async () => {
    const { world, student } = await warmWorld();
    const other = world.account.exam({ date: '2026-12-20' });
    const booked = await book(world, student, { exam: other, date: '2026-12-20' });
    await world.settle();
    const id: string = booked.body.data.booking_record_id;
    const login = { student_id: student.studentId, email: student.email };
    const total = async () => (await world.get('bookings/list', login)).body.data.pagination.total;
    const tell = async (verb: string) => deliver(world, [bookingEvent(world, verb, id)], 'webhooks/cache-invalidation');
    await world.clock.advance(20_000);
    archiveBooking(world, id);
    await tell('deletion');
    expect(await total()).toBe(1);
    // The lag after an event is over: from here on the list is kept.
    await world.clock.advance(4000);
    expect(await total()).toBe(1);
    restoreBooking(world, id);
    await tell('restore');
    expect(await total()).toBe(2);
  });
});
