import { type Pursuit, UnclearError } from '../consistency/pursuit.ts';
import { HubSpotApiError, HubSpotError } from '../hubspot/errors.ts';
import { findNewBookings, readBookingByKey } from '../reads/bookings.ts';
import { bookingKeyProperty } from '../reads/optional-properties.ts';
import type { Booking } from '../records/booking.ts';
import {
  BOOKING_IDENTITY,
  type NewBooking,
  newBookingToProperties,
  numberOfKey,
  toAttendingLocation,
  toBookingKey,
  toMadeBooking,
} from '../records/new-booking.ts';
import { leavingBy } from '../request/context.ts';
import type { Deps } from '../wiring/deps.ts';
import { duplicateBooking, type Order } from './approve.ts';
import { bookingIdOf } from './create-input.ts';

/** With a key, a booking that was made is found by it, and making it twice is refused by HubSpot itself. */
interface Key {
  property: string;
  value: string;
}

/** So many bookings of a day and type may have been cancelled elsewhere without being listed yet. */
const MAX_NUMBERS = 5;

/**
 * Makes the booking in HubSpot. Without a key, a create whose answer is lost is looked for and never repeated.
 * @param leaveBy when the create leaves no more, in milliseconds of the monotonic clock.
 * @throws {AppError | HubSpotError} when it was not made and will not be.
 * @throws {UnclearError} when that could not be found out in time.
 */
export async function placeBooking(deps: Deps, order: Order, leaveBy: number, pursuit: Pursuit): Promise<Booking> {
  const property = await bookingKeyProperty(deps);
  const first =
    1 +
    Math.max(0, ...order.others.filter((other) => isSame(order, other)).map(({ booking }) => numberOfKey(booking.key)));
  for (let number = first; number < first + MAX_NUMBERS; number += 1) {
    const key = property === null ? null : { property, value: toBookingKey(order.contact.id, order.exam, number) };
    try {
      return await leavingBy(leaveBy, async () => create(deps, order, pursuit, key));
    } catch (error) {
      if (error instanceof HubSpotError && error.outcome === 'unknown') {
        const found = await pursue(deps, order, pursuit, key, error);
        if (found.status !== 'cancelled') return found;
        // The key belongs to an earlier booking that was cancelled: HubSpot has refused the create.
        continue;
      }
      if (!isTaken(error)) throw error;
      const holder = key && (await readBookingByKey(deps, key.property, key.value));
      if (!holder || holder.status !== 'cancelled') throw duplicateBooking();
    }
  }
  throw duplicateBooking();
}

function isSame({ exam }: Order, { facts }: Order['others'][number]): boolean {
  return facts.mockType === exam.mockType && facts.examDate === exam.examDate;
}

async function create(deps: Deps, order: Order, pursuit: Pursuit, key: Key | null): Promise<Booking> {
  const { input, contact, exam, payment } = order;
  const { bookings, contacts, mockExams } = deps.config.objectTypes;
  const booking: NewBooking = {
    bookingId: bookingIdOf(input),
    name: input.name,
    email: input.email,
    credit: payment,
    dominantHand: input.dominant_hand,
    attendingLocation: input.attending_location ?? toAttendingLocation(exam.location),
  };
  const keyed = key === null ? {} : { [key.property]: key.value };
  const properties = { ...newBookingToProperties(booking), ...keyed };
  const associations = [
    { to: contacts, id: contact.id },
    { to: mockExams, id: exam.id },
  ];
  const made = { properties, associations, identity: BOOKING_IDENTITY };
  const record = await deps.hubspot.createObject(bookings, made, { mayLeave: () => pursuit.mayWrite() });
  return toMadeBooking({ ...booking, key: key?.value ?? null }, record, exam);
}

/** Looks for a booking whose create was not answered. */
async function pursue(
  deps: Deps,
  order: Order,
  pursuit: Pursuit,
  key: Key | null,
  lost: HubSpotError,
): Promise<Booking> {
  const ids = { contactId: order.contact.id, examId: order.exam.id };
  deps.log.warn('no answer to the create of a booking: looking for it', { ...ids, reason: lost.message });
  for await (const isLast of pursuit.looks()) {
    const found = await orLogged(deps, ids, async () =>
      key ? findOrMake(deps, order, pursuit, key) : findLost(deps, order),
    );
    if (found) return found;
    // What HubSpot has not shown by now it has not made; what it has not told is another matter.
    if (isLast && !key && found === null) throw lost;
  }
  throw new UnclearError('the create of a booking was not answered');
}

/** A look that fails has shown nothing, not even that there is nothing: undefined. */
async function orLogged<T>(deps: Deps, ids: Record<string, string>, look: () => Promise<T>): Promise<T | undefined> {
  try {
    return await look();
  } catch (error) {
    if (!(error instanceof HubSpotError)) throw error;
    deps.log.warn('look for a booking failed', { ...ids, reason: error.message });
    return undefined;
  }
}

/** Null for none. Two that fit cannot be told apart, so nothing is known: undefined. */
async function findLost(deps: Deps, { contact, debt }: Order): Promise<Booking | null | undefined> {
  const found = await findNewBookings(deps, contact.id, new Set(contact.bookingIds));
  const fitting = found.filter(
    ({ bookingId, status }) => deps.seal(bookingId) === debt.bookingName && status !== 'cancelled',
  );
  const [only = null] = fitting;
  return fitting.length > 1 ? undefined : only;
}

async function findOrMake(deps: Deps, order: Order, pursuit: Pursuit, key: Key): Promise<Booking> {
  const found = await readBookingByKey(deps, key.property, key.value);
  if (found) return found;
  try {
    return await create(deps, order, pursuit, key);
  } catch (error) {
    // The first create was carried out in between.
    const late = isTaken(error) ? await readBookingByKey(deps, key.property, key.value) : null;
    if (late) return late;
    throw error;
  }
}

/** Somebody has that unique value: 409, 400 with that code, or 400 with that text [seen]. */
function isTaken(error: unknown): boolean {
  if (!(error instanceof HubSpotApiError)) return false;
  return (
    error.status === 409 ||
    error.codes.includes('CONFLICTING_UNIQUE_VALUE') ||
    error.messageMatch(/already has that value/i) !== null
  );
}
