import type { Outcome } from './coalescer.ts';
import type { HubSpotConnection } from './connection.ts';
import { HubSpotApiError, HubSpotError, HubSpotInvalidReplyError } from './errors.ts';
import { readInlineAssociations } from './inline-associations.ts';
import { type BatchReader, readBatch } from './read-batch.ts';
import { batchSchema, parseReply, recordSchema } from './schemas.ts';
import type { HubSpotObject, HubSpotObjectWithAssociations, ObjectType } from './types.ts';

/** What somebody wants to know of one record. */
export interface ReadWish {
  /** Record id, or value of the unique property that the read goes by. */
  id: string;
  properties: readonly string[];
  /** Types whose associated ids are wanted, too. */
  associations: readonly ObjectType[];
  /** Properties whose past values are wanted, too. */
  history: readonly string[];
  /** Asked for alone, it is read by a GET, which brings associations along and follows merged records. */
  isSingle: boolean;
}

/** Where the records are, and how lists of associated ids are read. */
export interface ReadSource {
  type: ObjectType;
  /** Unique property that ids are values of; undefined for record ids. */
  idProperty: string | undefined;
  readLinks: (from: ObjectType, to: ObjectType, ids: readonly string[]) => Promise<readonly Outcome<string[]>[]>;
}

type ReadRecord = HubSpotObjectWithAssociations<string>;

/**
 * Carries out wishes of which each gets its record, null when HubSpot says that it does not exist, or why it failed.
 * One record: one GET with everything. Several: a batch read, which cannot return associations [objects guide], with
 * association reads beside it or, by a property, after it.
 */
export async function readObjects(
  connection: HubSpotConnection,
  source: ReadSource,
  wishes: readonly ReadWish[],
): Promise<Outcome<ReadRecord | null>[]> {
  const ids = [...new Set(wishes.map(({ id }) => id))];
  const [only = ''] = ids;
  if (ids.length === 1 && wishes.some(({ isSingle }) => isSingle)) {
    const record = await getObject(connection, source, { id: only, ...union(wishes) });
    return wishes.map(() => record);
  }
  const byId = source.idProperty === undefined;
  const reading = readRecords(connection, source, ids, union(wishes));
  const idOf = async (id: string) => (byId ? id : recordIdOf((await reading).get(id)));
  const [records, lists] = await Promise.all([reading, readLists(source, wishes, idOf)]);
  return wishes.map((wish) => compose(wish, records.get(wish.id) ?? null, lists));
}

/** Records in one batch call that brings past values along [objects guide]. */
const HISTORY_BATCH_LIMIT = 50;

/** Everything that several wishes want. */
type Wanted = Pick<ReadWish, 'properties' | 'associations' | 'history'>;

function union(wishes: readonly ReadWish[]): Wanted {
  const associations = new Map(wishes.flatMap((wish) => wish.associations).map((type) => [type.id, type]));
  const properties = [...new Set(wishes.flatMap((wish) => wish.properties))];
  const history = [...new Set(wishes.flatMap((wish) => wish.history))];
  return { properties, associations: [...associations.values()], history };
}

function recordIdOf(record: Outcome<HubSpotObject | null> | undefined): string | null {
  return record && !(record instanceof HubSpotError) ? record.id : null;
}

/** Associated ids by type and by the id that was asked for. */
type Lists = ReadonlyMap<string, ReadonlyMap<string, Outcome<string[]>>>;

async function readLists(
  { type, readLinks }: ReadSource,
  wishes: readonly ReadWish[],
  idOf: (id: string) => Promise<string | null>,
): Promise<Lists> {
  const read = union(wishes).associations.map(async (to) => {
    const asking = wishes.filter((wish) => wish.associations.some(({ id }) => id === to.id));
    const asked = [...new Set(asking.map(({ id }) => id))];
    const recordIds = await Promise.all(asked.map(async (id) => idOf(id)));
    const known = asked.flatMap((id, index) => (recordIds[index] ? [{ id, recordId: recordIds[index] }] : []));
    const links = await readLinks(
      type,
      to,
      known.map(({ recordId }) => recordId),
    );
    return [to.id, new Map(known.map(({ id }, index) => [id, links[index] ?? []]))] as const;
  });
  return new Map(await Promise.all(read));
}

