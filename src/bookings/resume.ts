import type { Debt } from '../consistency/debts.ts';
import type { Pursuit } from '../consistency/pursuit.ts';
import { Turn } from '../consistency/turn.ts';
import { HubSpotError } from '../hubspot/errors.ts';
import { findNewBookings, readBookingWithLinks } from '../reads/bookings.ts';
import { seeStudentById } from '../reads/contact.ts';
import { readExam } from '../reads/exams.ts';
import { paymentProperties, showsPayment } from '../reads/payment.ts';
import { noteMade } from '../reads/write-through.ts';
import type { BookingWithLinks } from '../records/booking.ts';
import type { Deps } from '../wiring/deps.ts';
import { leaveUnfinished } from './leave-unfinished.ts';
import { noteBooked } from './notes.ts';
import { completeBooking, undoBooking } from './settle-booking.ts';
import { settleCancelling } from './settle-cancelling.ts';

/**
 * Carries on what another instance owes and did not get to: it was ended or stands still. What it had sent by then is
 * looked for, and nothing is done twice.
 */
export async function resumeDebt(deps: Deps, debt: Debt): Promise<void> {
  debt.deadlineAt = deps.clock.monotonicMs() + deps.config.debtDeadlineMs;
  const { kind, contactId, bookingId } = debt;
  deps.log.info('going on with what another instance owes', { kind, contactId, bookingId });
  const turn = new Turn(deps);
  const pursuit = deps.pursue(debt, turn);
  try {
    await turn.waitForContact(contactId);
    await pursuit.reclaim();
    if (kind === 'booking') await resumeBooking(deps, debt, pursuit, turn);
    else await resumeCancelling(deps, debt, turn);
  } catch (error) {
    await leaveUnfinished(deps, debt, error);
  } finally {
    turn.release();
  }
}

async function resumeBooking(deps: Deps, debt: Debt, pursuit: Pursuit, turn: Turn): Promise<void> {
  const found = await findBooking(deps, debt, pursuit);
  // Nobody was told of it, so nobody misses it.
  if (!found || found.booking.status === 'cancelled') return deps.debts.end(debt, 'nothing');
  if (debt.stage === 'undoing') return undoBooking(deps, debt, pursuit, undefined);
  if (await isPaid(deps, debt, found)) return deps.debts.end(debt, 'whole');
  const [exam, seen] = await Promise.all([readExam(deps, debt.examId), seeStudentById(deps, debt.contactId)]);
  if (!exam?.examDate || !seen) throw new Error('the exam or the contact of a booking is gone');
  const dated = { ...exam, examDate: exam.examDate };
  if (debt.bookingId === null) await noteMade(deps, debt, found.booking, dated);
  // Whether it had its seat for sure is not known here.
  if (debt.stage !== 'crediting') debt.assurance = deps.config.sharedAssurance.alone;
  const { booking } = found;
  const owed = {
    debt,
    booking,
    exam: dated,
    contact: { ...seen.contact, bookingIds: [] },
    seen: null,
    seeStudent: async () => seeStudentById(deps, debt.contactId),
    done: () => noteBooked(deps, { booking, contact: seen.contact, exam: dated, input: booking }),
  };
  await completeBooking(deps, owed, pursuit, turn);
}

/** Null once it is certain that it was not made. */
async function findBooking(deps: Deps, debt: Debt, pursuit: Pursuit): Promise<BookingWithLinks | null> {
  for await (const isLast of pursuit.looks()) {
    try {
      const id = debt.bookingId ?? (await findLostBooking(deps, debt));
      if (id !== null) return await readBookingWithLinks(deps, id);
      if (isLast) return null;
    } catch (error) {
      if (!(error instanceof HubSpotError)) throw error;
      const { contactId, examId } = debt;
      deps.log.warn('look for a booking failed', { contactId, examId, reason: error.message });
    }
  }
  throw new Error('a booking may exist without payment');
}

async function findLostBooking(deps: Deps, { contactId, bookingName }: Debt): Promise<string | null> {
  const bookings = await findNewBookings(deps, contactId, new Set());
  const fitting = bookings.filter(({ bookingId, holdsSeat }) => holdsSeat && deps.seal(bookingId) === bookingName);
  return fitting.toSorted((left, right) => left.updatedAtMs - right.updatedAtMs).at(-1)?.id ?? null;
}

/** What was sent and not answered is known of the debt; what is not known of it shows in history. */
async function isPaid(deps: Deps, { stage, copies, credited, contactId, credit }: Debt, found: BookingWithLinks) {
  if (credited !== null) return true;
  if (stage !== 'crediting' || copies.length > 0 || credit === null) return false;
  const seen = await seeStudentById(deps, contactId, await paymentProperties(deps));
  return seen !== null && showsPayment(deps, found, credit, seen);
}

async function resumeCancelling(deps: Deps, debt: Debt, turn: Turn): Promise<void> {
  const seen = await seeStudentById(deps, debt.contactId, await paymentProperties(deps));
  const found = await readBookingWithLinks(deps, debt.bookingId ?? '');
  if (!seen || !found) throw new Error('the contact or the booking of a cancelling is gone');
  if (debt.stage === 'writing' && found.booking.status === 'cancelled') {
    debt.stage = 'crediting';
    debt.cancelledAtMs = found.booking.updatedAtMs;
  }
  await settleCancelling(deps, { debt, seen, found, leaveBy: debt.deadlineAt, reason: null }, turn);
}
