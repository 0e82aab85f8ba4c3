import { HubSpotInvalidReplyError } from './errors.ts';
import type { InlineAssociations } from './schemas.ts';
import type { ObjectType } from './types.ts';

/** What a record says inline about one associated type. */
export interface InlineIds {
  /** Without repeats: one pair of records is listed once per association type between them. */
  ids: string[];
  /** Whether more exist than the 100 rows HubSpot shows inline. */
  truncated: boolean;
}

/**
 * Reads inline associations by object type. Their keys are names for standard types, and the type id or
 * `p{portalId}_{name}` for custom ones; no key means no association.
 * @throws {HubSpotInvalidReplyError} for a key that cannot be told apart: guessing would show a full list as empty.
 */
export function readInlineAssociations(
  operation: string,
  associations: InlineAssociations | undefined,
  types: readonly ObjectType[],
): Map<string, InlineIds> {
  const unread = new Map(Object.entries(associations ?? {}));
  const found = new Map<string, InlineIds>();
  const nameless: ObjectType[] = [];
  for (const type of types) {
    const key = [...unread.keys()].find((candidate) => isKeyOf(candidate, type));
    if (key === undefined) nameless.push(type);
    else found.set(type.id, takeIds(unread, key));
  }
  const [onlyKey] = unread.keys();
  const [onlyType] = nameless;
  if (unread.size === 1 && nameless.length === 1 && onlyKey !== undefined && onlyType) {
    found.set(onlyType.id, takeIds(unread, onlyKey));
  }
  if (unread.size > 0) throw new HubSpotInvalidReplyError(operation, 'associations under unknown keys');
  for (const type of types) if (!found.has(type.id)) found.set(type.id, { ids: [], truncated: false });
  return found;
}

function isKeyOf(key: string, type: ObjectType): boolean {
  const name = key.toLowerCase().replaceAll(' ', '_');
  return name === type.id || name === type.name || name.replace(/^p\d*_/, '') === type.name;
}

function takeIds(unread: Map<string, InlineAssociations[string]>, key: string): InlineIds {
  const list = unread.get(key);
  unread.delete(key);
  return {
    ids: [...new Set(list?.results.map(({ id }) => id))],
    truncated: Boolean(list?.paging?.next),
  };
}
