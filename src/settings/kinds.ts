import { isIPv4, isIPv6 } from 'node:net';
import { z } from 'zod';
import { Secret } from './secret.ts';

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/;

export const commaList = z
  .string()
  .default('')
  .transform((text) => text.split(',').flatMap((part) => part.trim() || []));

/** Origins as browsers send them: no path, no trailing slash. `*` alone stands for any, as does nothing. */
export const originList = commaList
  .transform((list) => (list.length === 1 && list[0] === '*' ? [] : list.map(toOrigin)))
  .refine(
    (list) => !list.includes(null),
    'must be a comma-separated list of origins such as https://book.example.com, or *',
  )
  .transform((list) => list.flatMap((each) => each ?? []));

function toOrigin(text: string): string | null {
  const url = URL.parse(text);
  return url && /^https?:$/.test(url.protocol) && url.pathname === '/' && !url.search ? url.origin : null;
}

export const proxyList = commaList.refine(
  (list) => list.every(isAddressOrRange),
  'must be a comma-separated list of addresses or CIDR ranges such as 10.0.0.0/8',
);

function isAddressOrRange(text: string): boolean {
  const [address = '', prefix, ...rest] = text.split('/');
  const bits = isIPv4(address) ? 32 : isIPv6(address) ? 128 : -1;
  return (
    bits > 0 && rest.length === 0 && (prefix === undefined || (/^\d{1,3}$/.test(prefix) && Number(prefix) <= bits))
  );
}

export const origin = z
  .url({ protocol: /^https?$/, error: 'must be an address such as https://bookings.example.com' })
  .transform((text) => text.replace(/\/+$/, ''));

export const baseUrl = origin
  .refine((text) => {
    const { protocol, hostname } = new URL(text);
    return protocol === 'https:' || LOOPBACK.test(hostname);
  }, 'must be https (plain http is allowed for loopback only)')
  .refine((text) => !new URL(text).username, 'must not hold a user name or password');

export const secret = z
  .string()
  .min(1, 'must not be empty')
  .transform((text) => new Secret(text));

/** `name=value` pairs, the values percent-encoded, as OpenTelemetry has them. */
export const headerList = z
  .string()
  .regex(/^[^=,\s]+=[^,]*(,[^=,\s]+=[^,]*)*$/, 'must be a comma-separated list of name=value')
  .transform((text) => new Secret(text));

/** An address of a Redis server, which may hold a password. */
export const redisUrl = z
  .string()
  .refine(
    (text) => /^rediss?:\/\/[^/]/.test(text) && URL.canParse(text),
    'must be an address such as rediss://host:6379',
  )
  .transform((text) => new Secret(text));

export const timeZone = z.string().refine((name) => {
  try {
    return Boolean(new Intl.DateTimeFormat('en', { timeZone: name }));
  } catch {
    return false;
  }
}, 'must be an IANA time zone such as America/Toronto');

export const objectTypeId = z.string().regex(/^\d-\d+$/, 'must be a HubSpot object type id such as 2-50158943');

export const flag = (value: boolean) => z.stringbool({ error: 'must be true or false' }).default(value);

/** One of a few words. */
export function choice<const T extends readonly string[]>(words: T, value: NoInfer<T[number]>) {
  return z.enum(words, { error: `must be one of: ${words.join(', ')}` }).default(value);
}

/** A whole number without a default. */
export function wholeNumber(least = 0, most = Number.MAX_SAFE_INTEGER) {
  const bounds = most === Number.MAX_SAFE_INTEGER ? `of at least ${least}` : `from ${least} to ${most}`;
  const error = `must be a whole number ${bounds}`;
  return z.coerce.number({ error }).int({ error }).min(least, { error }).max(most, { error });
}

export const count = (value: number, least = 0) => wholeNumber(least).default(value);

/** HubSpot's own rule for internal names [properties guide]. */
export const propertyName = z
  .string()
  .regex(/^[a-z][a-z0-9_]{0,99}$/, 'must be the internal name of a property, such as booking_key');
