import { LRUCache } from 'lru-cache';
import { Temporal } from 'temporal-polyfill';
import { isDay } from './instant.ts';

/** A calendar day as `YYYY-MM-DD`. Days are compared and sorted as text and never turned into a `Date`. */
export type Day = string;

/** The calendar day at that moment (epoch milliseconds) in `timeZone`. */
export function dayAt(epochMs: number, timeZone: string): Day {
  return zoned(epochMs, timeZone).toPlainDate().toString();
}

/** The day that `YYYY-MM-DD`, alone or at the start of an ISO time, names; null for anything else. */
export function parseDay(text: string): Day | null {
  const day = /^\d{4}-\d{2}-\d{2}(?=[T ]|$)/i.exec(text)?.[0];
  return day !== undefined && isDay(day) ? day : null;
}

/** ISO instant at which `hour` o'clock strikes on `day` in `timeZone`. */
export function atHour(day: Day, hour: number, timeZone: string): string {
  return Temporal.PlainDate.from(day).toZonedDateTime({ timeZone, plainTime: { hour } }).toInstant().toString();
}

/** The instant `hours` later, as ISO text. */
export function addHours(instant: string, hours: number): string {
  return Temporal.Instant.from(instant).add({ hours }).toString();
}

/** Sessions are few and their bookings many: working out a time zone's hours takes longer than remembering them. */
const placed = new LRUCache<string, string>({ max: 5000 });

/**
 * The time of day at that moment (epoch milliseconds) on `day`, both in `timeZone`, as an ISO instant: cloned sessions
 * keep the date of their model in their times, so that only the hour of them can be believed.
 */
export function onDay(day: Day, epochMs: number, timeZone: string): string {
  const key = `${day} ${epochMs} ${timeZone}`;
  const known = placed.get(key);
  if (known !== undefined) return known;
  const plainTime = zoned(epochMs, timeZone).toPlainTime();
  const there = Temporal.PlainDate.from(day).toZonedDateTime({ timeZone, plainTime }).toInstant().toString();
  placed.set(key, there);
  return there;
}

/** Such as `2026-11-24 07:00`: that moment (epoch milliseconds) as a clock in `timeZone` shows it. */
export function minuteAt(epochMs: number, timeZone: string): string {
  return zoned(epochMs, timeZone).toPlainDateTime().toString({ smallestUnit: 'minute' }).replace('T', ' ');
}

function zoned(epochMs: number, timeZone: string): Temporal.ZonedDateTime {
  return Temporal.Instant.fromEpochMilliseconds(epochMs).toZonedDateTimeISO(timeZone);
}
