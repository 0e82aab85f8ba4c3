import { bookingExamsKey, examIdOfSeatsKey, tags } from '../cache/keys.ts';
import type { Deps } from '../wiring/deps.ts';
import type { EventEnd, HubSpotEvent } from './events.ts';

/** Whose counts the events can have changed, as far as is known without asking HubSpot. */
export interface AffectedExams {
  examIds: Set<string>;
  /** Bookings whose exam has to be looked up. */
  bookingIds: Set<string>;
  /** A booking is gone of which nobody knows the exam any more: only counting all of them finds it. */
  all: boolean;
}

/** Sorts the events by what they say, or what journal and cache know, of the exams concerned. No call. */
export async function findAffectedExams(deps: Deps, events: readonly HubSpotEvent[]): Promise<AffectedExams> {
  const { examIds, linkedIds } = namedExams(deps, events);
  const affected: AffectedExams = { examIds, bookingIds: new Set(), all: false };
  const contactIds = new Set(events.flatMap(({ subject, ids }) => (subject === 'contact' ? ids : [])));
  for (const event of events) {
    if (event.subject === 'exam' && event.mergedInto !== null) examIds.add(event.mergedInto);
    if (event.ends || event.subject === 'exam' || !changesCounts(event)) continue;
    for (const id of event.ids) {
      const isContact = contactIds.has(id) || isKnownContact(deps, id);
      if (event.subject === 'contact-or-booking' && isContact) continue;
      await addExamsOf(deps, affected, { id, action: event.action, isNamed: linkedIds.has(id) });
    }
  }
  return affected;
}

/** Whether the event can have changed how many seats of some exam are taken. */
export function changesCounts({ subject, action, property, ends }: HubSpotEvent): boolean {
  if (ends) return ends.some((end) => end.subject === 'exam' || end.subject === 'unknown');
  if (subject === 'exam') return action === 'merge';
  if (subject !== 'booking' && subject !== 'contact-or-booking') return false;
  if (action === 'propertyChange') return property?.name === 'is_active';
  // A merge takes a booking away; what is not known of bookings may, too.
  return action !== 'other' || subject === 'booking';
}

interface BookingEvent {
  id: string;
  action: HubSpotEvent['action'];
  /** Whether an association event of the same delivery names its exam. */
  isNamed: boolean;
}

async function addExamsOf(deps: Deps, affected: AffectedExams, { id, action, isNamed }: BookingEvent): Promise<void> {
  const ours = await deps.journal.entryOf(id);
  const cached = cachedExams(deps, id);
  for (const examId of cached) affected.examIds.add(examId);
  if (ours?.examId) affected.examIds.add(ours.examId);
  if (isNamed || cached.length > 0) return;
  // Somebody may have moved a booking since it was made here: the journal's exam is not the last word.
  if (action !== 'deletion') affected.bookingIds.add(id);
  else if (!ours?.examId) affected.all = true;
}

/**
 * Exams that association events name, and the bookings they name them for. An end whose type is not told may be an
 * exam: it is counted if it is one, but does not spare the look-up of its booking.
 */
function namedExams(deps: Deps, events: readonly HubSpotEvent[]) {
  const examIds = new Set<string>();
  const linkedIds = new Set<string>();
  for (const { ends } of events) {
    const exam = ends?.find(({ subject }) => subject === 'exam');
    if (!exam) for (const id of perhapsExams(deps, ends ?? [])) examIds.add(id);
    const booking = exam && ends?.find((end) => end !== exam);
    if (!booking) continue;
    examIds.add(exam.id);
    linkedIds.add(booking.id);
  }
  return { examIds, linkedIds };
}

function perhapsExams(deps: Deps, ends: readonly EventEnd[]): string[] {
  if (!ends.every(({ subject }) => subject === 'booking' || subject === 'unknown')) return [];
  const unknown = ends.filter(({ subject, id }) => subject === 'unknown' && !isKnownContact(deps, id));
  return unknown.map(({ id }) => id);
}

function cachedExams({ cache }: Deps, bookingId: string): readonly string[] {
  const linked = cache.peek(bookingExamsKey(bookingId));
  return linked ?? cache.keysTagged(tags.booking(bookingId)).flatMap((key) => examIdOfSeatsKey(key) ?? []);
}

/** Whether the cache holds a contact of that id, so that an event under contacts' name is about one. */
function isKnownContact({ cache }: Deps, id: string): boolean {
  return cache.keysTagged(tags.contact(id)).length > 0;
}
