import { epochMs } from '../time/clock.ts';
import type { Deps } from '../wiring/deps.ts';
import { AppError } from '../contract/errors.ts';
import type { BookingWithLinks } from '../records/booking.ts';
import { readContactById } from '../reads/contact.ts';
import type { Contact } from '../records/contact.ts';

/**
 * Lets a booking's own student pass, also under an id that their contact had before it was merged.
 * @throws {AppError} `ACCESS_DENIED`, or `HUBSPOT_UNAVAILABLE` while HubSpot does not show yet whose it is.
 */
export async function requireOwner(
  deps: Deps,
  { booking, contactIds }: BookingWithLinks,
  { id }: Pick<Contact, 'id'>,
): Promise<void> {
  if (contactIds.includes(id)) return;
  const { clock, config } = deps;
  if (contactIds.length === 0) refuseUnsettled(epochMs(booking.createdAt) + config.consistencyLagMs - clock.now());
  const linked = await Promise.all(contactIds.map(async (contactId) => readContactById(deps, contactId)));
  if (linked.some((contact) => contact?.id === id)) return;
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
