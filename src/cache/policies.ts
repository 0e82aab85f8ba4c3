/** How long a kind of data may be answered from memory. All in milliseconds. */
export interface CachePolicy {
  /** Fresh for this long. */
  ttlMs: number;
  /** After that, still served for this long while one refresh runs. */
  staleWhileRevalidateMs: number;
  /** After that, still served for this long when a refresh fails. */
  staleIfErrorMs: number;
  /** How late HubSpot shows a change in the source: within it after a drop, a load may still bring the old value. */
  sourceLagMs: number;
}

/** Kinds of cached data; the counters are kept by them. */
export const CACHE_KINDS = [
  'exam',
  'sessions',
  'seats',
  'contact',
  'enrollment',
  'booking',
  'association',
  'bookingList',
] as const;
export type CacheKind = (typeof CACHE_KINDS)[number];

/** That there is nothing is believed for this long at most. */
export const ABSENCE_TTL_MS = 5000;
/** A refusal never rests on anything older than this. */
export const REFUSAL_MAX_AGE_MS = 5000;

/** HubSpot's search index is up to 10 s behind, associations 3 s; what is read by id is not. */
const LAG_MS = { search: 10_000, association: 3000, none: 0 };

const MINUTE_MS = 60_000;
/** What students look at while they choose may be a little old rather than missing; what they own may not. */
const SHARED = { staleWhileRevalidateMs: 30_000, staleIfErrorMs: 5 * MINUTE_MS };
const PERSONAL = { staleWhileRevalidateMs: 0, staleIfErrorMs: 0 };

/** Lifetimes that are settings. */
export type CacheTtls = Record<CacheKind, number>;

/** The table of policies, from the lifetimes that are set. */
export function cachePolicies(ttlMs: CacheTtls): Record<CacheKind, CachePolicy> {
  return {
    exam: { ttlMs: ttlMs.exam, ...SHARED, sourceLagMs: LAG_MS.none },
    sessions: { ttlMs: ttlMs.sessions, ...SHARED, sourceLagMs: LAG_MS.search },
    seats: { ttlMs: ttlMs.seats, ...SHARED, sourceLagMs: LAG_MS.association },
    contact: { ttlMs: ttlMs.contact, ...PERSONAL, sourceLagMs: LAG_MS.none },
    enrollment: { ttlMs: ttlMs.enrollment, ...PERSONAL, sourceLagMs: LAG_MS.search },
    // With rollups, or with its associations, which are later.
    booking: { ttlMs: ttlMs.booking, ...PERSONAL, sourceLagMs: LAG_MS.association },
    association: { ttlMs: ttlMs.association, ...PERSONAL, sourceLagMs: LAG_MS.association },
    bookingList: { ttlMs: ttlMs.bookingList, ...PERSONAL, sourceLagMs: LAG_MS.association },
  };
}
