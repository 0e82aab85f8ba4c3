import { bookingDetailsKey, bookingKey, bookingListKey, contactByEmailKey, contactKey, tags } from '../cache/keys.ts';
import type { Reading } from '../cache/entry-store.ts';
import type { Debt } from '../consistency/debts.ts';
import { cancelledChange, madeChange } from '../consistency/seats-taken.ts';
import { epochMs } from '../time/clock.ts';
import type { Deps } from '../wiring/deps.ts';
import { deriveSharedCount } from './shared-count.ts';
import { asCancelled, type Booking, type BookingWithExam } from '../records/booking.ts';
import type { Contact, HeldCredits } from '../records/contact.ts';
import type { ExamFacts } from '../records/exam.ts';

/**
 * What this API writes it also writes into the cache: dropping and reloading would bring the old value back, since
 * HubSpot shows it late. Seats need nothing here, the journal is counted over them at every look.
 */

/** A contact's credits as they were just written, `updatedAtMs` by HubSpot's clock. */
export async function writeThroughCredits(
  deps: Deps,
  contact: Contact,
  credits: HeldCredits,
  updatedAtMs: number,
): Promise<void> {
  await deps.journal.creditsWritten(contact.id, { credits, updatedAtMs });
  const { id, studentId, email, firstName, lastName } = contact;
  deps.cache.set(contactByEmailKey(email.toLowerCase()), { contactId: id });
  deps.cache.set(contactKey(id), { id, studentId, email, firstName, lastName, credits, updatedAtMs });
}

/** A contact's bookings as they were read by whoever books. */
export interface OtherBookings {
  others: readonly BookingWithExam[];
  /** Begun before they were read. */
  reading: Reading;
}

/** A contact's list with the booking just made; none when something about the others has changed meanwhile. */
export function writeThroughBooking(
  deps: Deps,
  contactId: string,
  { others, reading }: OtherBookings,
  made: { booking: Booking; facts: ExamFacts },
): void {
  deps.cache.set(bookingListKey(contactId), [...others, { ...made, exam: undefined }], reading);
}

/** Whose booking it is, and of which exam. */
export interface BookingIds {
  /** HubSpot record id. */
  bookingId: string;
  contactId: string;
  examId: string;
}

/** A booking just made, which holds a seat from now on: the journal's entry and the count in one step. */
export async function noteMade(deps: Deps, debt: Debt, booking: Booking, facts: ExamFacts): Promise<void> {
  const ids = { bookingId: booking.id, contactId: debt.contactId, examId: debt.examId };
  const noted = deps.debts.made(debt, { ...ids, facts, madeAtMs: epochMs(booking.createdAt) });
  count(deps, debt.examId, madeChange(booking.id), 1);
  await noted;
}

function count(deps: Deps, examId: string, name: string, delta: 1 | -1): void {
  deps.counts.adjust(examId, name, delta, async () => deriveSharedCount(deps, examId));
}

/** A booking just taken back. */
export async function noteUndone(deps: Deps, { bookingId, contactId, examId }: BookingIds): Promise<void> {
  const noted = deps.journal.bookingUndone(bookingId);
  count(deps, examId, cancelledChange(bookingId), -1);
  deps.cache.invalidate([tags.booking(bookingId), tags.contactBookings(contactId)]);
  await noted;
}

/** A booking just cancelled, `cancelledAtMs` by HubSpot's clock, also in what is cached of it. */
export async function noteCancelled(deps: Deps, ids: BookingIds, cancelledAtMs: number): Promise<void> {
  const { bookingId, contactId, examId } = ids;
  const noted = deps.journal.bookingCancelled({ ...ids, cancelledAtMs });
  if (examId !== '') count(deps, examId, cancelledChange(bookingId), -1);
  deps.cache.patch(bookingKey(bookingId), (booking) => booking && asCancelled(booking));
  deps.cache.patch(bookingDetailsKey(bookingId), (found) => found && { ...found, booking: asCancelled(found.booking) });
  deps.cache.patch(bookingListKey(contactId), (list) =>
    list.map((entry) => (entry.booking.id === bookingId ? { ...entry, booking: asCancelled(entry.booking) } : entry)),
  );
  await noted;
}
