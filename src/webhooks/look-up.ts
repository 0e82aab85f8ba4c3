import { tags } from '../cache/keys.ts';
import { HubSpotError, isTransient } from '../hubspot/errors.ts';
import { findExamIdsOfBookings } from '../reads/bookings.ts';
import type { Deps } from '../wiring/deps.ts';

/** What HubSpot told of the bookings. */
export interface LookedUp {
  examIds: Set<string>;
  /** Bookings HubSpot refuses to tell of, for good: logged, and nothing that sending again would mend. */
  refusedIds: Set<string>;
}

/**
 * The exams of bookings that HubSpot has to be asked for: one call for all of them.
 * @throws {HubSpotError} when some of it failed and may be told later.
 */
export async function lookUp(deps: Deps, bookingIds: ReadonlySet<string>): Promise<LookedUp> {
  // What was looked up before these events, or is being looked up, may be from before the association.
  deps.cache.invalidate([...bookingIds].map(tags.bookingLinks));
  const examIds = new Set<string>();
  const refusedIds = new Set<string>();
  for (const [bookingId, linked] of await findExamIdsOfBookings(deps, [...bookingIds])) {
    if (!(linked instanceof Error)) for (const id of linked) examIds.add(id);
    else if (!isPermanent(linked)) throw linked;
    else {
      deps.log.error('events about a booking whose links HubSpot refuses', { bookingId, reason: linked.message });
      refusedIds.add(bookingId);
    }
  }
  return { examIds, refusedIds };
}

/** HubSpot refuses for good: sending the events again would change nothing. */
export function isPermanent(error: unknown): error is HubSpotError {
  return error instanceof HubSpotError && !isTransient(error);
}
