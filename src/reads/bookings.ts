import type { FetchOptions } from '../cache/cache-service.ts';
import { requireAll } from '../cache/load-together.ts';
import { bookingDetailsKey, bookingExamsKey, bookingKey, bookingListKey, contactBookingIdsKey } from '../cache/keys.ts';
import type { PastValue } from '../hubspot/types.ts';
import { epochMs } from '../time/clock.ts';
import type { Deps } from '../wiring/deps.ts';
import { outcomes, requireComplete } from '../hubspot/batch.ts';
import {
  type Booking,
  BOOKING_PROPERTIES,
  type BookingWithExam,
  type BookingWithLinks,
  PAYMENT_PROPERTIES,
  toBooking,
} from '../records/booking.ts';
import type { Exam } from '../records/exam.ts';
import { getExams } from './exams.ts';
import {
  noteRead,
  overlayBookingIds,
  overlayBookings,
  overlayExamIds,
  overlayLinks,
  withOwnBookings,
} from './own-writes.ts';

/** Booking ids that came along with a contact are used for so long, in milliseconds. */
const JUST_READ_MS = 5000;
/** The same where another instance may have booked meanwhile without telling. */
const JUST_READ_UNTOLD_MS = 1000;
/** Values given to a create are set within this time of it. */
const MADE_WITHIN_MS = 5000;
/** A list is put together from bookings at most this old, so that nothing in it outlives a booking's own time. */
const LISTED_BOOKING_MAX_AGE_MS = 30_000;

/**
 * Bookings by id with their exams' facts, the bookings read anew: one call per 100, more while rollups are empty.
 * @throws {HubSpotError} when any of it could not be read.
 */
export async function readBookingsWithExams(
  deps: Deps,
  { id: contactId, bookingIds }: { id: string; bookingIds: readonly string[] },
): Promise<BookingWithExam[]> {
  const bookings = await readBookings(deps, bookingIds);
  return withExams(deps, contactId, [...bookings.values()]);
}

/**
 * All bookings of a contact with their exams' facts, through the cache. When only some bookings are not in it, only
 * those are read.
 */
export async function getBookingsWithExams(deps: Deps, contactId: string): Promise<readonly BookingWithExam[]> {
  return deps.cache.fetch(bookingListKey(contactId), async () => {
    const maxAgeMs = deps.locks.isExclusive ? JUST_READ_MS : JUST_READ_UNTOLD_MS;
    const load = async () => readBookingIds(deps, contactId);
    const ids = await deps.cache.fetch(contactBookingIdsKey(contactId), load, { maxAgeMs });
    const all = await withOwnBookings(deps, ['contact', contactId], ids);
    return withExams(deps, contactId, await getBookings(deps, all));
  });
}

async function readBookingIds(deps: Deps, contactId: string): Promise<string[]> {
  const { contacts, bookings } = deps.config.objectTypes;
  const lists = requireComplete(await deps.hubspot.batchGetAssociations(contacts, [contactId], bookings));
  return overlayBookingIds(deps, ['contact', contactId], lists.get(contactId) ?? []);
}

async function getBookings(deps: Deps, ids: readonly string[]): Promise<Booking[]> {
  const load = async (missing: readonly string[]) => {
    const read = await readBookings(deps, missing);
    return new Map(missing.map((id) => [id, read.get(id) ?? null]));
  };
  const found = await deps.cache.fetchMany(ids, bookingKey, load, { maxAgeMs: LISTED_BOOKING_MAX_AGE_MS });
  return [...requireAll(found).values()].flatMap((booking) => booking ?? []);
}

async function readBookings(deps: Deps, ids: readonly string[]): Promise<Map<string, Booking>> {
  const batch = await deps.hubspot.batchReadObjects(deps.config.objectTypes.bookings, ids, propertiesOf(deps));
  const records = requireComplete(batch).entries();
  const bookings = new Map(records.map(([id, record]) => [id, toBooking(record, deps.recordContext)]));
  await noteRead(deps, bookings);
  return bookings;
}

/**
 * Adds the exams' facts: from the bookings' own rollups where HubSpot has filled them, from the journal where they were
 * made here, else from the associated exams (two calls more). A booking with none of them is left out and logged.
 */
async function withExams(deps: Deps, contactId: string, read: readonly Booking[]): Promise<BookingWithExam[]> {
  // Bookings that were merged into one are read under each of their ids.
  const distinct = new Map(read.map((booking) => [booking.id, booking])).values();
  const bookings = await overlayBookings(deps, contactId, [...distinct]);
  const untold = bookings.flatMap(({ id, examFacts }) => (examFacts === null ? id : []));
  const exams = await getExamsOfBookings(deps, untold);
  const complete = bookings.flatMap((booking): BookingWithExam[] => {
    if (booking.examFacts) return [{ booking, facts: booking.examFacts, exam: undefined }];
    const exam = exams.get(booking.id);
    return exam?.examDate ? [{ booking, facts: { ...exam, examDate: exam.examDate }, exam }] : [];
  });
  const known = new Set(complete.map(({ booking }) => booking.id));
  const left = bookings.filter(({ id }) => !known.has(id)).map(({ id }) => id);
  if (left.length > 0) deps.log.warn('bookings without a dated exam left out', { bookingIds: left });
  return complete;
}

