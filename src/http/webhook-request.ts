import { AppError } from '../contract/errors.ts';
import type { App } from './app.ts';
import { verifySignature } from './hubspot-signature.ts';
import { parseJsonText } from './input.ts';

/** HubSpot tries again for up to 24 h: an older event with a signature that has no time is a replay. */
const MAX_EVENT_AGE_MS = 25 * 60 * 60_000;

/**
 * The events of a webhook, once its signature is checked over the raw body.
 * @throws {AppError} `UNAUTHORIZED` for a signature that does not fit, `VALIDATION_ERROR` for anything but a list.
 */
export function readSignedEvents({ config, clock }: App, request: Request, body: Uint8Array): unknown[] {
  const { webhookSecrets, publicUrl } = config.http;
  const unsigned = config.overEmulator && webhookSecrets.length === 0;
  const secrets = webhookSecrets.map((secret) => secret.reveal());
  const { method, headers } = request;
  const version = verifySignature(
    { method, headers, body, url: publicUrlOf(request, publicUrl) },
    secrets,
    clock.now(),
  );
  if (version === null && !unsigned) throw unauthorized();
  const events = parseJsonText(new TextDecoder().decode(body));
  if (!Array.isArray(events)) {
    const validationErrors = ['The body must be a list of events'];
    throw new AppError('VALIDATION_ERROR', 'The body must be a list of events', { validationErrors });
  }
  if (version === 'v1' && events.some((event) => isTooOld(event, clock.now()))) throw unauthorized();
  return events;
}

function unauthorized(): AppError {
  return new AppError('UNAUTHORIZED', 'The signature does not fit');
}

function isTooOld(event: unknown, now: number): boolean {
  const occurredAt = (event as { occurredAt?: unknown } | null)?.occurredAt;
  return typeof occurredAt !== 'number' || occurredAt < now - MAX_EVENT_AGE_MS;
}

/** The address HubSpot posted to: as configured, else as the proxy in front of us says. */
function publicUrlOf(request: Request, configured: string | undefined): string {
  const { pathname, search, host, protocol } = new URL(request.url);
  if (configured) return `${configured}${pathname}${search}`;
  const forwardedHost = request.headers.get('x-forwarded-host') ?? request.headers.get('host') ?? host;
  const forwardedProtocol = request.headers.get('x-forwarded-proto') ?? protocol.replace(':', '');
  return `${forwardedProtocol}://${forwardedHost}${pathname}${search}`;
}
