import { bookingExamsKey, examKey, sessionsKey, tags } from '../cache/keys.ts';
import type { BookingSide } from '../consistency/journal.ts';
import type { Deps } from '../wiring/deps.ts';
import { MOCK_TYPES } from '../contract/fields.ts';
import { noteMerged } from '../reads/own-writes.ts';
import { countFromProperty, type Exam, isExamFact } from '../records/exam.ts';
import { withoutEchoes } from './echoes.ts';
import { type EventEnd, type HubSpotEvent, parseEvents } from './events.ts';

export interface Invalidation {
  /** Events received. */
  processed: number;
  /** Cached values dropped. */
  invalidated: number;
}

/** The events of a delivery that tell something new; what cannot be read is logged, since nobody else would notice. */
export async function readNews(deps: Deps, raw: readonly unknown[]): Promise<HubSpotEvent[]> {
  const { events, unreadable } = parseEvents(raw, deps.config.objectTypes, deps.clock.now());
  if (unreadable > 0) deps.log.warn('events not understood', { count: unreadable });
  for (const { occurredAtMs } of events) {
    if (occurredAtMs !== null) deps.telemetry.note({ kind: 'webhook', lagMs: deps.clock.now() - occurredAtMs });
  }
  const news = await withoutEchoes(deps, events);
  await noteInJournal(deps, news);
  return news;
}

/** What others did to bookings of ours holds, whatever the journal says: moved them away, merged them, moved their exam. */
async function noteInJournal(deps: Deps, events: readonly HubSpotEvent[]): Promise<void> {
  const { journal } = deps;
  for (const event of events) {
    const { removed, ends, ids, mergedInto } = event;
    if (removed && ends) {
      const [from, to] = ends;
      await journal.linkRemoved(from.id, to.id, sideOf(to.subject));
      await journal.linkRemoved(to.id, from.id, sideOf(from.subject));
    }
    if (mergedInto !== null && isKind(event.subject)) await noteMerged(deps, event.subject, ids, mergedInto);
    if (changesExamFacts(event)) for (const id of ids) await journal.examChanged(id);
  }
}

function isKind(subject: HubSpotEvent['subject']): subject is 'booking' | 'contact' | 'exam' {
  return subject === 'booking' || subject === 'contact' || subject === 'exam';
}

/** The side of a booking that an end is on; undefined where it is not told. */
function sideOf(subject: EventEnd['subject']): BookingSide | undefined {
  return subject === 'exam' || subject === 'contact' ? subject : undefined;
}

/** Whether the event is about what HubSpot rolls up from an exam onto its bookings. */
function changesExamFacts({ subject, action, property }: HubSpotEvent): boolean {
  if (subject !== 'exam') return false;
  return action === 'merge' || (action === 'propertyChange' && (property === null || isExamFact(property.name)));
}

/** Drops exactly what the events can have made stale. No call. */
export async function invalidateCache(deps: Deps, raw: readonly unknown[]): Promise<Invalidation> {
  return { processed: raw.length, invalidated: await dropStale(deps, await readNews(deps, raw)) };
}

/** Drops what the events can have made stale. @returns how many cached values there were. */
export async function dropStale(deps: Deps, events: readonly HubSpotEvent[]): Promise<number> {
  const untold = events.filter((event) => !takeInCount(deps, event));
  const stale = await Promise.all(untold.map(async (event) => staleTags(deps, event)));
  return deps.cache.invalidate([...new Set(stale.flat())]);
}

/**
 * A new stored count is told by the event itself: it is written into what is cached, which stays as good as it was.
 * @returns whether the event was such a one.
 */
function takeInCount({ cache }: Deps, { subject, ids: [id = ''], property, occurredAtMs }: HubSpotEvent): boolean {
  const totalBookings = countFromProperty(property);
  if (subject !== 'exam' || totalBookings === null || occurredAtMs === null) return false;
  // Events come in any order: one that is older than what is known tells nothing.
  const takeIn = (exam: Exam): Exam =>
    exam.id === id && exam.updatedAtMs < occurredAtMs ? { ...exam, totalBookings, updatedAtMs: occurredAtMs } : exam;
  cache.patch(examKey(id), (exam) => exam && takeIn(exam));
  for (const mockType of MOCK_TYPES) cache.patch(sessionsKey(mockType), (exams) => exams.map(takeIn));
  return true;
}

async function staleTags(deps: Deps, event: HubSpotEvent): Promise<string[]> {
  const { subject, action, ids, ends } = event;
  if (ends) return [...endTags(ends[0]), ...endTags(ends[1])];
  const inPlace = action === 'propertyChange';
  switch (subject) {
    case 'booking':
      return bookingsTags(deps, event);
    case 'exam':
      return [
        tags.exams,
        ...(changesExamFacts(event) ? [tags.bookingLists, tags.rollups] : []),
        ...ids.flatMap((id) => [tags.exam(id), ...(inPlace ? [] : [tags.examBookings(id)])]),
      ];
    case 'contact':
      return ids.flatMap((id) => contactTags(id, inPlace));
    case 'contact-or-booking':
      return [...ids.flatMap((id) => contactTags(id, inPlace)), ...(await bookingsTags(deps, event))];
    case 'enrollment':
      return [tags.enrollments];
    case 'other':
      return [];
  }
}

async function bookingsTags(deps: Deps, { ids, action }: HubSpotEvent): Promise<string[]> {
  return (await Promise.all(ids.map(async (id) => bookingTags(deps, id, action)))).flat();
}

/** What holds the booking is marked with it; a record that comes or goes also changes lists that do not hold it. */
async function bookingTags({ cache, journal }: Deps, id: string, action: HubSpotEvent['action']): Promise<string[]> {
  if (action === 'propertyChange') return [tags.booking(id)];
  const ours = await journal.entryOf(id);
  const exams = [...(cache.peek(bookingExamsKey(id)) ?? []), ...(ours ? [ours.examId] : [])];
  // A restored booking is back on a list of which nothing tells whose it is.
  const list = ours ? [tags.contactBookings(ours.contactId)] : action === 'restore' ? [tags.bookingLists] : [];
  const lists = [...exams.map(tags.examBookings), ...list];
  return [tags.booking(id), tags.bookingLinks(id), ...lists];
}

function contactTags(id: string, inPlace: boolean): string[] {
  return inPlace ? [tags.contact(id)] : [tags.contact(id), tags.contactBookings(id)];
}

/** An end whose type is not told may be either. */
function endTags({ subject, id }: EventEnd): string[] {
  switch (subject) {
    case 'booking':
      return [tags.booking(id), tags.bookingLinks(id)];
    case 'exam':
      return [tags.examBookings(id)];
    case 'contact':
      return [tags.contactBookings(id)];
    case 'enrollment':
      return [tags.enrollments];
    case 'contact-or-booking':
    case 'unknown':
      return [tags.booking(id), tags.bookingLinks(id), tags.examBookings(id), tags.contactBookings(id)];
    case 'other':
      return [];
  }
}
