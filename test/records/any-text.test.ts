import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BOOKING_PROPERTIES, creditOfToken, SEAT_PROPERTIES, toBooking, toSeat } from '../../src/records/booking.ts';
import { CONTACT_PROPERTIES, creditFromProperty, toContact, usableCredits } from '../../src/records/contact.ts';
import { ENROLLMENT_PROPERTIES, toEnrollment } from '../../src/records/enrollment.ts';
import { countFromProperty, EXAM_PROPERTIES, toExam } from '../../src/records/exam.ts';
import { escapeHtml } from '../../src/records/note.ts';
import { anyText, anyValues, recordOf, watchedContext } from '../support/odd-values.ts';

const { context } = watchedContext();
const MANY = { numRuns: 2000 };
const dates = fc.record({ createdAt: anyText, updatedAt: anyText });
const DAY = /^\d{4}-\d{2}-\d{2}$/;

/** What may be told to the world as a time. */
function expectTime(time: string | null): void {
  expect(time === null || Number.isFinite(Date.parse(time))).toBe(true);
}

describe('whatever text its properties hold', () => {
  it('an exam is read, with days, times and numbers that can be believed', () => {
    fc.assert(
      fc.property(anyValues(EXAM_PROPERTIES), dates, (values, at) => {
        const exam = toExam(recordOf(EXAM_PROPERTIES, values, at), context);
        expect(exam.examDate ?? '2026-12-04').toMatch(DAY);
        expectTime(exam.startTime);
        expectTime(exam.endTime);
        for (const number of [exam.capacity ?? 0, exam.totalBookings]) {
          expect(Number.isSafeInteger(number) && number >= 0).toBe(true);
        }
        expect(Number.isFinite(exam.updatedAtMs)).toBe(true);
      }),
      MANY,
    );
  });

  it('a booking is read', () => {
    fc.assert(
      fc.property(anyValues(BOOKING_PROPERTIES), dates, (values, at) => {
        const booking = toBooking(recordOf(BOOKING_PROPERTIES, values, at), context);
        creditOfToken(booking.tokenUsed);
        expect(booking.examFacts?.examDate ?? '2026-12-04').toMatch(DAY);
        expectTime(booking.examFacts?.startTime ?? null);
        expectTime(booking.examFacts?.endTime ?? null);
        const seat = toSeat(recordOf(SEAT_PROPERTIES, { is_active: values.is_active }, at));
        expect(seat.holdsSeat).toBe(booking.holdsSeat);
        expect(Number.isFinite(seat.createdAtMs) && Number.isFinite(seat.updatedAtMs)).toBe(true);
      }),
      MANY,
    );
  });

  it('a contact is read', () => {
    fc.assert(
      fc.property(anyValues(CONTACT_PROPERTIES), dates, (values, at) => {
        const { credits, studentId } = toContact(recordOf(CONTACT_PROPERTIES, values, at), context);
        for (const amount of Object.values(credits)) expect(amount === null || Number.isSafeInteger(amount)).toBe(true);
        for (const amount of Object.values(usableCredits(credits))) expect(amount).toBeGreaterThanOrEqual(0);
        expect(studentId).toMatch(/^\w*$/);
      }),
      MANY,
    );
  });

  it('an enrollment is read, and an event, and a note is written', () => {
    fc.assert(
      fc.property(anyValues(ENROLLMENT_PROPERTIES), anyText, (values, text) => {
        toEnrollment(recordOf(ENROLLMENT_PROPERTIES, values), context);
        const counts = [
          countFromProperty({ name: 'total_bookings', value: text }) ?? 0,
          creditFromProperty({ name: 'sj_credits', value: text })?.amount ?? 0,
        ];
        expect(counts.every(Number.isSafeInteger)).toBe(true);
        expect(escapeHtml(text).replaceAll('<br>', '')).not.toMatch(/[<>"'\n\r]/);
      }),
      MANY,
    );
  });
});
