import type { Debt } from '../consistency/debts.ts';
import type { Pursuit } from '../consistency/pursuit.ts';
import { AppError } from '../contract/errors.ts';
import { HubSpotError } from '../hubspot/errors.ts';
import { readBookingsWithExams } from '../reads/bookings.ts';
import type { ContactWithBookings, SeenContact, StudentWithBookings } from '../reads/contact.ts';
import { type DatedExam, readExamWithBookings } from '../reads/exams.ts';
import { readSeatsOf } from '../reads/seats.ts';
import type { Booking, BookingSeat, BookingWithExam } from '../records/booking.ts';
import { epochMs } from '../time/clock.ts';
import type { Deps } from '../wiring/deps.ts';
import { duplicateBooking } from './approve.ts';
import { examFull } from './hold-seat.ts';

/** A booking that was made, and may have to be undone because others have sold its seat, too. */
export interface UnconfirmedBooking {
  debt: Debt;
  booking: Booking;
  exam: DatedExam;
  /** The contact as it was before the booking was made. */
  contact: StudentWithBookings;
  /** Reads the contact as it is now. */
  seeStudent: () => Promise<SeenContact<ContactWithBookings> | null>;
}

/**
 * Other instances may have sold the same seat: waits until that can be known.
 * @returns the contact as it is now, to pay from; null when it has to be read anew.
 * @throws {AppError} `EXAM_FULL`, `DUPLICATE_BOOKING`, or `HUBSPOT_UNAVAILABLE` when it could not be found out: the booking
 * has to be undone.
 */
export async function confirmBooking(
  deps: Deps,
  made: UnconfirmedBooking,
  pursuit: Pursuit,
): Promise<SeenContact | null> {
  const { debt, booking } = made;
  const isDoubtful = debt.assurance === 'doubtful';
  debt.stage = 'confirming';
  await deps.debts.save(debt);
  const doubtEndsAtMs = deps.clock.monotonicMs() + doubtMs(deps);
  if (!isDoubtful) await pursuit.pause(deps.config.consistencyLagMs);
  for await (const _isLast of pursuit.looks()) {
    try {
      if (!isDoubtful) return await rankOnce(deps, made, pursuit);
      if (await isSure(deps, made, doubtEndsAtMs)) return null;
    } catch (error) {
      if (!(error instanceof HubSpotError)) throw error;
      deps.log.warn('booking not confirmed yet', { bookingId: booking.id, reason: error.message });
    }
  }
  throw notConfirmed();
}

function notConfirmed(): AppError {
  return new AppError('HUBSPOT_UNAVAILABLE', 'The booking could not be confirmed. Please try again.');
}

/**
 * Each instance lets its booking stand only if it is among the first `capacity` seat holders by creation: all of them come
 * to the same ranking.
 */
async function rankOnce(deps: Deps, made: UnconfirmedBooking, pursuit: Pursuit): Promise<SeenContact> {
  const { booking } = made;
  const [standing, seen] = await Promise.all([readStanding(deps, made), made.seeStudent()]);
  if (!seen) throw examFull();
  const others = await newBookings(deps, made, seen.contact);
  if (standing.rank >= standing.capacity) throw examFull();
  const first = inOrder([booking, ...others.map((other) => other.booking)])[0];
  const same = others.filter((other) => isSameSession(made, other)).map((other) => other.booking);
  if (inOrder([booking, ...same])[0]?.id !== booking.id) throw duplicateBooking();
  if (first?.id === booking.id) return seen;
  // Another instance is about to take the credit for an earlier booking: what is left is known after that.
  await pursuit.pause(deps.config.consistencyLagMs);
  return (await made.seeStudent()) ?? seen;
}

/** So long others may go on selling without a look at this booking, and HubSpot may hide what they sold, in milliseconds. */
function doubtMs({ config }: Deps): number {
  return 2 * config.consistencyLagMs + config.hubspot.attemptTimeoutMs;
}

/**
 * Others decide by what they share and undo nothing: the booking stands if it may join in or, as long as they cannot be
 * asked, if there is a seat even for those that were made after it.
 * @returns false while that is not known.
 */
async function isSure(deps: Deps, made: UnconfirmedBooking, doubtEndsAtMs: number): Promise<boolean> {
  const { debt, booking, exam } = made;
  const [standing, seen] = await Promise.all([readStanding(deps, made), made.seeStudent()]);
  const others = seen ? await newBookings(deps, made, seen.contact) : [];
  if (others.some((other) => isSameSession(made, other))) throw duplicateBooking();
  const { rank, capacity, holders, seats } = standing;
  const later = new Set(holders.slice(rank + 1).map(({ id }) => id));
  const ids = { bookingId: booking.id, contactId: debt.contactId, examId: exam.id };
  const entry = { ...ids, facts: exam, madeAtMs: epochMs(booking.createdAt) };
  const outcome = await deps.debts.claim(debt, { examId: exam.id, capacity, seats, later, made: entry });
  if (outcome === 'full') throw examFull();
  if (outcome !== undefined || deps.clock.monotonicMs() < doubtEndsAtMs) return outcome === 'opened';
  if (rank >= capacity) throw notConfirmed();
  return holders.length <= capacity;
}

/** Where a booking stands among those that hold a seat of its exam. */
interface Standing {
  capacity: number;
  /** How many of them came before it; Infinity when it holds none. */
  rank: number;
  /** By creation. */
  holders: readonly BookingSeat[];
  seats: readonly BookingSeat[];
}

async function readStanding(deps: Deps, { exam: { id: examId }, booking }: UnconfirmedBooking): Promise<Standing> {
  const found = await readExamWithBookings(deps, examId);
  if (!found) throw examFull();
  const read = await readSeatsOf(deps, new Map([[examId, [...new Set([...found.bookingIds, booking.id])]]]));
  for (const error of read.failures.values()) throw error;
  const seats = read.seats.get(examId) ?? [];
  const holders = seats
    .filter(({ holdsSeat }) => holdsSeat)
    .toSorted((left, right) => byCreation([left.createdAtMs, left.id], [right.createdAtMs, right.id]));
  const index = holders.findIndex(({ id }) => id === booking.id);
  return { capacity: found.exam.capacity ?? 0, rank: index === -1 ? Infinity : index, holders, seats };
}

/** Two instances may have let the same student in twice. @returns their other bookings that have appeared meanwhile. */
async function newBookings(
  deps: Deps,
  { contact: { bookingIds }, booking }: UnconfirmedBooking,
  now: ContactWithBookings,
): Promise<BookingWithExam[]> {
  const known = new Set([...bookingIds, booking.id]);
  const appeared = now.bookingIds.filter((id) => !known.has(id));
  if (appeared.length === 0) return [];
  const all = await readBookingsWithExams(deps, { id: now.id, bookingIds: appeared });
  return all.filter((other) => other.booking.holdsSeat);
}

function isSameSession({ exam }: UnconfirmedBooking, { facts }: BookingWithExam): boolean {
  return facts.mockType === exam.mockType && facts.examDate === exam.examDate;
}

function inOrder(bookings: readonly Booking[]): Booking[] {
  return bookings.toSorted((left, right) =>
    byCreation([epochMs(left.createdAt), left.id], [epochMs(right.createdAt), right.id]),
  );
}

function byCreation([leftMs, leftId]: [number, string], [rightMs, rightId]: [number, string]): number {
  return leftMs - rightMs || leftId.length - rightId.length || (leftId < rightId ? -1 : 1);
}
