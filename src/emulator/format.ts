import type { Account } from './account.ts';
import type { AssociationRow } from './associations.ts';
import { associationKey, type ObjectTypeDefinition } from './portal.ts';
import { systemProperties } from './property-values.ts';
import type { RecordView, StoredRecord } from './record.ts';
import type { EmulatorSettings } from './settings.ts';

/** Rows of one associated type that HubSpot shows inline before it pages. */
const INLINE_PAGE_SIZE = 100;

/** A record as HubSpot sends it: only properties that were asked for, plus id and dates; text or null. */
export function formatRecord(
  view: RecordView,
  requested: readonly string[],
  settings: EmulatorSettings,
): Record<string, unknown> {
  const { record, values, updatedAt } = view;
  const { type } = record;
  const system = systemProperties(view);
  const shown: Record<string, string | null> = {};
  const always =
    type.custom || type.name === 'notes'
      ? ['hs_createdate', 'hs_lastmodifieddate']
      : ['createdate', 'lastmodifieddate'];
  const names = new Set([...(requested.length > 0 ? requested : type.defaultProperties), ...always, 'hs_object_id']);
  for (const name of names) {
    // An archived property hides its values.
    const value = (Object.hasOwn(type.properties, name) ? values[name] : undefined) ?? system[name];
    if (value !== undefined) shown[name] = value;
    else if (Object.hasOwn(type.properties, name) && settings.unsetProperties === 'null') shown[name] = null;
  }
  return {
    id: record.id,
    properties: shown,
    createdAt: new Date(record.createdAt).toISOString(),
    updatedAt: new Date(updatedAt).toISOString(),
    archived: record.archivedAt !== undefined,
    ...(record.archivedAt === undefined ? {} : { archivedAt: new Date(record.archivedAt).toISOString() }),
  };
}

/** Inline associations: one row per association type, ids as text, 100 rows, a key only where there is a row. */
export function formatInlineAssociations(
  account: Account,
  record: StoredRecord,
  types: readonly ObjectTypeDefinition[],
  now: number,
): Record<string, unknown> {
  const lists: Record<string, unknown> = {};
  for (const type of types) {
    const rows = account.visibleAssociations(record.type, record.id, type, now);
    if (rows.length === 0) continue;
    const results = rows.slice(0, INLINE_PAGE_SIZE).map((row) => ({ id: row.toId, type: row.type.name }));
    const after = rows[INLINE_PAGE_SIZE]?.toId;
    const link = `https://api.hubapi.com/crm/v3/objects/${record.type.typeId}/${record.id}/associations/${type.typeId}?after=${after}`;
    lists[associationKey(account.portal, type)] = { results, ...(after ? { paging: { next: { after, link } } } : {}) };
  }
  return Object.keys(lists).length > 0 ? { associations: lists } : {};
}

/** A record id as the associations API sends it. */
export function formatId(id: string, { numericToObjectId }: EmulatorSettings): number | string {
  return numericToObjectId ? Number(id) : id;
}

/** Association rows grouped by associated record, as v4 lists them. */
export function formatAssociated(rows: readonly AssociationRow[], settings: EmulatorSettings) {
  return Map.groupBy(rows, (row) => row.toId)
    .entries()
    .map(([toId, group]) => ({
      toObjectId: formatId(toId, settings),
      associationTypes: group.map(({ type: { category, typeId, label } }) => ({ category, typeId, label })),
    }))
    .toArray();
}

/** The envelope of every batch answer; `errors` and `numErrors` only where something went wrong. */
export function batchEnvelope(results: readonly unknown[], errors: readonly unknown[], now: number) {
  const moment = new Date(now).toISOString();
  const failed = errors.length > 0 ? { numErrors: errors.length, errors } : {};
  return { status: 'COMPLETE', results, ...failed, startedAt: moment, completedAt: moment };
}

/** `propertiesWithHistory` of a record; no key where none was asked for. History may lag behind the values. */
export function formatHistory(
  { history, type }: StoredRecord,
  names: readonly string[],
  { lag, keptValues }: EmulatorSettings,
  now: number,
): Record<string, unknown> {
  if (names.length === 0) return {};
  const known = names.filter((name) => Object.hasOwn(type.properties, name));
  const lists = known.map((name) => {
    const past = history.until(name, now - lag.historyMs).slice(0, keptValues);
    return [name, past.map(({ value, at, source }) => ({ value, timestamp: new Date(at).toISOString(), ...source }))];
  });
  return { propertiesWithHistory: Object.fromEntries(lists) as unknown };
}
