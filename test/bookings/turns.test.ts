import { describe, expect, it } from 'vitest';
import { bookingBody, sendBooking } from '../support/booking.ts';
import { LIFELIKE } from '../support/faults.ts';
import { creditsOf } from '../support/owed.ts';
import { World } from '../support/world.ts';

const ENV = { RATE_LIMIT_PER_ADDRESS: '0', RATE_LIMIT_BOOKINGS: '0', RATE_LIMIT_FAILED_LOGINS_PER_ADDRESS: '0' };

describe('a student’s turn', () => {
  it('is not taken by strangers who know the student id: 60 of them, and the student books in normal time', async () => {
    const world = await World.create({ settings: LIFELIKE, env: ENV });
    const student = world.account.student();
    const exam = world.account.exam();
    const [answer, durationMs] = await world.clock.run(async () => {
      const strangers = Array.from({ length: 60 }, async (_each, index) =>
        world.send('POST', 'bookings/create', {
          body: { ...bookingBody(student, { exam }), email: `stranger${index}@example.com` },
          headers: { 'x-real-ip': `198.51.100.${index}` },
        }),
      );
      const startedAt = world.clock.now();
      const booked = await sendBooking(world, student, { exam });
      const tookMs = world.clock.now() - startedAt;
      await Promise.all(strangers);
      return [booked, tookMs] as const;
    });
    expect(answer.status).toBe(201);
    expect(durationMs).toBeLessThan(2000);
  });

  it('is one for a contact that signs in by two addresses at once', async () => {
    const world = await World.create({ settings: LIFELIKE, env: ENV });
    const student = world.account.student({ sj_credits: 2 });
    const other = world.account.student({ sj_credits: 0 });
    world.account.merge('contacts', [student.id, other.id]);
    await world.clock.advance(10_000);
    world.account.change('contacts', student.id, { sj_credits: 1, student_id: student.studentId });
    const dates = ['2026-12-10', '2026-12-11'];
    const answers = await world.clock.run(async () =>
      Promise.all(
        [student.email, other.email].map(async (email, index) => {
          const date = dates[index] ?? '';
          return sendBooking(world, { ...student, email }, { exam: world.account.exam({ date }), date });
        }),
      ),
    );
    await world.settle();
    const told = answers.map(({ status, body }) => String(body.code ?? status));
    expect(new Set(told)).toEqual(new Set(['201', 'INSUFFICIENT_CREDITS']));
    expect(creditsOf(world, student)).toBe(0);
  });
});
