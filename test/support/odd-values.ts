import * as fc from 'fast-check';
import type { HubSpotObject } from '../../src/hubspot/types.ts';
import type { RecordContext, UnreadableValue } from '../../src/records/values.ts';

/** Values that were seen, or that differ from those by little. */
const KNOWN_ODDITIES = [
  '',
  ' ',
  '\n',
  'tbd',
  'null',
  'NaN',
  'Infinity',
  '-',
  '.',
  'e',
  '0x10',
  '1,000',
  '1e3',
  '1e400',
  '-1e400',
  '-5',
  '-0',
  '2.9',
  '15.0',
  '9007199254740993',
  '1790254800000',
  '1790254800000.5',
  '1790254800000000000',
  '99999999999999999',
  '99999999999999',
  '8640000000000000',
  '8640000000000001',
  '-8640000000000000',
  '253402300799999',
  '0000-00-00',
  '0000-01-01',
  '9999-12-31',
  '9999-12-31T23:59:59Z',
  '+275760-09-13T00:00:00Z',
  '2026-12-10T24:00:00Z',
  '2026-12-10T10:00',
  ' 2026-12-10 ',
  'TRUE',
  ' true ',
  ' Cancelled ',
  'two\nlines',
  '\uD800',
  '__proto__',
];

/** Whatever text a property may hold. */
export const anyText = fc.oneof(
  fc.constantFrom(...KNOWN_ODDITIES),
  fc.string({ unit: 'binary' }),
  fc.double().map(String),
  fc.bigInt().map(String),
  fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
  fc.tuple(fc.string(), fc.constantFrom(...KNOWN_ODDITIES), fc.string()).map((parts) => parts.join('')),
);

/** Any text, or null, for each of the properties. */
export function anyValues<P extends string>(properties: readonly P[]): fc.Arbitrary<Record<P, string | null>> {
  const each = fc.option(anyText);
  // It has exactly the keys of `properties`, which `fromEntries` cannot express.
  return fc.record(Object.fromEntries(properties.map((name) => [name, each]))) as fc.Arbitrary<
    Record<P, string | null>
  >;
}

/** A record with these values; the others are unset. */
export function recordOf<P extends string>(
  properties: readonly P[],
  values: Partial<Record<P, string | null>>,
  dates: Partial<Pick<HubSpotObject, 'createdAt' | 'updatedAt'>> = {},
): HubSpotObject<P> {
  const unset = Object.fromEntries(properties.map((name) => [name, null])) as Record<P, null>;
  const at = '2026-11-24T12:00:00Z';
  return { id: '1', properties: { ...unset, ...values }, createdAt: at, updatedAt: at, archived: false, ...dates };
}

/** A context in Toronto and what it was told. */
export function watchedContext(): { context: RecordContext; told: UnreadableValue[] } {
  const told: UnreadableValue[] = [];
  return { context: { timeZone: 'America/Toronto', bookingKey: null, unreadable: (value) => told.push(value) }, told };
}
