import type { HubSpotObject } from '../hubspot/types.ts';
import { type Day, dayAt, onDay, parseDay } from '../time/calendar.ts';
import { isOnCalendar, parseInstant } from '../time/instant.ts';

const DAY_MS = 24 * 60 * 60_000;

/** A value that is not what its property is for. What it says is left out: it may be anything. */
export interface UnreadableValue {
  type: 'contact' | 'booking' | 'exam' | 'enrollment';
  /** HubSpot record id. */
  id: string;
  property: string;
}

/** What every record is read with. */
export interface RecordContext {
  /** Where sessions take place. */
  timeZone: string;
  /** Name of the bookings' property for keys; null for none. */
  bookingKey: string | null;
  /** Told of each value that cannot be read, at every reading. */
  unreadable: (value: UnreadableValue) => void;
}

/**
 * Reads the values of one record: blanks around them count for nothing, and an empty one is unset. A value that cannot
 * be read is null like an unset one, and reported; it spoils neither its record nor any other.
 */
export function readerOf<P extends string>(
  type: UnreadableValue['type'],
  { id, properties }: Pick<HubSpotObject<P>, 'id' | 'properties'>,
  { timeZone, unreadable }: RecordContext,
) {
  const read = <T>(property: P, parse: (text: string) => T | null): T | null => {
    const text = properties[property]?.trim();
    if (!text) return null;
    const value = parse(text);
    if (value === null) unreadable({ type, id, property });
    return value;
  };
  return {
    text: (property: P) => read(property, (text) => text),
    flag: (property: P) => read(property, toFlag),
    day: (property: P) => read(property, toDay),
    /** The time of day on `day`, as an ISO instant. */
    timeOn: (day: Day, property: P) =>
      read(property, (text) => {
        const moment = toMoment(text);
        return moment === null ? null : onDay(day, moment, timeZone);
      }),
    /** Whole, cut off towards zero. */
    integer: (property: P) => read(property, toInteger),
    /** A whole number; one below zero counts as zero. */
    count: (property: P) => read(property, toCount),
    studentId: (property: P) => read(property, toStudentId),
  };
}

function toFlag(text: string): boolean | null {
  const word = text.toLowerCase();
  return word === 'true' ? true : word === 'false' ? false : null;
}

/** HubSpot's numbers may be `15`, `15.0` or `1.5E1`; what cannot be counted with exactly is none. */
export function toInteger(text: string): number | null {
  const number = Math.trunc(toNumber(text));
  // Adding nothing makes zero of minus zero.
  return Number.isSafeInteger(number) ? number + 0 : null;
}

/** {@link toInteger}, but less than nothing is nothing. */
export function toCount(text: string): number | null {
  const number = toInteger(text);
  return number === null ? null : Math.max(0, number);
}

/** Stricter than `Number`, which also takes blanks for zero, `0x1F`, and `Infinity`. */
function toNumber(text: string): number {
  return /^\s*[-+.\de]+\s*$/i.test(text) ? Number(text) : Number.NaN;
}

/** A date is `YYYY-MM-DD`, or epoch milliseconds at exactly midnight UTC [properties guide]: `20261204` is neither. */
function toDay(text: string): Day | null {
  const moment = toMomentOfNumber(text);
  if (moment === null) return parseDay(text);
  return moment % DAY_MS === 0 ? dayAt(moment, 'UTC') : null;
}

/** A time is ISO 8601 or epoch milliseconds [properties guide]. */
function toMoment(text: string): number | null {
  return toMomentOfNumber(text) ?? parseInstant(text);
}

function toMomentOfNumber(text: string): number | null {
  const epochMs = Math.trunc(toNumber(text));
  return isOnCalendar(epochMs) ? epochMs : null;
}

/** `student_id` is a number in HubSpot, which may come with a point, as in `1599999.0`; other accounts' is text. */
function toStudentId(text: string): string | null {
  const number = toNumber(text);
  const id = text.includes('.') && Number.isSafeInteger(number) ? String(number) : text;
  return /^\w+$/.test(id) ? id : null;
}
