import { LRUCache } from 'lru-cache';
import { Temporal } from 'temporal-polyfill';

/** A calendar day as `YYYY-MM-DD`. Days are compared and sorted as text and never turned into a `Date`. */
export type Day = string;

/** The calendar day at that moment (epoch milliseconds) in `timeZone`. */
export function dayAt(epochMs: number, timeZone: string): Day {
  return zoned(epochMs, timeZone).toPlainDate().toString();
}

/**
 * The day a HubSpot `date` value names: `YYYY-MM-DD`, the same at the start of an ISO time, or epoch milliseconds at
 * midnight UTC [properties guide]; null for anything else.
 */
export function parseDay(value: string | null): Day | null {
  if (!value) return null;
  const iso = /^\d{1,14}$/.test(value) ? new Date(Number(value)).toISOString() : value;
  const text = /^\d{4}-\d{2}-\d{2}(?=T|$)/.exec(iso)?.[0];
  // Date takes 30 February for 2 March: only a day that comes back as it went in exists.
  const epoch = text === undefined ? Number.NaN : Date.parse(text);
  return text && !Number.isNaN(epoch) && new Date(epoch).toISOString().startsWith(text) ? text : null;
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
 * The time of day of `instant` on `day`, both in `timeZone`: cloned sessions keep the date of their model in their
 * times, so that only the hour of them can be believed. Null when `instant` is no time.
 */
export function onDay(day: Day, instant: string | null, timeZone: string): string | null {
  const epochMs = instant === null ? Number.NaN : /^\d+$/.test(instant) ? Number(instant) : Date.parse(instant);
  if (Number.isNaN(epochMs)) return null;
  const key = `${day} ${epochMs} ${timeZone}`;
  const known = placed.get(key);
  if (known !== undefined) return known;
  const plainTime = zoned(epochMs, timeZone).toPlainTime();
  const there = Temporal.PlainDate.from(day).toZonedDateTime({ timeZone, plainTime }).toInstant().toString();
  placed.set(key, there);
  return there;
}

function zoned(epochMs: number, timeZone: string): Temporal.ZonedDateTime {
  return Temporal.Instant.fromEpochMilliseconds(epochMs).toZonedDateTimeISO(timeZone);
}
