import { z } from 'zod';
import { type Debt, newDebt } from '../consistency/debts.ts';
import { Turn } from '../consistency/turn.ts';
import { authenticateAnew } from '../contacts/authenticate.ts';
import { AppError } from '../contract/errors.ts';
import { isPlainText, RECORD_ID, StudentLogin } from '../contract/fields.ts';
import { readBookingWithLinks } from '../reads/bookings.ts';
import type { ContactWithBookings, SeenContact } from '../reads/contact.ts';
import { readExam } from '../reads/exams.ts';
import { paymentProperties, showsPayment } from '../reads/payment.ts';
import { type BookingWithLinks, creditOfToken, statusOn } from '../records/booking.ts';
import type { ExamFacts } from '../records/exam.ts';
import { currentContext } from '../request/context.ts';
import { dayAt } from '../time/calendar.ts';
import { epochMs } from '../time/clock.ts';
import type { Deps } from '../wiring/deps.ts';
import { refuseUnsettled, requireOwner } from './owner.ts';
import { settleCancelling } from './settle-cancelling.ts';
import { stillCompleting } from './still-completing.ts';
import { requireBookingsEnabled } from './switch.ts';

const REASON = 'Reason must be a text of at most 500 characters';

export const CancelBookingInput = StudentLogin.extend({
  id: z.string().default(''),
  reason: z.string({ error: REASON }).max(500, REASON).refine(isPlainText, REASON).nullish(),
});
export type CancelBookingInput = z.infer<typeof CancelBookingInput>;

/** So long a cancelling of which the student was told only a part may be asked for again, in milliseconds. */
const REPEATABLE_MS = 5 * 60_000;

/**
 * Cancels a booking: marks it first, then gives the credit back. The answer waits for these two; what of them is still
 * open when the student's time is up is carried to its end all the same. Count and note follow.
 * @throws {AppError} `MISSING_BOOKING_ID`, `AUTH_FAILED`, `BOOKING_NOT_FOUND`, `ACCESS_DENIED`, `ALREADY_CANCELED`,
 * `BOOKING_COMPLETED`, `SOFT_DELETE_FAILED`; `HUBSPOT_UNAVAILABLE` while it is not known whether it is cancelled.
 */
export async function cancelBooking(deps: Deps, input: CancelBookingInput) {
  requireBookingsEnabled(deps);
  if (input.id === '') throw new AppError('MISSING_BOOKING_ID', 'Booking ID is required');
  if (!RECORD_ID.test(input.id)) throw new AppError('BOOKING_NOT_FOUND', 'Booking not found');
  const { debt, isJoined, bookingName } = await begin(deps, input);
  const deadlineAt = currentContext()?.deadlineAt ?? debt.deadlineAt;
  await deps.debts.ended(debt, deadlineAt - deps.clock.monotonicMs());
  if (debt.end === 'nothing') throw debt.error;
  if (debt.stage === 'writing') throw unknownYet(deps, debt);
  // Whoever cancels twice at once hears once that it is done.
  if (isJoined && debt.told === 'done') throw alreadyCancelled();
  if (debt.told === 'no') debt.told = isOpen(debt) ? 'open' : 'done';
  await deps.debts.save(debt);
  return describe(debt, bookingName, input.reason ?? null);
}

function alreadyCancelled(): AppError {
  return new AppError('ALREADY_CANCELED', 'Booking is already cancelled');
}

/** Whether a credit is still to be given back. */
function isOpen({ credit, credited, end }: Debt): boolean {
  return credit !== null && credited === null && end === null;
}

function describe(debt: Debt, bookingName: string, reason: string | null) {
  const { credit, credited } = debt;
  const restored = credit !== null && credited !== null ? { credit, after: credited.after } : null;
  return {
    booking_id: bookingName,
    status: 'cancelled',
    cancelled_at: new Date(debt.cancelledAtMs).toISOString(),
    actions_completed: {
      soft_delete: true,
      note_created: true,
      bookings_decremented: debt.examId !== '',
      credits_restored: restored !== null,
    },
    ...(restored && {
      credit_restoration: { credit_type: restored.credit, amount: 1, new_balance: restored.after[restored.credit] },
    }),
    ...(isOpen(debt) && { warnings: ['Your credit will be returned shortly'] }),
    ...(reason && { reason }),
  };
}

function unknownYet(deps: Deps, debt: Debt): AppError {
  const message =
    'Your cancellation is still being completed. Look at your bookings in a minute; trying again will not cancel twice.';
  return stillCompleting(deps, debt, message);
}

/** What a cancelling is decided on. */
interface Asked {
  seen: SeenContact<ContactWithBookings>;
  found: BookingWithLinks;
}

interface Begun {
  debt: Debt;
  isJoined: boolean;
  /** The booking's `booking_id`. */
  bookingName: string;
}