/** The exam of each booking, by booking id, found through the association. */
async function getExamsOfBookings(deps: Deps, bookingIds: readonly string[]): Promise<Map<string, Exam>> {
  if (bookingIds.length === 0) return new Map();
  const links = await overlayExamIds(deps, bookingIds, requireAll(await findExamIdsOfBookings(deps, bookingIds)));
  const exams = await getExams(deps, [...links.values()].flat());
  const found = new Map<string, Exam>();
  for (const [bookingId, examIds] of links) {
    const exam = examIds.map((id) => exams.get(id)).find((candidate) => candidate !== undefined);
    if (exam) found.set(bookingId, exam);
  }
  return found;
}

/**
 * The exam ids of each booking, or why they could not be read, through the cache: one call per 1,000 that are not in it.
 * Bookings without an exam are left out.
 */
export async function findExamIdsOfBookings(
  deps: Deps,
  bookingIds: readonly string[],
): Promise<Map<string, readonly string[] | Error>> {
  const { bookings, mockExams } = deps.config.objectTypes;
  const load = async (missing: readonly string[]) =>
    // An association that is not there yet is no fact to keep.
    new Map(
      outcomes(await deps.hubspot.batchGetAssociations(bookings, missing, mockExams), null)
        .entries()
        .map(([id, examIds]) => [id, examIds instanceof Error ? examIds : orNull(examIds)]),
    );
  const found = await deps.cache.fetchMany(bookingIds, bookingExamsKey, load);
  return new Map(found.entries().flatMap(([id, examIds]) => (examIds ? [[id, examIds]] : [])));
}

/** One booking with its contact and exam ids; null when HubSpot does not know it. One call, always. */
export async function readBookingWithLinks(deps: Deps, id: string): Promise<BookingWithLinks | null> {
  const found = await loadBookingWithLinks(deps, id, PAYMENT_PROPERTIES);
  return found && overlayLinks(deps, found);
}

/** The booking that has this key; null when none has. One call, always. */
export async function readBookingByKey(deps: Deps, property: string, key: string): Promise<Booking | null> {
  const options = { properties: propertiesOf(deps), idProperty: property };
  const record = await deps.hubspot.getObject(deps.config.objectTypes.bookings, key, options);
  return record && toBooking(record, deps.recordContext);
}

/** A contact's bookings without those that are known. */
export async function findNewBookings(deps: Deps, contactId: string, known: ReadonlySet<string>): Promise<Booking[]> {
  const { contacts, bookings } = deps.config.objectTypes;
  const links = requireComplete(await deps.hubspot.batchGetAssociations(contacts, [contactId], bookings));
  const read = await readBookings(
    deps,
    (links.get(contactId) ?? []).filter((id) => !known.has(id)),
  );
  return [...read.values()];
}

function propertiesOf({ config }: Deps) {
  const { bookingKey } = config.properties;
  return bookingKey === null ? BOOKING_PROPERTIES : [...BOOKING_PROPERTIES, bookingKey as 'booking_id'];
}

/** As HubSpot shows it. */
async function loadBookingWithLinks(
  deps: Deps,
  id: string,
  history: readonly string[] = [],
): Promise<BookingWithLinks | null> {
  const { bookings, contacts, mockExams } = deps.config.objectTypes;
  const options = { properties: BOOKING_PROPERTIES, associations: [contacts, mockExams], history };
  const record = await deps.hubspot.getObject(bookings, id, options);
  if (!record) return null;
  return {
    booking: toBooking(record, deps.recordContext),
    isMadeByApp: history.some((name) => isFirstByApp(record.history.get(name), epochMs(record.createdAt))),
    contactIds: record.associations.get(contacts.id) ?? [],
    examIds: record.associations.get(mockExams.id) ?? [],
  };
}

/** What was set at the creation of a record shows who made it; that of a merged one is older than the record. */
function isFirstByApp(past: readonly PastValue[] = [], createdAtMs: number): boolean {
  const first = past.at(-1);
  return first?.sourceType === 'INTEGRATION' && Math.abs(first.atMs - createdAtMs) < MADE_WITHIN_MS;
}

/** One booking with its contact and exam ids, through the cache; null when HubSpot does not know it. At most one call. */
export async function getBookingWithLinks(
  deps: Deps,
  id: string,
  options: FetchOptions = {},
): Promise<BookingWithLinks | null> {
  const found = await deps.cache.fetch(bookingDetailsKey(id), async () => loadBookingWithLinks(deps, id), options);
  return found && overlayLinks(deps, found);
}

function orNull(ids: readonly string[] | null): readonly string[] | null {
  return ids && ids.length > 0 ? ids : null;
}
