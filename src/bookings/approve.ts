import { dayAt } from '../time/calendar.ts';
import { choosePayment } from '../credits/policy.ts';
import type { Deps } from '../wiring/deps.ts';
import { AppError, invalidFields } from '../contract/errors.ts';
import { readBookingsWithExams } from '../reads/bookings.ts';
import { type ContactWithBookings, readContactById, readContactWithBookings } from '../reads/contact.ts';
import { type DatedExam, type ExamWithBookings, readExamWithBookings } from '../reads/exams.ts';
import { overlaySeats } from '../reads/own-writes.ts';
import { readSeatsOf } from '../reads/seats.ts';
import { type Booking, type BookingSeat, type BookingWithExam, unreadSeat } from '../records/booking.ts';
import type { CreditField } from '../records/contact.ts';
import { currentContext, waitingFor } from '../request/context.ts';
import { bookingIdOf, type CreateBookingInput } from './create-input.ts';
import { settleLostCreate } from './lost-booking.ts';

/** A booking in HubSpot. */
export interface PlacedBooking {
  booking: Booking;
  /** Whether its create was not answered, so that seconds went by until it was found. */
  wasLost: boolean;
}

/** A seat held for a student who may have it and can pay. */
export interface Approved {
  contact: ContactWithBookings;
  exam: DatedExam;
  payment: CreditField;
  reservationId: string;
  /** The student's other bookings. */
  others: readonly BookingWithExam[];
  /** Set when an earlier request of the student made the booking already without learning of it. */
  adopted: PlacedBooking | null;
}

/** How long a student waits for a seat that is held for somebody else. */
const SEAT_WAIT_MS = 3000;

/**
 * Decides whether a student may book, and holds the seat. To be called with the student's lock held: what is read here
 * is read after everything this student did before.
 * @throws {AppError} the refusals, in the contract's order: identity, exam, duplicate, full, credit.
 */
export async function approveBooking(deps: Deps, input: CreateBookingInput): Promise<Approved> {
  const { bookings, contacts, mockExams } = deps.config.objectTypes;
  const [student, found] = await Promise.all([
    readContactWithBookings(deps, input.email),
    readExamWithBookings(deps, input.mock_exam_id),
    deps.hubspot.prepareAssociations(bookings, [contacts, mockExams]),
  ]);
  const contact = await requireIdentity(deps, student, input);
  const exam = requireOpenExam(deps, found, input);
  const payment = choosePayment(input.mock_type, contact.credits);
  const wanted = { examId: exam.id, bookingId: bookingIdOf(input), payment };
  const adopted = await settleLostCreate(deps, contact.id, wanted);
  if (adopted && payment) {
    const others = await readBookingsWithExams(deps, withoutBooking(contact, adopted.booking.id));
    const { reservationId, booking } = adopted;
    deps.lostCreates.remove(adopted.lost);
    return { contact, exam, payment, reservationId, others, adopted: { booking, wasLost: true } };
  }
  const { reservationId, others } = await takeSeat(deps, contact, exam, found?.bookingIds ?? []);
  if (payment) return { contact, exam, payment, reservationId, others, adopted: null };
  await deps.reservations.release(reservationId);
  throw new AppError('INSUFFICIENT_CREDITS', 'Insufficient credits for booking');
}

function withoutBooking({ id, bookingIds }: ContactWithBookings, bookingId: string) {
  return { id, bookingIds: bookingIds.filter((other) => other !== bookingId) };
}

/** A page that was open while the contact was merged sends its old id: HubSpot tells which contact that is now. */
async function requireIdentity(
  deps: Deps,
  contact: ContactWithBookings | null,
  { contact_id: contactId, student_id: studentId }: CreateBookingInput,
): Promise<ContactWithBookings> {
  if (!contact) throw new AppError('CONTACT_NOT_FOUND', 'No student with this email was found');
  const isStudent = contact.studentId === studentId;
  if (isStudent) currentContext()?.loginPassed();
  if (isStudent && (contact.id === contactId || (await readContactById(deps, contactId))?.id === contact.id)) {
    return contact;
  }
  const message = 'Access denied. The contact does not match this Student ID and email.';
  throw new AppError('ACCESS_DENIED', message, { isFailedLogin: !isStudent });
}

