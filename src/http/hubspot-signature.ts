import { createHash, createHmac, timingSafeEqual } from 'node:crypto';

/** A webhook as it arrived. */
export interface SignedRequest {
  method: string;
  /** The public URL HubSpot posted to: scheme, host, path and query. */
  url: string;
  /** The raw body: re-serialised JSON has another signature. */
  body: Uint8Array;
  headers: Headers;
}

/** A v3 signature is good for this long [request validation guide]. */
const MAX_AGE_MS = 5 * 60_000;

/** What HubSpot decodes in the URL before it signs; everything else stays as it is [request validation guide]. */
const DECODED = /%(3A|2F|3F|40|21|24|27|28|29|2A|2C|3B)/gi;

/**
 * Checks HubSpot's signature with each of the app's client secrets, in constant time. Private apps may send only v1,
 * which has no timestamp and can be replayed: it counts only where there is no v3 header.
 * @param nowMs epoch milliseconds.
 * @returns the version of the signature that fits; null when none does.
 */
export function verifySignature(request: SignedRequest, secrets: readonly string[], nowMs: number): 'v3' | 'v1' | null {
  const given = request.headers.get('x-hubspot-signature-v3');
  if (given !== null) return secrets.some((secret) => fitsV3(request, given, secret, nowMs)) ? 'v3' : null;
  const version = request.headers.get('x-hubspot-signature-version') ?? 'v1';
  const digest = request.headers.get('x-hubspot-signature');
  if (version !== 'v1' || digest === null) return null;
  return secrets.some((secret) => equal(digest, signV1(secret, request.body))) ? 'v1' : null;
}

/** Why {@link verifySignature} found none that fits, for the operator who sets webhooks up. */
export function explainMismatch({ headers, url }: SignedRequest, secrets: readonly string[], nowMs: number): string {
  if (secrets.length === 0) return 'HUBSPOT_WEBHOOK_SECRET is not set';
  const isV3 = headers.has('x-hubspot-signature-v3');
  if (!isV3 && !headers.has('x-hubspot-signature')) return 'the request has no signature';
  if (isV3 && !isYoung(headers.get('x-hubspot-request-timestamp'), nowMs)) {
    return 'the timestamp of the signature is missing or more than 5 minutes off';
  }
  const { origin, pathname } = new URL(url);
  return `the signature is for another secret, body or address than ${origin}${pathname}`;
}

function isYoung(timestamp: string | null, nowMs: number): timestamp is string {
  return /^\d{1,15}$/.test(timestamp ?? '') && Math.abs(nowMs - Number(timestamp)) <= MAX_AGE_MS;
}

function fitsV3(request: SignedRequest, given: string, secret: string, nowMs: number): boolean {
  const timestamp = request.headers.get('x-hubspot-request-timestamp');
  return isYoung(timestamp, nowMs) && equal(given, signV3(secret, request, timestamp));
}

/** base64 of HMAC-SHA256 over method, URL, body and timestamp, nothing between them. */
export function signV3(
  secret: string,
  { method, url, body }: Omit<SignedRequest, 'headers'>,
  timestamp: string,
): string {
  const uri = url.replaceAll(DECODED, (code) => decodeURIComponent(code));
  return createHmac('sha256', secret).update(`${method}${uri}`).update(body).update(timestamp).digest('base64');
}

/** hex of SHA-256 over secret and body. */
export function signV1(secret: string, body: Uint8Array): string {
  return createHash('sha256').update(secret).update(body).digest('hex');
}

function equal(left: string, right: string): boolean {
  const [a, b] = [Buffer.from(left), Buffer.from(right)];
  return a.length === b.length && timingSafeEqual(a, b);
}
