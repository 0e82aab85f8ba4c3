import type { Debt } from '../consistency/debts.ts';
import { type Pursuit, UnclearError } from '../consistency/pursuit.ts';
import type { Turn } from '../consistency/turn.ts';
import type { Reading } from '../cache/entry-store.ts';
import { CreditChange } from '../credits/credit-change.ts';
import { AppError } from '../contract/errors.ts';
import { HubSpotError } from '../hubspot/errors.ts';
import { type SeenContact, seeContactByEmail } from '../reads/contact.ts';
import { bookingKeyProperty } from '../reads/optional-properties.ts';
import { noteMade, noteUndone, writeThroughBooking } from '../reads/write-through.ts';
import { type Booking, cancelledToProperties } from '../records/booking.ts';
import type { Contact } from '../records/contact.ts';
import type { Deps } from '../wiring/deps.ts';
import type { Order } from './approve.ts';
import { confirmBooking } from './confirm.ts';
import { noteBooked } from './notes.ts';
import { placeBooking } from './place.ts';
import { refundLateCancelling } from './settle-cancelling.ts';

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
    if (placed) await completeBooking(deps, order, pursuit, { ...placed, turn });
  } catch (error) {
    deps.log.error('booking left unfinished: check it', { ...idsOf(order), reason: String(error) });
    await deps.debts.end(debt, 'partly', error);
    throw error;
  } finally {
    turn.release();
  }
}

function idsOf({ debt, contact, exam }: Order) {
  return { bookingId: debt.bookingId ?? 'unknown', contactId: contact.id, examId: exam.id };
}

interface Placed {
  booking: Booking;
  /** The contact as it was read last: the credit is computed from it. */
  seen: SeenContact | null;
}

/** Null when the booking was not made; the debt has then ended. */
async function place(deps: Deps, order: BegunOrder, pursuit: Pursuit): Promise<Placed | null> {
  try {
    const [booking, seen] = await Promise.all([
      placeAndNote(deps, order, pursuit),
      deps.config.confirmBookings ? null : seeBeside(deps, order),
    ]);
    return { booking, seen };
  } catch (error) {
    const isUnclear = error instanceof UnclearError;
    if (!isUnclear && !(error instanceof HubSpotError) && !(error instanceof AppError)) throw error;
    if (isUnclear) deps.log.error('a booking may exist without payment: check it', idsOf(order));
    await deps.debts.end(order.debt, isUnclear ? 'partly' : 'nothing', error);
    return null;
  }
}

/** From here on the student may be told of the booking, unless it has to be confirmed first. */
async function placeAndNote(deps: Deps, order: BegunOrder, pursuit: Pursuit): Promise<Booking> {
  const { debt, exam, leaveBy } = order;
  const booking = await placeBooking(deps, order, leaveBy, pursuit);
  await noteMade(deps, debt, booking, exam);
  if (!deps.config.confirmBookings) await toCrediting(deps, debt);
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
async function seeBeside(deps: Deps, { seen, input }: Order): Promise<SeenContact | null> {
  if (seen.isFresh(USUAL_CREATE_MS)) return seen;
  const { id: contactId } = seen.contact;
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

async function completeBooking(
  deps: Deps,
  order: BegunOrder,
  pursuit: Pursuit,
  { booking, turn, ...placed }: Placed & { turn: Turn },
): Promise<void> {
  const { debt, payment } = order;
  const change = new CreditChange(deps, pursuit, { credit: payment, delta: -1, bookingId: booking.id, origin: null });
  let startedAtMs = deps.clock.monotonicMs();
  try {
    let { seen } = placed;
    if (deps.config.confirmBookings) {
      seen = await confirmBooking(deps, order, pursuit, booking.id);
      await toCrediting(deps, debt);
    }
    startedAtMs = deps.clock.monotonicMs();
    await change.settle(seen);
  } catch (error) {
    return giveUp(deps, order, pursuit, error);
  }
  const isSlow = debt.copies.length > 0 || deps.clock.monotonicMs() - startedAtMs > SLOW_PAYMENT_MS;
  const { others, reading, exam, contact } = order;
  writeThroughBooking(deps, contact.id, { others, reading }, { booking, facts: exam });
  await deps.debts.end(debt, 'whole');
  noteBooked(deps, order);
  if (isSlow) await refundLateCancelling(deps, debt, await paidContact(deps, order), turn);
  await change.watch();
}

/** The contact as it is known to be once the credit was taken. */
async function paidContact({ journal }: Deps, { contact }: Order): Promise<Contact> {
  return { ...contact, ...(await journal.creditsOf(contact.id)) };
}

/** What to do with a booking that is not paid. */
async function giveUp(deps: Deps, order: BegunOrder, pursuit: Pursuit, error: unknown): Promise<void> {
  const { debt } = order;
  if (await isCancelledHere(deps, debt.bookingId ?? '')) return deps.debts.end(debt, 'nothing', error);
  if (error instanceof UnclearError || debt.told !== 'no') {
    const what = error instanceof UnclearError ? 'may not be paid' : 'is not paid';
    deps.log.error(`a booking ${what}: check its credit`, {
      ...idsOf(order),
      credit: debt.credit,
      reason: String(error),
    });
    return deps.debts.end(debt, 'partly', error);
  }
  debt.stage = 'undoing';
  await deps.debts.save(debt);
  if (await undo(deps, order, pursuit)) return deps.debts.end(debt, 'nothing', error);
  deps.log.error('a booking that is not paid could not be undone: check it', idsOf(order));
  return deps.debts.end(debt, 'partly', error);
}

/** Whether the student cancelled it meanwhile through this instance. */
async function isCancelledHere(deps: Deps, bookingId: string): Promise<boolean> {
  const debts = await deps.debts.ofBooking(bookingId);
  return debts.some(({ kind, stage }) => kind === 'cancelling' && stage === 'crediting');
}

/** @returns whether it is undone. */
async function undo(deps: Deps, order: Order, pursuit: Pursuit): Promise<boolean> {
  const { bookings } = deps.config.objectTypes;
  const ids = idsOf(order);
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