function compose(wish: ReadWish, record: Outcome<PastRecord | null>, lists: Lists): Outcome<ReadRecord | null> {
  if (record === null || record instanceof HubSpotError) return record;
  const associations = new Map<string, readonly string[]>();
  for (const { id: typeId } of wish.associations) {
    const list = lists.get(typeId)?.get(wish.id) ?? [];
    if (list instanceof HubSpotError) return list;
    associations.set(typeId, list);
  }
  return { ...record, associations };
}

/** Lists that HubSpot cuts off inline are read again in full. The record's id differs when records were merged. */
async function getObject(
  { executor, paths }: HubSpotConnection,
  { type, idProperty, readLinks }: ReadSource,
  { id, properties, associations, history }: Omit<ReadWish, 'isSingle'>,
): Promise<ReadRecord | null> {
  const operation = 'objects.get';
  const query: Record<string, string> = { properties: properties.join(',') };
  if (idProperty) query['idProperty'] = idProperty;
  if (history.length > 0) query['propertiesWithHistory'] = history.join(',');
  if (associations.length > 0) query['associations'] = associations.map((to) => to.id).join(',');
  let reply: unknown;
  try {
    reply = await executor.execute({
      operation,
      method: 'GET',
      path: paths.object(type.id, id),
      query,
      kind: 'read',
    });
  } catch (error) {
    if (error instanceof HubSpotApiError && error.status === 404) return null;
    throw error;
  }
  const { associations: inlineRows, ...record } = withHistory(parseReply(operation, recordSchema(properties), reply));
  const inline = readInlineAssociations(operation, inlineRows, associations);
  const lists = associations.map(async (to) => {
    const { ids, truncated } = inline.get(to.id) ?? { ids: [], truncated: false };
    return [to.id, truncated ? wholeList(await readLinks(type, to, [record.id])) : ids] as const;
  });
  return { ...record, associations: new Map(await Promise.all(lists)) };
}

/** A record without its associated ids. */
type PastRecord = HubSpotObject & Pick<ReadRecord, 'history'>;

function withHistory<R extends { propertiesWithHistory: ReadRecord['history'] }>({
  propertiesWithHistory,
  ...record
}: R) {
  return { ...record, history: propertiesWithHistory };
}

function wholeList([ids]: readonly Outcome<string[]>[]): string[] {
  if (ids instanceof HubSpotError) throw ids;
  if (ids?.length) return ids;
  throw new HubSpotInvalidReplyError('associations.batchRead', 'associations shown inline are missing');
}

/** Records by what was asked for. */
async function readRecords(
  connection: HubSpotConnection,
  source: ReadSource,
  ids: readonly string[],
  wanted: Wanted,
): Promise<Map<string, Outcome<PastRecord | null>>> {
  const outcomes = await readBatch(connection, recordReader(connection, source, wanted), ids);
  return new Map(ids.map((id, index) => [id, outcomes[index] ?? null]));
}

function recordReader(
  connection: HubSpotConnection,
  source: ReadSource,
  { properties, history }: Wanted,
): BatchReader<string, PastRecord> {
  const { type, idProperty } = source;
  const operation = 'objects.batchRead';
  const names = idProperty ? [...new Set([...properties, idProperty])] : properties;
  // Unique values are told apart without regard to case, as HubSpot does with e-mail addresses.
  const keyOf = (id: string) => (idProperty ? id.toLowerCase() : id);
  return {
    operation,
    path: connection.paths.objects(type.id, 'batch/read'),
    limit: history.length > 0 ? Math.min(HISTORY_BATCH_LIMIT, connection.batchLimit) : connection.batchLimit,
    keyOf,
    bodyFor: (ids) => ({
      inputs: ids.map((id) => ({ id })),
      properties: names,
      ...(history.length > 0 ? { propertiesWithHistory: history } : {}),
      ...(idProperty ? { idProperty } : {}),
    }),
    parse: (reply) => {
      const { results, errors } = parseReply(operation, batchSchema(names), reply);
      const keyed = results.map(
        (record) =>
          [keyOf((idProperty ? record.properties[idProperty] : record.id) ?? ''), withHistory(record)] as const,
      );
      return { results: new Map(keyed), errors };
    },
    readSingly: async (id) => getObject(connection, source, { id, properties, history, associations: [] }),
  };
}
