import { type Debt, newDebt } from '../consistency/debts.ts';
import { type Pursuit, UnclearError } from '../consistency/pursuit.ts';
import type { Turn } from '../consistency/turn.ts';
import { AppError } from '../contract/errors.ts';
import { CreditChange } from '../credits/credit-change.ts';
import type { CreditWish } from '../credits/credit-verdict.ts';
import { HubSpotError, isTokenRejected, isTransient } from '../hubspot/errors.ts';
import { readBookingWithLinks } from '../reads/bookings.ts';
import { type ContactWithBookings, type SeenContact, seeStudentById } from '../reads/contact.ts';
import { paymentProperties, showsPayment } from '../reads/payment.ts';
import { noteCancelled } from '../reads/write-through.ts';
import { type BookingWithLinks, cancelledToProperties } from '../records/booking.ts';
import type { Student } from '../records/contact.ts';
import { leavingBy } from '../request/context.ts';
import { epochMs } from '../time/clock.ts';
import type { Deps } from '../wiring/deps.ts';
import { leaveUnfinished } from './leave-unfinished.ts';
import { noteCancelling } from './notes.ts';

/** A booking that is to be cancelled. */
export interface Cancelling {
  debt: Debt;
  /** The contact as it was before the booking was seen to be active. */
  seen: SeenContact<ContactWithBookings>;
  found: BookingWithLinks;
  /** When the mark leaves no more, in milliseconds of the monotonic clock. */
  leaveBy: number;
  reason: string | null;
}

/** Carries a cancelling to its end: the mark, then the credit, if one was taken. @param turn the student's, held. */
export async function settleCancelling(deps: Deps, task: Cancelling, turn: Turn): Promise<void> {
  const { debt } = task;
  const pursuit = deps.pursue(debt, turn);
  try {
    const proof = debt.credit === null ? undefined : look(deps, debt, async () => isPaid(deps, task, pursuit));
    if (!(await mark(deps, task, pursuit))) return;
    const refund = debt.credit === null ? null : await giveBack(deps, task, pursuit, await proof);
    noteCancelling(deps, { debt, contact: task.seen.contact, booking: task.found.booking, reason: task.reason });
    if (debt.end === null) await deps.debts.end(debt, 'whole');
    await refund?.watch();
  } catch (error) {
    await leaveUnfinished(deps, debt, error);
  } finally {
    turn.release();
  }
}

function idsOf({ bookingId, contactId, examId }: Debt) {
  return { bookingId: bookingId ?? '', contactId, examId };
}

/** A look that fails has shown nothing: undefined. */
async function look<T>(deps: Deps, debt: Debt, work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof HubSpotError)) throw error;
    deps.log.warn('step of a cancelling failed', { ...idsOf(debt), reason: error.message });
    return undefined;
  }
}

/** Marks the booking as cancelled. @returns false when that was refused: the debt has then come to nothing. */
async function mark(deps: Deps, task: Cancelling, pursuit: Pursuit): Promise<boolean> {
  const { debt } = task;
  if (debt.stage === 'crediting') return true;
  try {
    debt.cancelledAtMs = await leavingBy(task.leaveBy, async () => writeMark(deps, task, pursuit));
  } catch (error) {
    if (!(error instanceof HubSpotError)) throw error;
    if (error.outcome === 'refused') {
      await deps.debts.end(debt, 'nothing', explainRefusal(deps, debt, error));
      return false;
    }
    debt.cancelledAtMs = await findMark(deps, task, pursuit);
  }
  debt.stage = 'crediting';
  await deps.debts.save(debt);
  await noteCancelled(deps, idsOf(debt), debt.cancelledAtMs);
  return true;
}

/** Resolves to HubSpot's time of it in epoch milliseconds. Writing it twice does no harm. */
async function writeMark(deps: Deps, { found: { booking } }: Cancelling, pursuit: Pursuit): Promise<number> {
  const update = { id: booking.id, properties: cancelledToProperties() };
  const mayLeave = () => pursuit.mayWrite();
  // Hardly anybody cancels at the same moment: there is no company to wait for.
  const options = { mayLeave, lingerMs: 0 };
  const { updatedAt } = await deps.hubspot.updateObject(deps.config.objectTypes.bookings, update, options);
  return epochMs(updatedAt);
}

/** Looks for a mark that was not answered, and makes it again where it is missing. */
async function findMark(deps: Deps, task: Cancelling, pursuit: Pursuit): Promise<number> {
  const { booking } = task.found;
  const lookOnce = async () => {
    const seen = await readBookingWithLinks(deps, booking.id);
    return seen?.booking.status === 'cancelled' ? seen.booking.updatedAtMs : writeMark(deps, task, pursuit);
  };
  for await (const _isLast of pursuit.looks()) {
    const markedAtMs = await look(deps, task.debt, lookOnce);
    if (markedAtMs !== undefined) return markedAtMs;
  }
  throw new UnclearError('a booking was marked as cancelled without an answer');
}

