import { epochMs } from '../time/clock.ts';
import type { Deps } from '../wiring/deps.ts';
import { AppError } from '../contract/errors.ts';
import type { BookingWithLinks } from '../records/booking.ts';
import type { Contact } from '../records/contact.ts';

/**
 * Lets a booking's own student pass.
 * @throws {AppError} `ACCESS_DENIED`, or `HUBSPOT_UNAVAILABLE` while HubSpot does not show yet whose it is.
 */
export function requireOwner(
  { clock, config }: Deps,
  { booking, contactIds }: BookingWithLinks,
  { id }: Pick<Contact, 'id'>,
): void {
  if (contactIds.includes(id)) return;
  if (contactIds.length === 0) refuseUnsettled(epochMs(booking.createdAt) + config.consistencyLagMs - clock.now());
  throw new AppError('ACCESS_DENIED', 'Access denied. This booking does not belong to you.');
}

/**
 * Asks for patience with a booking that was made a moment ago.
 * @param leftMs milliseconds until it is settled; none or less when it is.
 * @throws {AppError} `HUBSPOT_UNAVAILABLE`
 */
export function refuseUnsettled(leftMs: number): void {
  if (leftMs <= 0) return;
  const message = 'This booking is still being completed. Please try again in a moment.';
  throw new AppError('HUBSPOT_UNAVAILABLE', message, { retryAfterSeconds: Math.ceil(leftMs / 1000) });
}
