import { AxiosHeaders, type RawAxiosResponseHeaders } from 'axios';

/** A limit of HubSpot's and, where it says so, how much of it is used. */
interface RateLimitCount {
  max: number;
  used: number | undefined;
}

/** What HubSpot's `X-HubSpot-RateLimit-*` headers say; search answers carry none [usage guidelines]. */
export interface RateLimitReading {
  window: (RateLimitCount & { intervalMs: number }) | undefined;
  day: RateLimitCount | undefined;
}

type Headers = AxiosHeaders | RawAxiosResponseHeaders;

/** The interval that HubSpot's limits are for when it does not say [usage guidelines]. */
const USUAL_INTERVAL_MS = 10_000;
/** A longer interval is none that calls could wait out. */
const MAX_INTERVAL_MS = 60_000;

/** How long HubSpot asks us to stay away: `Retry-After` in seconds, or a date; it is honoured wherever it comes. */
export function readRetryAfterMs(headers: Headers, nowMs: number): number | undefined {
  const seconds = readNumber(headers, 'retry-after');
  if (seconds !== undefined) return seconds * 1000;
  // Date.parse takes negative numbers for years: an HTTP date begins with the name of its day.
  const date = /^[a-z]{3,}, .*$/i.exec(readText(headers, 'retry-after'))?.[0];
  const at = date === undefined ? Number.NaN : Date.parse(date);
  return Number.isNaN(at) ? undefined : Math.max(0, at - nowMs);
}

/** What HubSpot says of its limits. What a proxy has left empty, or `0`, says nothing. */
export function readRateLimits(headers: Headers): RateLimitReading {
  const intervalMs = readNumber(headers, 'x-hubspot-ratelimit-interval-milliseconds') || USUAL_INTERVAL_MS;
  const window = readCount(headers, 'x-hubspot-ratelimit-max', 'x-hubspot-ratelimit-remaining');
  return {
    window: window && intervalMs <= MAX_INTERVAL_MS ? { ...window, intervalMs } : undefined,
    day: readCount(headers, 'x-hubspot-ratelimit-daily', 'x-hubspot-ratelimit-daily-remaining'),
  };
}

/** A limit and what is used of it. Without its limit a remainder says nothing; nor does one that exceeds it. */
function readCount(headers: Headers, maxName: string, remainingName: string): RateLimitCount | undefined {
  const max = readNumber(headers, maxName);
  const remaining = readNumber(headers, remainingName);
  if (max === undefined || max < 1) return undefined;
  const used = remaining === undefined || remaining > max ? undefined : Math.round(max - remaining);
  return { max: Math.floor(max), used };
}

/** A header that is a number of at least zero. `Number('')` is 0, which would be a limit. */
function readNumber(headers: Headers, name: string): number | undefined {
  const text = readText(headers, name);
  return /^\d{1,9}(\.\d+)?$/.test(text) ? Number(text) : undefined;
}

function readText(headers: Headers, name: string): string {
  return String(AxiosHeaders.from(headers as AxiosHeaders).get(name) ?? '').trim();
}
