import type { HubSpotError } from './errors.ts';

/** A HubSpot object type: its id in paths and the plural name under which associations may answer. */
export interface ObjectType {
  /** Such as `0-1` or `2-50158943`. */
  id: string;
  /** Such as `contacts` or `bookings`. */
  name: string;
}

/** Property values as HubSpot sends them: always text, null when unset. */
type Properties<P extends string> = Readonly<Record<P, string | null>>;

/** One of the values that a property has had. */
export interface PastValue {
  /** Empty for none. */
  value: string;
  /** When it was set by HubSpot's clock, in epoch milliseconds. */
  atMs: number;
  /** Such as `INTEGRATION` for apps or `CRM_UI` for people. */
  sourceType: string;
}

/** A CRM record with the properties that were asked for. */
export interface HubSpotObject<P extends string = string> {
  id: string;
  properties: Properties<P>;
  /** ISO 8601, by HubSpot's clock. */
  createdAt: string;
  /** ISO 8601, by HubSpot's clock. */
  updatedAt: string;
  archived: boolean;
}

/** A record and, per associated type asked for, the complete list of associated ids without repeats. */
export interface HubSpotObjectWithAssociations<P extends string> extends HubSpotObject<P> {
  /** Keyed by {@link ObjectType.id}; an empty list means that HubSpot names no association. */
  associations: ReadonlyMap<string, readonly string[]>;
  /** Per property whose past was asked for and can be read: its values, newest first. HubSpot keeps the last ones only. */
  history: ReadonlyMap<string, readonly PastValue[]>;
}

/**
 * What came of each input of a batch. Every requested id is in exactly one of the three: an id HubSpot does not
 * mention at all is a failure, not an absence.
 */
export interface BatchResult<T> {
  results: Map<string, T>;
  /** Ids of which HubSpot says that they do not exist. */
  missing: Set<string>;
  failures: Map<string, HubSpotError>;
}

/** One condition of a search [search guide: at most 6 in a group, 18 in all]. */
export interface SearchFilter {
  propertyName: string;
  operator: 'EQ' | 'NEQ' | 'GTE' | 'LTE' | 'IN' | 'HAS_PROPERTY';
  value?: string;
  values?: readonly string[];
}

export interface SearchRequest<P extends string> {
  /** All of them must hold. */
  filters: readonly SearchFilter[];
  properties: readonly P[];
  sort?: { propertyName: string; direction: 'ASCENDING' | 'DESCENDING' };
  /** Records a page, 200 at most [search guide]. */
  limit?: number;
  /** Stops paging once that many records are found. */
  maxResults?: number;
  /** Stops paging once a page holds such a record; that page's records are all returned. */
  until?: (record: HubSpotObject<P>) => boolean;
}
