/** Years that every part of a date can be told in: four digits, no sign. */
const FIRST_MS = Date.parse('0001-01-01T00:00:00Z');
const LAST_MS = Date.parse('9999-12-31T23:59:59.999Z');

const ISO_TIME = /^(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?)(Z|[+-]\d{2}:?\d{2})?$/i;

/** Whether the moment (epoch milliseconds) is in the years 1 to 9999. */
export function isOnCalendar(epochMs: number): boolean {
  return epochMs >= FIRST_MS && epochMs <= LAST_MS;
}

/**
 * Epoch milliseconds of an ISO 8601 date with time; without an offset it is UTC, as all of HubSpot's times are. Null for
 * anything else: `Date.parse` alone takes `room 5` for the year 2001.
 */
export function parseInstant(text: string): number | null {
  const [, day = '', time = '', offset = 'Z'] = ISO_TIME.exec(text) ?? [];
  if (!isDay(day)) return null;
  const zone = offset.toUpperCase().replace(/^([+-]\d{2})(\d{2})$/, '$1:$2');
  const epochMs = Date.parse(`${day}T${time}${zone}`);
  return isOnCalendar(epochMs) ? epochMs : null;
}

/** Whether the text is `YYYY-MM-DD` and there is such a day; `Date` takes 30 February for 2 March. */
export function isDay(text: string): boolean {
  const epochMs = /^\d{4}-\d{2}-\d{2}$/.test(text) ? Date.parse(text) : Number.NaN;
  return isOnCalendar(epochMs) && new Date(epochMs).toISOString().startsWith(text);
}
