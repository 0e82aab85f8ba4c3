import { REFUSAL_MAX_AGE_MS } from '../cache/policies.ts';
import { type Debt, gateOpensAtMs, newDebt, promised } from '../consistency/debts.ts';
import { dayAt } from '../time/calendar.ts';
import { choosePayment } from '../credits/policy.ts';
import type { Deps } from '../wiring/deps.ts';
import { AppError, invalidFields } from '../contract/errors.ts';
import { readBookingsWithExams } from '../reads/bookings.ts';
import {
  readContactById,
  recallStudent,
  type SeenContact,
  seeStudent,
  type StudentWithBookings,
} from '../reads/contact.ts';
import { type DatedExam, type ExamWithBookings, readExamToBook } from '../reads/exams.ts';
import { bookingKeyProperty, creditMarkProperty } from '../reads/optional-properties.ts';
import type { BookingWithExam } from '../records/booking.ts';
import type { CreditField } from '../records/contact.ts';
import { currentContext } from '../request/context.ts';
import { bookingIdOf, type CreateBookingInput } from './create-input.ts';
import { holdSeat, SeatLooks } from './hold-seat.ts';

/** A booking that is to be made: its seat is held, and the student can pay. */
export interface Order {
  input: CreateBookingInput;
  /** The contact as it was read for this booking; null where it was read for another request, a moment ago. */
  seen: SeenContact | null;
  contact: StudentWithBookings;
  exam: DatedExam;
  payment: CreditField;
  /** The student's other bookings. */
  others: readonly BookingWithExam[];
  debt: Debt;
}

/** What a booking is decided on. */
export interface Asked {
  /** See {@link Order.seen}. */
  seen: SeenContact | null;
  contact: StudentWithBookings;
  exam: DatedExam;
  /** The bookings HubSpot links to the exam. */
  linked: readonly string[];
}

/**
 * Reads who wants to book, and what. One round. A student who has just signed in is known from that, unless
 * `mustReadContact`.
 * @throws {AppError} when the student is not who they say, or the exam is not open for booking.
 */
export async function readAsked(deps: Deps, input: CreateBookingInput, mustReadContact: boolean): Promise<Asked> {
  const { bookings, contacts, mockExams } = deps.config.objectTypes;
  const recalled = mustReadContact ? null : await recallLogin(deps, input);
  const [seen, found] = await Promise.all([
    recalled ? null : seeStudent(deps, input.email),
    readExamToBook(deps, input.mock_exam_id),
    deps.hubspot.prepareAssociations(bookings, [contacts, mockExams]),
    bookingKeyProperty(deps),
    creditMarkProperty(deps),
  ]);
  const contact = await requireIdentity(deps, recalled ?? seen?.contact ?? null, input);
  const exam = requireOpenExam(deps, found, input);
  return { seen, contact, exam, linked: found?.bookingIds ?? [] };
}

/** The student as they signed in a moment ago; null when that is too long ago, or was somebody else. */
async function recallLogin(deps: Deps, input: CreateBookingInput): Promise<StudentWithBookings | null> {
  const recalled = await recallStudent(deps, input, REFUSAL_MAX_AGE_MS);
  return recalled?.id === input.contact_id ? recalled : null;
}

/**
 * Decides whether a student may book, and opens the debt that holds the seat. To be called with the student's turn held.
 * @throws {AppError} the refusals, in the contract's order: duplicate, full, credit.
 */
export async function approveBooking(
  deps: Deps,
  input: CreateBookingInput,
  asked: Asked,
  request: Debt['request'],
): Promise<Order> {
  const { seen, contact, exam } = asked;
  const debts = await deps.debts.ofContact(contact.id);
  const payment = choosePayment(input.mock_type, promised(debts, contact.credits));
  const debt = newDebt(
    {
      kind: 'booking',
      contactId: contact.id,
      examId: exam.id,
      bookingName: deps.seal(bookingIdOf(input)),
      request,
      session: sessionOf(exam),
      credit: payment,
      bookingId: null,
    },
    deps.clock.monotonicMs(),
    deps.config.debtDeadlineMs,
  );
  const others = await takeSeat(deps, asked, debt);
  try {
    return { input, seen, contact, exam, payment: requirePayment(deps, input, asked, debts), others, debt };
  } catch (error) {
    await deps.debts.end(debt, 'nothing', error);
    throw error;
  }
}

/** A credit that is only promised to another booking may yet stay: nobody is told that there is none. */
function requirePayment(
  deps: Deps,
  input: CreateBookingInput,
  { contact }: Asked,
  debts: readonly Debt[],
): CreditField {
  const payment = choosePayment(input.mock_type, promised(debts, contact.credits));
  if (payment === null && choosePayment(input.mock_type, contact.credits) === null) {
    throw new AppError('INSUFFICIENT_CREDITS', 'Insufficient credits for booking');
  }
  const now = deps.clock.monotonicMs();
  const opensAtMs = payment === null ? Infinity : gateOpensAtMs(debts, payment);
  if (payment !== null && opensAtMs < (currentContext()?.deadlineAt ?? Infinity)) return payment;
  const leftMs = Number.isFinite(opensAtMs) ? opensAtMs - now : deps.config.writeHorizonMs;
  const message = 'Your last booking or cancellation is still being completed. Please try again later.';
  throw new AppError('HUBSPOT_UNAVAILABLE', message, { retryAfterSeconds: Math.ceil(leftMs / 1000) });
}

/** A page that was open while the contact was merged sends its old id: HubSpot tells which contact that is now. */
async function requireIdentity(
  deps: Deps,
  contact: StudentWithBookings | null,
  { contact_id: contactId, student_id: studentId }: CreateBookingInput,
): Promise<StudentWithBookings> {
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

/**
 * Refuses a second booking of the same day and type, then holds a seat; both questions are asked side by side.
 * @returns the student's other bookings.
 */
async function takeSeat(deps: Deps, { contact, exam, linked }: Asked, debt: Debt): Promise<readonly BookingWithExam[]> {
  const seats = new SeatLooks(deps, exam, linked);
  const [others] = await Promise.all([refuseDuplicate(deps, contact, exam), seats.prepare()]);
  await holdSeat(deps, exam, debt, seats);
  return others;
}

/** Whatever the older booking's `booking_id` looks like, and whoever has the same name. @returns the other bookings. */
async function refuseDuplicate(
  deps: Deps,
  contact: StudentWithBookings,
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

export function sessionOf({ mockType, examDate }: DatedExam): string {
  return `${mockType} ${examDate}`;
}
