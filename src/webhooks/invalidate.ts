import { bookingExamsKey, tags } from '../cache/keys.ts';
import type { Deps } from '../deps.ts';
import { withoutEchoes } from './echoes.ts';
import { type EventEnd, type HubSpotEvent, parseEvents } from './events.ts';

export interface Invalidation {
  /** Events received. */
  processed: number;
  /** Cached values dropped. */
  invalidated: number;
}

/** Drops exactly what the events can have made stale. No call. */
export async function invalidateCache(deps: Deps, raw: readonly unknown[]): Promise<Invalidation> {
  const events = await withoutEchoes(deps, parseEvents(raw, deps.config.objectTypes));
  return { processed: raw.length, invalidated: dropStale(deps, events) };
}

/** Drops what the events can have made stale. @returns how many cached values there were. */
export function dropStale(deps: Deps, events: readonly HubSpotEvent[]): number {
  return deps.cache.invalidate(new Set(events.flatMap((event) => staleTags(deps, event))));
}

function staleTags(deps: Deps, { subject, action, ids, ends }: HubSpotEvent): string[] {
  if (ends) return [...endTags(ends[0]), ...endTags(ends[1])];
  const inPlace = action === 'propertyChange';
  switch (subject) {
    case 'booking':
      return ids.flatMap((id) => bookingTags(deps, id, inPlace));
    case 'exam':
      return [tags.exams, ...ids.flatMap((id) => [tags.exam(id), ...(inPlace ? [] : [tags.examBookings(id)])])];
    case 'contact':
      return ids.flatMap((id) => contactTags(id, inPlace));
    case 'contact-or-booking':
      return ids.flatMap((id) => [...contactTags(id, inPlace), ...bookingTags(deps, id, inPlace)]);
    case 'enrollment':
      return [tags.enrollments];
    case 'other':
      return [];
  }
}

/** What holds the booking is marked with it; a record that comes or goes also changes lists that do not hold it. */
function bookingTags(deps: Deps, id: string, inPlace: boolean): string[] {
  if (inPlace) return [tags.booking(id)];
  const exams = deps.cache.get(bookingExamsKey(id)) ?? [];
  return [tags.booking(id), tags.bookingLinks(id), ...exams.map(tags.examBookings)];
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