function requireOpenExam(deps: Deps, found: ExamWithBookings | null, input: CreateBookingInput): DatedExam {
  if (!found) throw new AppError('EXAM_NOT_FOUND', 'Mock exam not found');
  const { examDate, ...exam } = found.exam;
  const today = dayAt(deps.clock.now(), deps.config.timeZone);
  if (exam.isActive !== 'true' || examDate === null || examDate < today) {
    throw new AppError('EXAM_NOT_ACTIVE', 'This mock exam session is not open for booking');
  }
  const wrong = [
    ...(exam.mockType === input.mock_type
      ? []
      : [{ field: 'mock_type', message: 'Mock type does not match the mock exam' }]),
    ...(examDate === input.exam_date
      ? []
      : [{ field: 'exam_date', message: 'Exam date does not match the mock exam' }]),
  ];
  if (wrong.length > 0) throw invalidFields(wrong);
  return { ...exam, examDate };
}

/** Refuses a second booking of the same day and type, then holds a seat; both questions are asked side by side. */
async function takeSeat(
  deps: Deps,
  contact: ContactWithBookings,
  exam: DatedExam,
  linked: readonly string[],
): Promise<Pick<Approved, 'reservationId' | 'others'>> {
  const unread = linked.map(unreadSeat);
  const taken = (await overlaySeats(deps, new Map([[exam.id, unread]]))).get(exam.id)?.total ?? 0;
  const crowded = taken >= (exam.capacity ?? 0);
  const [others, seats] = await Promise.all([
    refuseDuplicate(deps, contact, exam),
    crowded ? readStatuses(deps, exam.id, linked) : null,
  ]);
  const readAll = async () => seats ?? readStatuses(deps, exam.id, linked);
  return { reservationId: await reserveSeat(deps, exam, readAll, seats ?? unread), others };
}

/** Whatever the older booking's `booking_id` looks like, and whoever has the same name. @returns the other bookings. */
async function refuseDuplicate(
  deps: Deps,
  contact: ContactWithBookings,
  exam: DatedExam,
): Promise<readonly BookingWithExam[]> {
  const all = await readBookingsWithExams(deps, contact);
  const same = all.some(
    ({ booking, facts }) => booking.holdsSeat && facts.mockType === exam.mockType && facts.examDate === exam.examDate,
  );
  if (same) throw duplicateBooking();
  return all;
}

export function duplicateBooking(): AppError {
  return new AppError('DUPLICATE_BOOKING', 'Duplicate booking detected: You already have a booking for this exam date');
}

async function readStatuses(deps: Deps, examId: string, linked: readonly string[]): Promise<readonly BookingSeat[]> {
  const { seats, failures } = await readSeatsOf(deps, new Map([[examId, linked]]));
  for (const error of failures.values()) throw error;
  return seats.get(examId) ?? [];
}

/**
 * As long as the links alone leave room no status is read. Full only because of seats held for others: waits for them.
 * @throws {AppError} `EXAM_FULL`, or `RATE_LIMITED` while that is not certain
 */
async function reserveSeat(
  deps: Deps,
  { id: examId, capacity }: DatedExam,
  readAll: () => Promise<readonly BookingSeat[]>,
  firstLook: readonly BookingSeat[],
): Promise<string> {
  const reserve = async (seats: readonly BookingSeat[]) =>
    deps.reservations.reserve({ examId, capacity: capacity ?? 0, seats });
  let outcome = await reserve(firstLook);
  if (outcome.kind !== 'reserved') {
    const seats = await readAll();
    const decideAt = deps.clock.monotonicMs() + SEAT_WAIT_MS;
    outcome = await reserve(seats);
    while (outcome.kind === 'contended' && deps.clock.monotonicMs() < decideAt) {
      const leftMs = decideAt - deps.clock.monotonicMs();
      await waitingFor(deps.clock, 'seat', async () => deps.reservations.changed(examId, leftMs));
      outcome = await reserve(seats);
    }
  }
  if (outcome.kind === 'reserved') return outcome.reservationId;
  if (outcome.kind === 'full') throw examFull();
  // Some of those who are ahead may yet give their seats back: "full" could be untrue.
  const message = 'The last seats are being booked right now. Please try again in a moment.';
  throw new AppError('RATE_LIMITED', message, { retryAfterSeconds: 3 });
}

export function examFull(): AppError {
  return new AppError('EXAM_FULL', 'This mock exam session is now full');
}
