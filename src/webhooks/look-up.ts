import { bookingExamsKey, tags } from '../cache/keys.ts';
import type { Deps } from '../deps.ts';
import { HubSpotError, isTransient } from '../hubspot/errors.ts';
import type { ObjectType } from '../hubspot/types.ts';
import type { AffectedExams } from './affected-exams.ts';

/** What HubSpot told of the bookings. */
export interface LookedUp {
  examIds: Set<string>;
  /** Bookings HubSpot refuses to tell of, for good: logged, and nothing that sending again would mend. */
  refusedIds: Set<string>;
}

/**
 * The exams of bookings that HubSpot has to be asked for: one call for all of them. The lists of contacts that have
 * restored bookings back are dropped, for one call more in the same round.
 * @throws {HubSpotError} when some of it failed and may be told later.
 */
export async function lookUp(deps: Deps, { bookingIds, restoredIds }: AffectedExams): Promise<LookedUp> {
  const { contacts, mockExams } = deps.config.objectTypes;
  // What was looked up before these events, or is being looked up, may be from before the association.
  deps.cache.invalidate([...bookingIds].map(tags.bookingLinks));
  const loadExams = async (ids: readonly string[]) => readLinks(deps, ids, mockExams);
  const [exams, owners] = await Promise.all([
    deps.cache.fetchMany(bookingIds, bookingExamsKey, loadExams),
    readLinks(deps, [...restoredIds], contacts),
  ]);
  const { linkedIds: examIds, refusedIds } = sortOut(deps, exams);
  const restored = sortOut(deps, owners);
  deps.cache.invalidate([...restored.linkedIds].map(tags.contactBookings));
  return { examIds, refusedIds: refusedIds.union(restored.refusedIds) };
}

/** Ids linked to each booking; null for none, which the cache believes for seconds only. */
async function readLinks({ config, hubspot }: Deps, bookingIds: readonly string[], to: ObjectType) {
  const read = await hubspot.batchGetAssociations(config.objectTypes.bookings, bookingIds, to);
  const links = new Map<string, readonly string[] | null | HubSpotError>(read.failures);
  for (const id of bookingIds) if (!links.has(id)) links.set(id, orNull(read.results.get(id)));
  return links;
}

function orNull(ids: readonly string[] | undefined): readonly string[] | null {
  return ids && ids.length > 0 ? ids : null;
}

function sortOut(deps: Deps, links: ReadonlyMap<string, readonly string[] | null | Error>) {
  const linkedIds = new Set<string>();
  const refusedIds = new Set<string>();
  for (const [bookingId, linked] of links) {
    if (linked instanceof Error) {
      if (!isPermanent(linked)) throw linked;
      deps.log.error('events about a booking whose links HubSpot refuses', { bookingId, reason: linked.message });
      refusedIds.add(bookingId);
    } else for (const id of linked ?? []) linkedIds.add(id);
  }
  return { linkedIds, refusedIds };
}

/** HubSpot refuses for good: sending the events again would change nothing. */
export function isPermanent(error: unknown): error is HubSpotError {
  return error instanceof HubSpotError && !isTransient(error);
}
