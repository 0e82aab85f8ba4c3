import type { Debt } from '../consistency/debts.ts';
import { type Pursuit, TakenOverError, UnclearError } from '../consistency/pursuit.ts';
import type { Turn } from '../consistency/turn.ts';
import type { Reading } from '../cache/entry-store.ts';
import { CreditChange } from '../credits/credit-change.ts';
import { AppError } from '../contract/errors.ts';
import { HubSpotError } from '../hubspot/errors.ts';
import { type SeenContact, seeContactByEmail, seeStudent } from '../reads/contact.ts';
import { bookingKeyProperty } from '../reads/optional-properties.ts';
import { noteMade, noteUndone, writeThroughBooking } from '../reads/write-through.ts';
import { type Booking, cancelledToProperties } from '../records/booking.ts';
import type { Student } from '../records/contact.ts';
import type { Deps } from '../wiring/deps.ts';
import type { Order } from './approve.ts';
import { confirmBooking, type UnconfirmedBooking } from './confirm.ts';
import { noteBooked } from './notes.ts';
import { idsOf, leaveUnfinished } from './leave-unfinished.ts';
import { placeBooking } from './place.ts';
import { refundLateCancelling } from './settle-cancelling.ts';

/** A booking that was made, of which the rest is owed. */
export interface OwedBooking extends UnconfirmedBooking {
  /** The contact as it was read last, if it was: the credit is computed from it. */
  seen: SeenContact | null;
  /** Once it is paid. */
  done: () => void;
}

/** An order on its way. */
export interface BegunOrder extends Order {
  /** Begun before anything was read for it. */
  reading: Reading;
  /** When its create leaves no more, in milliseconds of the monotonic clock. */
  leaveBy: number;
}

/** A create takes less than this, in milliseconds, unless HubSpot is slow. */
const USUAL_CREATE_MS = 1000;
/** A payment that took longer than this may have missed that the booking was cancelled meanwhile, in milliseconds. */
const SLOW_PAYMENT_MS = 2000;

/**
 * Carries a booking to its end: makes it, confirms it where other instances may sell the same seats, and takes the credit.
 * It is undone only when the credit certainly cannot be taken, and never after the student was told that it is booked.
 * @param turn the student's turn, which is held.
 */
export async function settleBooking(deps: Deps, order: BegunOrder, turn: Turn): Promise<void> {
  const { debt } = order;
  const pursuit = deps.pursue(debt, turn);
  try {
    const placed = await place(deps, order, pursuit);
    if (placed) await completeBooking(deps, toOwed(deps, order, placed), pursuit, turn);
  } catch (error) {
    await leaveUnfinished(deps, debt, error);
  } finally {
    turn.release();
  }
}

type Placed = Pick<OwedBooking, 'booking' | 'seen'>;

function toOwed(deps: Deps, order: BegunOrder, { booking, seen }: Placed): OwedBooking {
  const { debt, exam, contact, others, reading, input } = order;
  const done = () => {
    writeThroughBooking(deps, contact.id, { others, reading }, { booking, facts: exam });
    noteBooked(deps, { input, contact, exam, booking });
  };
  return { debt, booking, exam, contact, seen, seeStudent: async () => seeStudent(deps, input.email), done };
}

/** Null when the booking was not made; the debt has then ended. */
async function place(deps: Deps, order: BegunOrder, pursuit: Pursuit): Promise<Placed | null> {
  try {
    const [booking, seen] = await Promise.all([
      placeAndNote(deps, order, pursuit),
      order.debt.assurance === 'certain' ? seeBeside(deps, order) : null,
    ]);
    return { booking, seen };
  } catch (error) {
    const isUnclear = error instanceof UnclearError;
    if (!isUnclear && !(error instanceof HubSpotError) && !(error instanceof AppError)) throw error;
    if (isUnclear) deps.log.error('a booking may exist without payment: check it', idsOf(order.debt));
    await deps.debts.end(order.debt, isUnclear ? 'partly' : 'nothing', error);
    return null;
  }
}

/** From here on the student may be told of the booking, unless it has to be confirmed first. */
async function placeAndNote(deps: Deps, order: BegunOrder, pursuit: Pursuit): Promise<Booking> {
  const { debt, exam, leaveBy } = order;
  const booking = await placeBooking(deps, order, leaveBy, pursuit);
  await noteMade(deps, debt, booking, exam);
  if (debt.assurance === 'certain') await toCrediting(deps, debt);
  return booking;
}

async function toCrediting({ debts }: Deps, debt: Debt): Promise<void> {
  debt.stage = 'crediting';
  await debts.save(debt);
}

/**
 * The contact as it was read to decide or, where that will be too old by then, as it is read beside the create. That must
 * not make the create fail: the contact is read again after it.
 */
