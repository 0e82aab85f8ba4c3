import { z } from 'zod';
import { epochMs } from '../time/clock.ts';
import type { JournalEntry } from '../consistency/journal.ts';
import { cancelledChange } from '../consistency/seats-taken.ts';
import { authenticateAnew } from '../contacts/authenticate.ts';
import { CreditUncertainError, writeCredit } from '../credits/write-credit.ts';
import type { Deps } from '../wiring/deps.ts';
import { AppError } from '../contract/errors.ts';
import { isPlainText, RECORD_ID, StudentLogin } from '../contract/fields.ts';
import { HubSpotError, HubSpotRateLimitError, isTokenRejected } from '../hubspot/errors.ts';
import { readBookingWithLinks } from '../reads/bookings.ts';
import { readExam } from '../reads/exams.ts';
import { writeThroughCancelling } from '../reads/write-through.ts';
import { type BookingWithLinks, cancelledToProperties, creditOfToken } from '../records/booking.ts';
import type { Contact, CreditField } from '../records/contact.ts';
import type { Exam } from '../records/exam.ts';
import { giveUpIfLost } from './lost-booking.ts';
import { writeNote } from './notes.ts';
import { refuseUnsettled, requireOwner } from './owner.ts';
import { requireBookingsEnabled } from './switch.ts';
import { withFreshDeadline } from './undo.ts';

const REASON = 'Reason must be a text of at most 500 characters';

export const CancelBookingInput = StudentLogin.extend({
  id: z.string().default(''),
  reason: z.string({ error: REASON }).max(500, REASON).refine(isPlainText, REASON).nullish(),
});
export type CancelBookingInput = z.infer<typeof CancelBookingInput>;

/**
 * Cancels a booking: marks it first, then gives the credit back, lowers the count and leaves a note, side by side.
 * What of these failed is told in `actions_completed` and, with the ids to repair it, in the log.
 * @throws {AppError} `MISSING_BOOKING_ID`, `AUTH_FAILED`, `BOOKING_NOT_FOUND`, `ACCESS_DENIED`, `ALREADY_CANCELED`,
 * `SOFT_DELETE_FAILED`
 */
export async function cancelBooking(deps: Deps, input: CancelBookingInput) {
  requireBookingsEnabled(deps);
  if (input.id === '') throw new AppError('MISSING_BOOKING_ID', 'Booking ID is required');
  if (!RECORD_ID.test(input.id)) throw new AppError('BOOKING_NOT_FOUND', 'Booking not found');
  const { student_id: studentId, id } = input;
  // Two students may share a booking: its credit is given back once all the same.
  const inTurn = async <T>(work: () => Promise<T>) =>
    deps.locks.withLock(studentId, async () => deps.locks.withLock(`booking ${id}`, work));
  return inTurn(async () => {
    const [contact, found] = await Promise.all([authenticateAnew(deps, input), readBookingWithLinks(deps, id)]);
    const cancellable = await requireCancellable(deps, found, contact);
    return withFreshDeadline(deps, async () => cancel(deps, input, contact, cancellable));
  });
}

async function requireCancellable(
  deps: Deps,
  found: BookingWithLinks | null,
  contact: Contact,
): Promise<BookingWithLinks> {
  if (!found) throw new AppError('BOOKING_NOT_FOUND', 'Booking not found');
  if (await giveUpIfLost(deps, contact.id, found.booking)) {
    throw new AppError('BOOKING_NOT_FOUND', 'This booking was never completed, and nothing was paid for it');
  }
  requireSettled(deps, found, await deps.journal.entryOf(found.booking.id));
  await requireOwner(deps, found, contact);
  if (found.booking.status === 'cancelled') throw new AppError('ALREADY_CANCELED', 'Booking is already cancelled');
  return found;
}

/**
 * A booking made elsewhere so short a time ago may still be undone, or wait to be paid: cancelling it now could give back
 * a credit that was never taken. And HubSpot may not show yet whose it is.
 */
function requireSettled({ clock, config }: Deps, { booking }: BookingWithLinks, entry: JournalEntry | undefined): void {
  if (entry?.made) return;
  const { consistencyLagMs, http } = config;
  refuseUnsettled(epochMs(booking.createdAt) + consistencyLagMs + 2 * http.studentDeadlineMs - clock.now());
}

