import { AppError, invalidBody } from '../contract/errors.ts';
import type { App } from './app.ts';
import { explainMismatch, verifySignature } from './hubspot-signature.ts';
import { parseJsonText } from './input.ts';

/** HubSpot tries again for up to 24 h: an older event with a signature that has no time is a replay. */
const MAX_EVENT_AGE_MS = 25 * 60 * 60_000;

/**
 * The events of a webhook, once its signature is checked over the raw body.
 * @throws {AppError} `UNAUTHORIZED` for a signature that does not fit, `VALIDATION_ERROR` for anything but a list.
 */
export function readSignedEvents({ config, clock, log }: App, request: Request, body: Uint8Array): unknown[] {
  const { webhookSecrets, publicUrl } = config.http;
  const unsigned = config.overEmulator && webhookSecrets.length === 0;
  const secrets = webhookSecrets.map((secret) => secret.reveal());
  const signed = { method: request.method, headers: request.headers, body, url: publicUrlOf(request, publicUrl) };
  const version = verifySignature(signed, secrets, clock.now());
  if (version === null && !unsigned) {
    log.warn('webhook refused', { reason: explainMismatch(signed, secrets, clock.now()) });
    throw unauthorized();
  }
  const events = parseJsonText(new TextDecoder().decode(body));
  if (!Array.isArray(events)) throw invalidBody('The body must be a list of events');
  if (version === 'v1' && events.some((event) => isTooOld(event, clock.now()))) {
    log.warn('webhook refused', { reason: 'an event is more than 25 hours old or has no time' });
    throw unauthorized();
  }
  return events;
}

function unauthorized(): AppError {
  return new AppError('UNAUTHORIZED', 'Invalid signature');
}

function isTooOld(event: unknown, now: number): boolean {
  const occurredAt = Number((event as { occurredAt?: unknown } | null)?.occurredAt ?? Number.NaN);
  return !(occurredAt >= now - MAX_EVENT_AGE_MS);
}

/** The address HubSpot posted to: as configured, else as the proxy in front of us says. */
function publicUrlOf(request: Request, configured: string | undefined): string {
  const { pathname, search, origin } = new URL(request.url);
  return `${configured ?? forwardedOrigin(request, origin)}${pathname}${search}`;
}

/** Each proxy adds what it saw to the end of such a header: the first value is the caller's. */
function forwardedOrigin({ headers }: Request, own: string): string {
  const firstOf = (name: string) => headers.get(name)?.split(',')[0]?.trim();
  const { protocol, host } = new URL(own);
  const seenProtocol = firstOf('x-forwarded-proto') || protocol.replace(':', '');
  const seenHost = firstOf('x-forwarded-host') || firstOf('host') || host;
  // Lower case and without the protocol's own port, as HubSpot writes it.
  const seen = URL.parse(`${seenProtocol}://${seenHost}`);
  return seen && /^https?:$/.test(seen.protocol) ? seen.origin : own;
}