async function seeBeside(deps: Deps, { seen, contact, input }: Order): Promise<SeenContact | null> {
  if (seen?.isFresh(USUAL_CREATE_MS)) return seen;
  const { id: contactId } = contact;
  try {
    // By e-mail, so that it travels with those who sign in.
    const beside = await seeContactByEmail(deps, input.email);
    return beside?.contact.id === contactId ? beside : null;
  } catch (error) {
    if (!(error instanceof HubSpotError)) throw error;
    deps.log.warn('contact not read beside a create', { contactId, reason: error.message });
    return null;
  }
}

/** Confirms a booking that was made, where it has to be, and takes the credit. @param turn the student's, held. */
export async function completeBooking(deps: Deps, owed: OwedBooking, pursuit: Pursuit, turn: Turn): Promise<void> {
  const { debt, booking } = owed;
  const { credit } = debt;
  if (credit === null) throw new Error('a booking without a price');
  const change = new CreditChange(deps, pursuit, { credit, delta: -1, bookingId: booking.id, origin: null });
  let startedAtMs = deps.clock.monotonicMs();
  try {
    let { seen } = owed;
    if (debt.stage !== 'crediting') {
      seen = await confirmBooking(deps, owed, pursuit);
      await toCrediting(deps, debt);
    }
    startedAtMs = deps.clock.monotonicMs();
    await change.settle(seen);
  } catch (error) {
    if (error instanceof TakenOverError) throw error;
    return giveUp(deps, debt, pursuit, error);
  }
  const isSlow = debt.copies.length > 0 || deps.clock.monotonicMs() - startedAtMs > SLOW_PAYMENT_MS;
  await deps.debts.end(debt, 'whole');
  owed.done();
  if (isSlow) await refundLateCancelling(deps, debt, await paidContact(deps, owed), turn);
  await change.watch();
}

/** The contact as it is known to be once the credit was taken. */
async function paidContact({ journal }: Deps, { contact, debt }: OwedBooking): Promise<Student> {
  return { ...contact, ...(await journal.creditsOf(debt.contactId)) };
}

/** What to do with a booking that is not paid. */
async function giveUp(deps: Deps, debt: Debt, pursuit: Pursuit, error: unknown): Promise<void> {
  await pursuit.reclaim();
  if (await isCancelledHere(deps, debt.bookingId ?? '')) return deps.debts.end(debt, 'nothing', error);
  if (error instanceof UnclearError || debt.told !== 'no') {
    const what = error instanceof UnclearError ? 'may not be paid' : 'is not paid';
    deps.log.error(`a booking ${what}: check its credit`, {
      ...idsOf(debt),
      credit: debt.credit,
      reason: String(error),
    });
    return deps.debts.end(debt, 'partly', error);
  }
  return undoBooking(deps, debt, pursuit, error);
}

/** Leaves nothing of a booking that is not paid. @param error what its student is told. */
export async function undoBooking(deps: Deps, debt: Debt, pursuit: Pursuit, error: unknown): Promise<void> {
  debt.stage = 'undoing';
  await deps.debts.saveNow(debt);
  if (await undo(deps, debt, pursuit)) return deps.debts.end(debt, 'nothing', error);
  deps.log.error('a booking that is not paid could not be undone: check it', idsOf(debt));
  return deps.debts.end(debt, 'partly', error);
}

/** Whether the student cancelled it meanwhile through this instance. */
async function isCancelledHere(deps: Deps, bookingId: string): Promise<boolean> {
  const debts = await deps.debts.ofBooking(bookingId);
  return debts.some(({ kind, stage }) => kind === 'cancelling' && stage === 'crediting');
}

/** @returns whether it is undone. */
async function undo(deps: Deps, debt: Debt, pursuit: Pursuit): Promise<boolean> {
  const { bookings } = deps.config.objectTypes;
  const ids = idsOf(debt);
  const update = { id: ids.bookingId, properties: cancelledToProperties() };
  const attempts = [
    async () => deps.hubspot.archiveObject(bookings, ids.bookingId),
    async () => deps.hubspot.updateObject(bookings, update, { repeatable: true }),
  ];
  // Nobody knows when the key of an archived booking may be used again.
  if ((await bookingKeyProperty(deps)) !== null) attempts.shift();
  for await (const _isLast of pursuit.looks()) {
    for (const attempt of attempts) {
      try {
        await attempt();
        await noteUndone(deps, ids);
        return true;
      } catch (error) {
        if (!(error instanceof HubSpotError)) throw error;
        deps.log.warn('undoing a booking failed', { ...ids, reason: error.message });
      }
    }
  }
  return false;
}