async function cancel(deps: Deps, input: CancelBookingInput, contact: Contact, found: BookingWithLinks) {
  const { booking, examIds } = found;
  const [examId = ''] = examIds;
  const [cancelledAtMs, exam] = await Promise.all([mark(deps, booking.id), examToCount(deps, examId)]);
  await deps.journal.bookingCancelled({ bookingId: booking.id, contactId: contact.id, examId, cancelledAtMs });
  writeThroughCancelling(deps, contact.id, booking.id);
  const credit = creditOfToken(booking.tokenUsed);
  const [newBalance, counted, noted] = await Promise.all([
    credit ? refund(deps, contact, credit, booking.id) : null,
    exam && booking.holdsSeat ? countDown(deps, exam, booking.id) : false,
    note(deps, contact.id, input, credit),
  ]);
  return {
    booking_id: booking.id,
    status: 'cancelled',
    cancelled_at: new Date(cancelledAtMs).toISOString(),
    actions_completed: {
      soft_delete: true,
      note_created: noted,
      bookings_decremented: counted,
      credits_restored: newBalance !== null,
    },
    ...(newBalance === null ? {} : { credit_restoration: { credit_type: credit, amount: 1, new_balance: newBalance } }),
    ...(input.reason ? { reason: input.reason } : {}),
  };
}

/** Marks the booking; a lost answer is looked for. Resolves to HubSpot's time of it in epoch milliseconds. */
async function mark(deps: Deps, id: string): Promise<number> {
  try {
    const properties = cancelledToProperties();
    const { updatedAt } = await deps.hubspot.updateObject(deps.config.objectTypes.bookings, { id, properties });
    return epochMs(updatedAt);
  } catch (error) {
    if (!(error instanceof HubSpotError) || error instanceof HubSpotRateLimitError || isTokenRejected(error))
      throw error;
    const seen = error.outcome === 'refused' ? null : await lookAfterMark(deps, id);
    if (seen?.booking.status === 'cancelled') return seen.booking.updatedAtMs;
    // HubSpot may still carry out what it has not answered: somebody should know which booking that was.
    const perhaps = error.outcome === 'unknown' ? 'perhaps cancelled without a refund: check by hand' : 'not cancelled';
    deps.log.error(`booking ${perhaps}`, { bookingId: id, reason: error.message });
    throw new AppError('SOFT_DELETE_FAILED', 'The booking could not be cancelled. Please try again.', { cause: error });
  }
}

async function lookAfterMark(deps: Deps, id: string): Promise<BookingWithLinks | null> {
  try {
    return await readBookingWithLinks(deps, id);
  } catch (error) {
    deps.log.error('booking perhaps cancelled without a refund: check by hand', {
      bookingId: id,
      reason: String(error),
    });
    throw new AppError('SOFT_DELETE_FAILED', 'The booking could not be cancelled. Please try again.', { cause: error });
  }
}

async function examToCount(deps: Deps, examId: string): Promise<Exam | null> {
  if (examId === '') return null;
  const step = { level: 'warn', message: 'exam not read: its count was not lowered', ids: { examId } } as const;
  return orLogged(deps, step, null, async () => readExam(deps, examId));
}

async function refund(deps: Deps, contact: Contact, credit: CreditField, bookingId: string): Promise<number | null> {
  const ids = { bookingId, contactId: contact.id, credit };
  const held = contact.credits[credit];
  if (held === null) {
    deps.log.error('credit not given back, since what HubSpot holds cannot be read: set it by hand', ids);
    return null;
  }
  const amount = held + 1;
  const step = { level: 'error', message: 'credit not given back: add one by hand', ids } as const;
  return orLogged(deps, step, null, async () => {
    try {
      return (await writeCredit(deps, contact, credit, amount))[credit];
    } catch (error) {
      if (!(error instanceof CreditUncertainError)) throw error;
      deps.log.error('credit perhaps given back: set it by hand', { ...ids, amount, reason: error.message });
      return null;
    }
  });
}

async function countDown(deps: Deps, exam: Exam, bookingId: string): Promise<boolean> {
  const { id: examId, totalBookings: total, updatedAtMs } = exam;
  const stored = { examId, total, updatedAtMs };
  return deps.counts.adjust({ stored, delta: -1, change: cancelledChange(bookingId) });
}

async function note(deps: Deps, contactId: string, { id, reason }: CancelBookingInput, credit: CreditField | null) {
  const step = { level: 'warn', message: 'cancellation note not written', ids: { bookingId: id, contactId } } as const;
  return orLogged(deps, step, false, async () => {
    const facts = { Booking: id, Reason: reason ?? undefined, 'Credit given back': credit ?? 'none' };
    await writeNote(deps, contactId, 'Mock exam booking cancelled', facts);
    return true;
  });
}

/** How the failure of a step is told to the operator. */
interface Step {
  level: 'warn' | 'error';
  message: string;
  ids: Record<string, string>;
}

/** A step after the mark cannot undo it: its failure is told to the caller as `otherwise`, and to the operator. */
async function orLogged<T, F>(
  { log }: Deps,
  { level, message, ids }: Step,
  otherwise: F,
  work: () => Promise<T>,
): Promise<T | F> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof HubSpotError)) throw error;
    log[level](message, { ...ids, reason: error.message });
    return otherwise;
  }
}
