import { requireComplete } from '../hubspot/batch.ts';
import { type BookingWithLinks, creditOfToken, PAYMENT_PROPERTIES } from '../records/booking.ts';
import { CREDIT_FIELDS, type CreditField } from '../records/contact.ts';
import { type CreditStep, readMarks, stepsSince, toCreditHistory } from '../records/credit-history.ts';
import { epochMs } from '../time/clock.ts';
import type { Deps } from '../wiring/deps.ts';
import type { ContactWithBookings, SeenContact } from './contact.ts';
import { creditMarkProperty } from './optional-properties.ts';

/** A booking and the time within which it was paid, if it was. */
interface Payable {
  id: string;
  createdAtMs: number;
}

/** Properties of a contact whose past values tell of payments. */
export async function paymentProperties(deps: Deps): Promise<string[]> {
  const mark = await creditMarkProperty(deps);
  return mark === null ? [...CREDIT_FIELDS] : [...CREDIT_FIELDS, mark];
}

/**
 * Whether HubSpot's history shows the payment of a booking: what was written along with it or, for bookings that an app
 * made, a step of the credit down by one that belongs to no other booking. Where history does not tell, or does not reach
 * back, the booking counts as paid. At most one call.
 * @param seen the contact with the past of its credits.
 */
export async function showsPayment(
  deps: Deps,
  { booking, isMadeByApp }: BookingWithLinks,
  credit: CreditField,
  { contact, history }: SeenContact<ContactWithBookings>,
): Promise<boolean> {
  const mark = await creditMarkProperty(deps);
  const marks = mark === null ? [] : readMarks(history.get(mark) ?? []);
  if (marks.some(({ bookingId, delta }) => bookingId === booking.id && delta === -1)) return true;
  const past = toCreditHistory(history.get(credit), contact.credits[credit]);
  const own = { id: booking.id, createdAtMs: epochMs(booking.createdAt) };
  if (!isMadeByApp || !stepsSince(past, own.createdAtMs)) return true;
  const payments = (stepsSince(past, past?.at(-1)?.atMs ?? 0) ?? []).filter(
    ({ delta, byApp }) => byApp && delta === -1,
  );
  const isOwn = isWithin(deps);
  if (!payments.some((step) => isOwn(own, step))) return false;
  const others = await readPayables(
    deps,
    contact.bookingIds.filter((id) => id !== booking.id),
    credit,
  );
  return match([own, ...others], payments, isOwn).has(own.id);
}

type IsOwn = (booking: Payable, step: CreditStep) => boolean;

/** A payment follows its booking, at the latest when the last write that could make it is too old to be carried out. */
function isWithin({ config }: Deps): IsOwn {
  const windowMs = config.debtDeadlineMs + config.writeHorizonMs;
  return ({ createdAtMs }, { atMs }) => atMs >= createdAtMs && atMs <= createdAtMs + windowMs;
}

/** Gives each payment to the latest booking before it that has none. @returns the ids of those that have one. */
function match(bookings: readonly Payable[], payments: readonly CreditStep[], isOwn: IsOwn): Set<string> {
  const latestFirst = bookings.toSorted((left, right) => right.createdAtMs - left.createdAtMs);
  const paid = new Set<string>();
  for (const step of payments) {
    const booking = latestFirst.find((each) => !paid.has(each.id) && isOwn(each, step));
    if (booking) paid.add(booking.id);
  }
  return paid;
}

async function readPayables(deps: Deps, ids: readonly string[], credit: CreditField): Promise<Payable[]> {
  const { bookings } = deps.config.objectTypes;
  const records = requireComplete(await deps.hubspot.batchReadObjects(bookings, ids, PAYMENT_PROPERTIES));
  return [...records.values()]
    .filter(({ properties }) => creditOfToken(properties.token_used) === credit)
    .map(({ id, createdAt }) => ({ id, createdAtMs: epochMs(createdAt) }));
}