/** Decides with the student's turn held, and hands it on to the work on what is owed. */
async function begin(deps: Deps, input: CancelBookingInput): Promise<Begun> {
  const turn = new Turn(deps);
  try {
    await turn.takeLogin(input.student_id, input.email);
    const readAtMs = deps.clock.monotonicMs();
    let asked = await readAsked(deps, input);
    if (!(await turn.takeContact(asked.seen.contact.id, readAtMs))) asked = await readAsked(deps, input);
    const earlier = await findEarlier(deps, input.id);
    const { seen } = asked;
    const found = earlier ? asked.found : await requireCancellable(deps, asked);
    const wanted = newDebt(whatIsOwed(deps, asked), deps.clock.monotonicMs(), deps.config.debtDeadlineMs);
    // Two students may share a booking: its credit is given back once all the same.
    const debt = earlier ?? (await deps.debts.open(wanted));
    if (debt !== wanted) turn.release();
    else {
      const leaveBy = currentContext()?.deadlineAt ?? debt.deadlineAt;
      const task = { debt, seen, found, leaveBy, reason: input.reason ?? null };
      deps.owed('cancelling', async () => settleCancelling(deps, task, turn));
    }
    return { debt, isJoined: debt !== wanted, bookingName: found.booking.bookingId };
  } catch (error) {
    turn.release();
    throw error;
  }
}

/**
 * Reads contact and booking, side by side. Where other instances may cancel the same booking, the contact is read first:
 * as long as the booking is then still active, nothing has been given back for it yet.
 */
async function readAsked(deps: Deps, input: CancelBookingInput): Promise<Asked> {
  const student = authenticateAnew(deps, input, await paymentProperties(deps));
  if (!deps.locks.isExclusive) await student;
  const [seen, found] = await Promise.all([student, readBookingWithLinks(deps, input.id)]);
  if (!found) throw new AppError('BOOKING_NOT_FOUND', 'Booking not found');
  return { seen, found };
}

function whatIsOwed(deps: Deps, { seen, found: { booking, examIds } }: Asked) {
  const [examId = ''] = examIds;
  const credit = creditOfToken(booking.tokenUsed);
  const ids = { contactId: seen.contact.id, examId, bookingId: booking.id };
  return { kind: 'cancelling', bookingName: deps.seal(booking.bookingId), session: '', credit, ...ids } as const;
}

/** A cancelling under way, or one that is done and of which the student has not been told all yet. */
async function findEarlier(deps: Deps, bookingId: string): Promise<Debt | undefined> {
  const oldest = deps.clock.monotonicMs() - REPEATABLE_MS;
  const debts = await deps.debts.ofBooking(bookingId);
  const known = debts.findLast(({ kind, told, endedAtMs, stage, end }) => {
    const isDone = stage === 'crediting' || end === null;
    return kind === 'cancelling' && isDone && told !== 'done' && endedAtMs > oldest;
  });
  if (known) deps.debts.hurry(known);
  return known;
}

/**
 * @returns the booking with what is known of its exam.
 * @throws {AppError} unless it is this student's, is known to be whole, and is still to come.
 */
async function requireCancellable(deps: Deps, { seen, found }: Asked): Promise<BookingWithLinks> {
  const { booking } = found;
  const { contact } = seen;
  await requireOwner(deps, found, contact);
  const debts = await deps.debts.ofContact(contact.id);
  const perhaps = debts.find(
    ({ end, bookingId, bookingName }) => !end && !bookingId && bookingName === deps.seal(booking.bookingId),
  );
  if (perhaps) {
    deps.debts.hurry(perhaps);
    refuseUnsettled(Math.max(1, perhaps.nextLookAtMs - deps.clock.monotonicMs()));
  }
  if (booking.status === 'cancelled') throw alreadyCancelled();
  const examFacts = booking.examFacts ?? (await factsOf(deps, found));
  const today = dayAt(deps.clock.now(), deps.config.timeZone);
  if (statusOn(booking, examFacts?.examDate ?? null, today) === 'completed') {
    throw new AppError('BOOKING_COMPLETED', 'This exam has already taken place and can no longer be cancelled');
  }
  await requireSettled(deps, seen, found);
  return { ...found, booking: { ...booking, examFacts } };
}

async function factsOf(deps: Deps, { examIds: [examId] }: BookingWithLinks): Promise<ExamFacts | null> {
  const exam = examId === undefined ? null : await readExam(deps, examId);
  return exam?.examDate ? { ...exam, examDate: exam.examDate } : null;
}

/** A booking that another instance made a moment ago may still be undone, or wait to be paid: its payment has to show. */
async function requireSettled(deps: Deps, seen: Asked['seen'], found: BookingWithLinks): Promise<void> {
  const { clock, config } = deps;
  const credit = creditOfToken(found.booking.tokenUsed);
  const leftMs = epochMs(found.booking.createdAt) + config.debtDeadlineMs - clock.now();
  const own = await deps.debts.ofBooking(found.booking.id);
  if (leftMs <= 0 || credit === null || own.length > 0) return;
  if (!(await showsPayment(deps, found, credit, seen))) refuseUnsettled(Math.min(leftMs, config.consistencyLagMs));
}
