import { bookingExamsKey, examIdOfSeatsKey, tags } from '../cache/keys.ts';
import type { Deps } from '../deps.ts';
import { getExamIdsOfBookings } from '../reads/bookings.ts';
import type { HubSpotEvent } from './events.ts';

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
  const affected: AffectedExams = { examIds: new Set(), bookingIds: new Set(), all: false };
  const named = namedExams(events);
  for (const examIds of named.values()) for (const id of examIds) affected.examIds.add(id);
  for (const event of events.filter(changesSeats)) {
    for (const id of event.ids) {
      const known = named.get(id) ?? (await knownExams(deps, id));
      for (const examId of known) affected.examIds.add(examId);
      if (known.length > 0) continue;
      if (event.action === 'deletion' && event.subject === 'booking') affected.all = true;
      else affected.bookingIds.add(id);
    }
  }
  return affected;
}

/** The exams of bookings that HubSpot has to be asked for: one call for all of them. */
export async function lookUpExams(deps: Deps, bookingIds: ReadonlySet<string>): Promise<string[]> {
  if (bookingIds.size === 0) return [];
  return [...(await getExamIdsOfBookings(deps, [...bookingIds])).values()].flat();
}

/** Association events name both ends: exam ids by booking id. */
function namedExams(events: readonly HubSpotEvent[]): Map<string, string[]> {
  const named = new Map<string, string[]>();
  for (const { ends } of events) {
    const exam = ends?.find(({ subject }) => subject === 'exam');
    const booking = ends?.find((end) => end !== exam);
    if (exam && booking) named.set(booking.id, [...(named.get(booking.id) ?? []), exam.id]);
  }
  return named;
}

function changesSeats({ subject, action, property, ends }: HubSpotEvent): boolean {
  if (ends || (subject !== 'booking' && subject !== 'contact-or-booking')) return false;
  if (action === 'propertyChange') return property?.name === 'is_active';
  return action !== 'other';
}

async function knownExams(deps: Deps, bookingId: string): Promise<readonly string[]> {
  const entry = await deps.journal.entryOf(bookingId);
  if (entry?.examId) return [entry.examId];
  const linked = deps.cache.get(bookingExamsKey(bookingId));
  return linked ?? deps.cache.keysTagged(tags.booking(bookingId)).flatMap((key) => examIdOfSeatsKey(key) ?? []);
}
