import { promised } from '../consistency/debts.ts';
import type { BookingSide, JournalEntry } from '../consistency/journal.ts';
import { changesIn, seatsTaken } from '../consistency/seats-taken.ts';
import { asCancelled, type Booking, type BookingSeat, type BookingWithLinks } from '../records/booking.ts';
import type { Student } from '../records/contact.ts';
import type { Exam } from '../records/exam.ts';
import type { Deps } from '../wiring/deps.ts';

/*
 * HubSpot shows what this API wrote seconds late. Here the journal of our own writes is laid over what HubSpot says, for
 * every read whose answer is shown or decided on.
 */

/** The contact with the credits written here last, unless HubSpot's record is younger. */
export async function overlayContact<C extends Student>(deps: Deps, contact: C): Promise<C> {
  const written = await deps.journal.creditsOf(contact.id);
  return written && contact.updatedAtMs < written.updatedAtMs ? { ...contact, credits: written.credits } : contact;
}

/** The contact with the credits that it has once all that is owed is done. */
export async function overlayPromises<C extends Student>(deps: Deps, contact: C): Promise<C> {
  const debts = await deps.debts.ofContact(contact.id);
  return debts.length === 0 ? contact : { ...contact, credits: promised(debts, contact.credits) };
}

/** The bookings HubSpot has just linked to a contact or an exam, with those made here, without those undone here. */
export async function overlayBookingIds(
  deps: Deps,
  [side, id]: [side: BookingSide, id: string],
  linked: readonly string[],
): Promise<string[]> {
  await deps.journal.linksRead(side, id, linked);
  return withOwnBookings(deps, [side, id], linked);
}

/** The same for links that were read a moment ago, of which the journal knows already. */
export async function withOwnBookings(
  deps: Deps,
  [side, id]: [side: BookingSide, id: string],
  linked: readonly string[],
): Promise<string[]> {
  const entries = await entriesOf(deps, side, id);
  const made = entries.flatMap((entry) => (entry.made && !entry.lost.has(side) ? entry.bookingId : []));
  const undone = new Set(entries.flatMap((entry) => (entry.undone ? entry.bookingId : [])));
  return [...new Set([...linked, ...made])].filter((bookingId) => !undone.has(bookingId));
}

async function entriesOf({ journal }: Deps, side: BookingSide, id: string): Promise<JournalEntry[]> {
  return side === 'contact' ? journal.entriesOfContact(id) : ((await journal.entriesOfExams([id])).get(id) ?? []);
}

/** A contact's bookings as they were cancelled here, with the exam facts that HubSpot has not rolled up yet. */
export async function overlayBookings(deps: Deps, contactId: string, bookings: readonly Booking[]): Promise<Booking[]> {
  const entries = new Map((await deps.journal.entriesOfContact(contactId)).map((entry) => [entry.bookingId, entry]));
  const changedAtMs = await deps.journal.examsChangedAtMs();
  // Just after an exam has changed, its bookings may still carry the old facts: then the exam itself is read.
  const rollupsLate = deps.clock.monotonicMs() - changedAtMs < deps.config.consistencyLagMs;
  return bookings.map((booking) => {
    const entry = entries.get(booking.id);
    const rolledUp = rollupsLate ? null : booking.examFacts;
    return { ...withStatus(booking, entry), examFacts: rolledUp ?? entry?.facts ?? null };
  });
}

/** A booking as it was cancelled here, with the contact and the exam it was made for while HubSpot links none. */
export async function overlayLinks(deps: Deps, found: BookingWithLinks): Promise<BookingWithLinks> {
  const entry = await deps.journal.entryOf(found.booking.id);
  if (!entry) return found;
  const { examFacts, ...booking } = withStatus(found.booking, entry);
  return {
    ...found,
    booking: { ...booking, examFacts: examFacts ?? entry.facts },
    contactIds: orOurs(found.contactIds, entry, 'contact'),
    examIds: orOurs(found.examIds, entry, 'exam'),
  };
}

/** The exams that bookings are linked to, with those they were made for here while HubSpot links none. */
export async function overlayExamIds(
  deps: Deps,
  bookingIds: readonly string[],
  linked: ReadonlyMap<string, readonly string[]>,
): Promise<Map<string, readonly string[]>> {
  const all = bookingIds.map(async (id) => {
    const entry = await deps.journal.entryOf(id);
    const examIds = linked.get(id) ?? [];
    return [id, entry ? orOurs(examIds, entry, 'exam') : examIds] as const;
  });
  return new Map(await Promise.all(all));
}

function withStatus(booking: Booking, entry: JournalEntry | undefined): Booking {
  return (entry?.cancelledAtMs ?? 0) > booking.updatedAtMs ? asCancelled(booking) : booking;
}

/** A booking has one of each: ours is the one as long as HubSpot shows none. */
function orOurs(linked: readonly string[], entry: JournalEntry, side: BookingSide): readonly string[] {
  const ours = side === 'contact' ? entry.contactId : entry.examId;
  return linked.length > 0 || ours === '' || entry.lost.has(side) ? linked : [ours];
}

/** The exam with the count written here last, as long as HubSpot's record is older than that. */
export function overlayExam<E extends Exam>(deps: Deps, exam: E): E {
  const { id: examId, totalBookings: total, updatedAtMs } = exam;
  return { ...exam, totalBookings: deps.counts.current({ examId, total, updatedAtMs }) };
}

/** The seats taken of one exam. */
export interface TakenSeats {
  total: number;
  /** Our own changes that are in it. */
  changes: readonly string[];
  /** When the latest of them was made, in milliseconds of the monotonic clock; -Infinity for none. */
  changedAtMs: number;
}

/** Seats taken per exam, with what was booked and cancelled here until now. */
export async function overlaySeats(
  deps: Deps,
  seats: ReadonlyMap<string, readonly BookingSeat[]>,
): Promise<Map<string, TakenSeats>> {
  const entries = await deps.journal.entriesOfExams([...seats.keys()]);
  const taken = seats.entries().map(([id, bookings]) => {
    const ours = entries.get(id) ?? [];
    const changedAtMs = Math.max(-Infinity, ...ours.map(({ writtenAtMs }) => writtenAtMs));
    return [id, { total: seatsTaken(bookings, ours), changes: changesIn(ours), changedAtMs }] as const;
  });
  return new Map(taken);
}

/** Bookings made here so short a time ago that HubSpot may not know them yet. */
export async function madeLately({ journal, clock, config }: Deps, examId: string): Promise<Set<string>> {
  const entries = (await journal.entriesOfExams([examId])).get(examId) ?? [];
  const notBefore = clock.monotonicMs() - config.consistencyLagMs;
  return new Set(entries.flatMap((entry) => (entry.made && entry.writtenAtMs >= notBefore ? entry.bookingId : [])));
}

/** Tells the journal what a read by id showed of bookings, which come under the id of the one they were merged into. */
export async function noteRead(
  deps: Deps,
  read: ReadonlyMap<string, { id: string; updatedAtMs: number }>,
): Promise<void> {
  for (const [asked, { id }] of read) if (asked !== id) await noteMerged(deps, 'booking', [asked], id);
  await deps.journal.shownById(read.values());
}

/** Tells whoever remembers our own writes that HubSpot shows them under another id from now on. */
export async function noteMerged(
  { journal, debts }: Deps,
  kind: BookingSide | 'booking',
  ids: readonly string[],
  survivorId: string,
): Promise<void> {
  await journal.merged(kind, ids, survivorId);
  await debts.merged(kind, ids, survivorId);
}
