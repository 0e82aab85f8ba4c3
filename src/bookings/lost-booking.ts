import { sleep } from '../time/clock.ts';
import type { LostCreate } from '../consistency/lost-creates.ts';
import { currentContext, waitingFor } from '../request/context.ts';
import type { Deps } from '../wiring/deps.ts';
import { AppError } from '../contract/errors.ts';
import { requireComplete } from '../hubspot/batch.ts';
import { HubSpotError } from '../hubspot/errors.ts';
import { type Booking, BOOKING_PROPERTIES, creditOfToken, toBooking } from '../records/booking.ts';
import type { CreditField } from '../records/contact.ts';
import { undoBooking } from './undo.ts';

/** HubSpot shows an association up to 3 s late: one look proves nothing, so there are several. */
const LOOK_AFTER_MS = [0, 1000, 2000, 4000];
/** Later looks, after the student was told that the booking failed. */
const LOOK_LATER_MS = [5000, 10_000, 25_000];
/** So long after the answer was lost its absence still proves nothing. */
const MAY_STILL_APPEAR_MS = 10_000;

type Trace = Pick<LostCreate, 'contactId' | 'bookingId' | 'knownIds'>;

/** A lost booking, looked for until the request's deadline; null when it did not appear. */
export async function lookForBooking(deps: Deps, trace: Trace): Promise<Booking | null> {
  const deadlineAt = currentContext()?.deadlineAt ?? Infinity;
  for (const delayMs of LOOK_AFTER_MS) {
    if (deps.clock.monotonicMs() + delayMs >= deadlineAt) return null;
    await waitingFor(deps.clock, 'confirmation', async () => sleep(deps.clock, delayMs));
    const found = await lookOnce(deps, trace);
    if (found && found !== 'failed') return found;
  }
  return null;
}

/** One look. One that fails has seen nothing, not even that there is nothing: the next one makes up for it. */
async function lookOnce(deps: Deps, trace: Trace): Promise<Booking | null | 'failed'> {
  try {
    return await findNewBooking(deps, trace);
  } catch (error) {
    if (!(error instanceof HubSpotError)) throw error;
    deps.log.warn('search for a lost booking failed', { contactId: trace.contactId, reason: error.message });
    return 'failed';
  }
}

/** The one booking of the contact that is new and carries the `booking_id`; two of them cannot be told apart. */
async function findNewBooking(deps: Deps, { contactId, bookingId, knownIds }: Trace): Promise<Booking | null> {
  const { contacts, bookings } = deps.config.objectTypes;
  const links = requireComplete(await deps.hubspot.batchGetAssociations(contacts, [contactId], bookings));
  const newIds = (links.get(contactId) ?? []).filter((id) => !knownIds.has(id));
  const records = requireComplete(await deps.hubspot.batchReadObjects(bookings, newIds, BOOKING_PROPERTIES));
  const fitting = [...records.values()]
    .map((record) => toBooking(record, deps.recordContext))
    .filter((booking) => booking.bookingId === bookingId && booking.status !== 'cancelled');
  const [only] = fitting;
  return only && fitting.length === 1 ? only : null;
}

/** Keeps the seat and goes on looking after the answer: a booking that appears is archived, since it was refused. */
export function watchLostCreate(deps: Deps, lost: LostCreate): void {
  deps.lostCreates.add(lost);
  deps.log.warn('no answer to a booking create: searching for it', idsOf(lost));
  deps.background('lost booking', async () => {
    let last: LaterLook = 'unseen';
    for (const delayMs of LOOK_LATER_MS) {
      await sleep(deps.clock, delayMs);
      last = await settleLater(deps, lost);
      if (last === 'settled') return;
    }
    if (last === 'unseen') deps.log.error('a booking may exist without payment: check by hand', idsOf(lost));
    await forget(deps, lost);
  });
}

/** `absent`: HubSpot does not show it. `unseen`: HubSpot did not tell. */
type LaterLook = 'settled' | 'absent' | 'unseen';

/** A student who is busy meanwhile settles it by what they do, or leaves it for the next look. */
async function settleLater(deps: Deps, lost: LostCreate): Promise<LaterLook> {
  try {
    return await deps.locks.withLock(lost.studentId, async () => {
      if (deps.lostCreates.get(lost.contactId) !== lost) return 'settled';
      const found = await lookOnce(deps, lost);
      if (found === null) return 'absent';
      if (found === 'failed') return 'unseen';
      await giveUp(deps, lost, found.id);
      return 'settled';
    });
  } catch (error) {
    if (error instanceof AppError) return 'unseen';
    throw error;
  }
}

function idsOf({ contactId, examId }: LostCreate) {
  return { contactId, examId };
}

async function giveUp(deps: Deps, lost: LostCreate, recordId: string): Promise<void> {
  deps.log.warn('a booking that was refused appeared after all', { bookingId: recordId, contactId: lost.contactId });
  await undoBooking(deps, { bookingId: recordId, contactId: lost.contactId, examId: lost.examId });
  await forget(deps, lost);
}

async function forget(deps: Deps, lost: LostCreate): Promise<void> {
  deps.lostCreates.remove(lost);
  await deps.reservations.release(lost.reservationId);
}

/** A booking that an earlier request of the same student made without learning of it. */
export interface AdoptedBooking {
  booking: Booking;
  reservationId: string;
  /** To be removed from the lost creates once the booking is somebody's. */
  lost: LostCreate;
}

/** What a booking must be like to be the one that is asked for. */
export interface WantedBooking {
  examId: string;
  bookingId: string;
  payment: CreditField | null;
}

/**
 * Settles what an earlier request of this student left open, before a new one is decided. A booking that is just what is
 * wanted now is adopted, any other is archived.
 * @throws {AppError} `HUBSPOT_UNAVAILABLE` while it may still appear: a second booking must not be made beside it.
 */
export async function settleLostCreate(
  deps: Deps,
  contactId: string,
  wanted: WantedBooking,
): Promise<AdoptedBooking | null> {
  const lost = deps.lostCreates.get(contactId);
  if (!lost) return null;
  const booking = await findNewBooking(deps, lost);
  if (booking && isWanted(booking, lost, wanted)) return { booking, reservationId: lost.reservationId, lost };
  if (booking) await giveUp(deps, lost, booking.id);
  else if (deps.clock.monotonicMs() - lost.lostAtMs < MAY_STILL_APPEAR_MS) {
    const message = 'Your last booking is still being checked. Please try again in a moment.';
    throw new AppError('HUBSPOT_UNAVAILABLE', message, { retryAfterSeconds: 5 });
  } else await forget(deps, lost);
  return null;
}

function isWanted(booking: Booking, lost: LostCreate, { examId, bookingId, payment }: WantedBooking): boolean {
  const samePayment = payment !== null && creditOfToken(booking.tokenUsed) === payment;
  return lost.examId === examId && booking.bookingId === bookingId && samePayment;
}

/**
 * Gives up a lost booking that turned up, before anything else is done to it. No credit was ever taken for it.
 * @returns whether `recordId` is such a booking.
 */
export async function giveUpIfLost(deps: Deps, contactId: string, { id, bookingId }: Booking): Promise<boolean> {
  const lost = deps.lostCreates.get(contactId);
  if (!lost || lost.bookingId !== bookingId || lost.knownIds.has(id)) return false;
  await giveUp(deps, lost, id);
  return true;
}
