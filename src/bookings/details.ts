import { z } from 'zod';
import { REFUSAL_MAX_AGE_MS } from '../cache/policies.ts';
import { dayAt } from '../time/calendar.ts';
import { authenticate } from '../contacts/authenticate.ts';
import type { Deps } from '../wiring/deps.ts';
import { AppError } from '../contract/errors.ts';
import { RECORD_ID, StudentLogin } from '../contract/fields.ts';
import { findEnrollment } from '../reads/enrollment.ts';
import { getBookingWithLinks } from '../reads/bookings.ts';
import { getExams } from '../reads/exams.ts';
import { type Booking, type BookingWithLinks, statusOn } from '../records/booking.ts';
import type { Contact } from '../records/contact.ts';
import type { Enrollment } from '../records/enrollment.ts';
import type { Exam } from '../records/exam.ts';
import { requireOwner } from './owner.ts';

export const GetBookingInput = StudentLogin.extend({ id: z.string().default('') });
export type GetBookingInput = z.infer<typeof GetBookingInput>;

/**
 * One booking with its exam, its student and the student's enrollment.
 * @throws {AppError} `MISSING_BOOKING_ID`, `AUTH_FAILED`, `BOOKING_NOT_FOUND`, or `ACCESS_DENIED` when it is another student's.
 */
export async function getBooking(deps: Deps, input: GetBookingInput) {
  if (input.id === '') throw new AppError('MISSING_BOOKING_ID', 'Booking ID is required');
  if (!RECORD_ID.test(input.id)) throw new AppError('BOOKING_NOT_FOUND', 'Booking not found');
  const [contact, known] = await Promise.all([authenticate(deps, input), getBookingWithLinks(deps, input.id)]);
  const found = isOfAnother(known, contact)
    ? await getBookingWithLinks(deps, input.id, { maxAgeMs: REFUSAL_MAX_AGE_MS })
    : known;
  if (!found) throw new AppError('BOOKING_NOT_FOUND', 'Booking not found');
  await requireOwner(deps, found, contact);
  const [exams, enrollment] = await Promise.all([getExams(deps, found.examIds), findEnrollment(deps, contact.id)]);
  const [exam] = exams.values();
  const today = dayAt(deps.clock.now(), deps.config.timeZone);
  const examDate = found.booking.examFacts?.examDate ?? exam?.examDate ?? null;
  return {
    booking: { ...describeBooking(found.booking), status: statusOn(found.booking, examDate, today) },
    mock_exam: exam ? describeExam(exam) : null,
    contact: describeContact(contact),
    enrollment: enrollment && describeEnrollment(enrollment),
  };
}

/** Whether it belongs to somebody else; of one that belongs to nobody yet nothing is cached. */
function isOfAnother(found: BookingWithLinks | null, { id }: Contact): boolean {
  return found !== null && found.contactIds.length > 0 && !found.contactIds.includes(id);
}

function describeBooking(booking: Booking) {
  return {
    id: booking.id,
    booking_id: booking.bookingId,
    name: booking.name,
    email: booking.email,
    dominant_hand: booking.dominantHand,
    created_at: booking.createdAt,
    updated_at: booking.updatedAt,
  };
}

function describeExam(exam: Exam) {
  return {
    id: exam.id,
    exam_date: exam.examDate,
    mock_type: exam.mockType,
    location: exam.location,
    capacity: exam.capacity ?? 0,
    total_bookings: exam.totalBookings,
    address: exam.address,
    start_time: exam.startTime,
    end_time: exam.endTime,
  };
}

function describeContact({ id, firstName, lastName, studentId }: Contact) {
  return { id, firstname: firstName, lastname: lastName, student_id: studentId };
}

function describeEnrollment({ id, enrollmentId, courseId, status }: Enrollment) {
  return { id, enrollment_id: enrollmentId, course_id: courseId, enrollment_status: status };
}
