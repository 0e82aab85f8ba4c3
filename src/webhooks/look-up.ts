import { tags } from '../cache/keys.ts';
import type { Deps } from '../wiring/deps.ts';
import { HubSpotError, isTransient } from '../hubspot/errors.ts';
import type { ObjectType } from '../hubspot/types.ts';
import { getExamIdsOfBookings } from '../reads/bookings.ts';
import type { AffectedExams } from './affected-exams.ts';

/** What HubSpot told of the bookings. */
export interface LookedUp {
  examIds: Set<string>;
  /** Bookings HubSpot refuses to tell of, for good: logged, and nothing that sending again would mend. */
  refusedIds: Set<string>;
}

/** Linked ids by booking, or why they could not be read; bookings without links may be missing. */
type Links = ReadonlyMap<string, readonly string[] | HubSpotError>;

/**
 * The exams of bookings that HubSpot has to be asked for: one call for all of them. The lists of contacts that have
 * restored bookings back are dropped, for one call more in the same round.
 * @throws {HubSpotError} when some of it failed and may be told later.
 */
export async function lookUp(deps: Deps, { bookingIds, restoredIds }: AffectedExams): Promise<LookedUp> {
  const { contacts } = deps.config.objectTypes;
  // What was looked up before these events, or is being looked up, may be from before the association.
  deps.cache.invalidate([...bookingIds].map(tags.bookingLinks));
  const [exams, owners] = await Promise.all([
    readExamIds(deps, [...bookingIds]),
    readLinks(deps, [...restoredIds], contacts),
  ]);
  const { linkedIds: examIds, refusedIds } = sortOut(deps, exams);
  const restored = sortOut(deps, owners);
  deps.cache.invalidate([...restored.linkedIds].map(tags.contactBookings));
  return { examIds, refusedIds: refusedIds.union(restored.refusedIds) };
}

/** Exam ids of each booking, or why they could not be read; who is to blame for a refusal is found in one look more. */
async function readExamIds(deps: Deps, bookingIds: readonly string[]): Promise<Links> {
  try {
    return await getExamIdsOfBookings(deps, bookingIds);
  } catch (error) {
    if (!isPermanent(error)) throw error;
    return readLinks(deps, bookingIds, deps.config.objectTypes.mockExams);
  }
}

async function readLinks({ config, hubspot }: Deps, bookingIds: readonly string[], to: ObjectType): Promise<Links> {
  const { results, failures } = await hubspot.batchGetAssociations(config.objectTypes.bookings, bookingIds, to);
  return new Map<string, readonly string[] | HubSpotError>([...results, ...failures]);
}

function sortOut(deps: Deps, links: Links) {
  const linkedIds = new Set<string>();
  const refusedIds = new Set<string>();
  for (const [bookingId, linked] of links) {
    if (linked instanceof Error) {
      if (isTransient(linked)) throw linked;
      deps.log.error('events about a booking whose links HubSpot refuses', { bookingId, reason: linked.message });
      refusedIds.add(bookingId);
    } else for (const id of linked) linkedIds.add(id);
  }
  return { linkedIds, refusedIds };
}

/** HubSpot refuses for good: sending the events again would change nothing. */
export function isPermanent(error: unknown): error is HubSpotError {
  return error instanceof HubSpotError && !isTransient(error);
}