/** What the student is told when nothing was changed. */
function explainRefusal(deps: Deps, debt: Debt, error: HubSpotError): Error {
  if (isTransient(error) || isTokenRejected(error)) return error;
  deps.log.error('booking not cancelled: HubSpot refuses it', { ...idsOf(debt), reason: error.message });
  return new AppError('SOFT_DELETE_FAILED', 'The booking could not be cancelled. Please try again.', { cause: error });
}

/** Gives the credit back, if one was taken. @returns the change, or null when there is none. */
async function giveBack(
  deps: Deps,
  task: Cancelling,
  pursuit: Pursuit,
  proof: boolean | undefined,
): Promise<CreditChange | null> {
  const { debt, seen, found } = task;
  const { credit } = debt;
  if (credit === null) return null;
  if (!(proof ?? (await knowPayment(deps, task, pursuit)))) {
    debt.credit = null;
    return null;
  }
  const origin = deps.locks.isExclusive ? null : seen.contact;
  return refund(deps, pursuit, { credit, delta: 1, bookingId: found.booking.id, origin }, seen);
}

async function refund(
  deps: Deps,
  pursuit: Pursuit,
  wish: CreditWish,
  seen: SeenContact | null,
): Promise<CreditChange | null> {
  const change = new CreditChange(deps, pursuit, wish);
  try {
    await change.settle(seen);
    return change;
  } catch (error) {
    if (!(error instanceof HubSpotError) && !(error instanceof UnclearError)) throw error;
    const what = error instanceof UnclearError ? 'may not have been given back' : 'was not given back';
    deps.log.error(`the credit of a cancelled booking ${what}: check it`, { ...change.ids, reason: error.message });
    await deps.debts.end(pursuit.debt, 'partly', error);
    return null;
  }
}

/** Whether the credit was taken: by this instance, or as HubSpot's history shows; undefined while it may yet be. */
async function isPaid(deps: Deps, task: Cancelling, pursuit: Pursuit): Promise<boolean | undefined> {
  const { debt, found } = task;
  const own = await ownBooking(deps, debt);
  if (own && own.end === null) return undefined;
  if (own && own.end !== 'partly') return own.credited !== null;
  if (debt.credit === null) return true;
  const seeAgain = async () => seeStudentById(deps, debt.contactId, await paymentProperties(deps));
  const seen = pursuit.holdsStill(task.seen) ? task.seen : await seeAgain();
  if (!seen || (await showsPayment(deps, found, debt.credit, seen))) return true;
  deps.log.error('a cancelled booking shows no payment, so nothing is given back: check it', idsOf(debt));
  return false;
}

/** The debt of the booking that is being cancelled, if it was made here a short time ago. */
async function ownBooking({ debts }: Deps, { bookingId }: Debt): Promise<Debt | undefined> {
  return (await debts.ofBooking(bookingId ?? '')).find(({ kind }) => kind === 'booking');
}

/** Waits until it is known whether the booking was paid. */
async function knowPayment(deps: Deps, task: Cancelling, pursuit: Pursuit): Promise<boolean> {
  const own = await ownBooking(deps, task.debt);
  const leftMs = task.debt.deadlineAt - deps.clock.monotonicMs();
  if (own) await pursuit.giveWay(async () => deps.debts.ended(own, leftMs));
  for await (const _isLast of pursuit.looks()) {
    const paid = await look(deps, task.debt, async () => isPaid(deps, task, pursuit));
    if (paid !== undefined) return paid;
  }
  throw new UnclearError('whether a cancelled booking was paid was not told');
}

/**
 * Gives the credit of a booking back that was paid slowly and that somebody cancelled meanwhile, who cannot have seen the
 * payment.
 * @param contact as it was once the credit was taken.
 */
export async function refundLateCancelling(deps: Deps, paid: Debt, contact: Student, turn: Turn): Promise<void> {
  const { credit, bookingId } = paid;
  const debts = await deps.debts.ofBooking(bookingId ?? '');
  if (credit === null || bookingId === null || debts.some(({ kind }) => kind === 'cancelling')) return;
  const debt = newDebt({ ...paid, kind: 'cancelling' }, deps.clock.monotonicMs(), deps.config.debtDeadlineMs);
  const pursuit = deps.pursue(debt, turn);
  for await (const _isLast of pursuit.looks()) {
    const found = await look(deps, debt, async () => readBookingWithLinks(deps, bookingId));
    if (found === undefined) continue;
    if (found?.booking.status !== 'cancelled') return;
    debt.stage = 'crediting';
    if ((await deps.debts.open(debt)) !== debt) return;
    const change = await refund(deps, pursuit, { credit, delta: 1, bookingId, origin: contact }, null);
    if (debt.end === null) await deps.debts.end(debt, 'whole');
    return change?.watch();
  }
}
