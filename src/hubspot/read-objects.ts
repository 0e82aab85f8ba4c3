import { emptyResult, inChunks, requireComplete, settle } from './batch.ts';
import type { HubSpotConnection } from './connection.ts';
import { HubSpotApiError, HubSpotInvalidReplyError } from './errors.ts';
import { readInlineAssociations } from './inline-associations.ts';
import { batchGetAssociations } from './read-associations.ts';
import { batchSchema, parseReply, recordSchema } from './schemas.ts';
import type { BatchResult, HubSpotObject, HubSpotObjectWithAssociations, ObjectType } from './types.ts';

export interface GetObjectOptions<P extends string> {
  properties: readonly P[];
  /** Read by this unique property instead of the record id. */
  idProperty?: string;
  /** Types whose associated ids come with the record. */
  associations?: readonly ObjectType[];
}

/**
 * One record with its associated ids; null when HubSpot says that it does not exist. Lists that HubSpot cuts off
 * inline are read again in full. The record's id differs from `id` when records were merged.
 */
export async function getObject<P extends string>(
  connection: HubSpotConnection,
  type: ObjectType,
  id: string,
  { properties, idProperty, associations = [] }: GetObjectOptions<P>,
): Promise<HubSpotObjectWithAssociations<P> | null> {
  const operation = 'objects.get';
  const query: Record<string, string> = { properties: properties.join(',') };
  if (idProperty) query['idProperty'] = idProperty;
  if (associations.length > 0) query['associations'] = associations.map((to) => to.id).join(',');
  const path = connection.paths.object(type.id, id);
  let reply: unknown;
  try {
    reply = await connection.executor.execute({ operation, method: 'GET', path, query, repeatable: true });
  } catch (error) {
    if (error instanceof HubSpotApiError && error.status === 404) return null;
    throw error;
  }
  const { associations: inlineRows, ...record } = parseReply(operation, recordSchema(properties), reply);
  const inline = readInlineAssociations(operation, inlineRows, associations);
  const lists = associations.map(async (to) => {
    const { ids, truncated } = inline.get(to.id) ?? { ids: [], truncated: false };
    return [to.id, truncated ? await allAssociations(connection, type, record.id, to) : ids] as const;
  });
  return { ...record, associations: new Map(await Promise.all(lists)) };
}

async function allAssociations(connection: HubSpotConnection, from: ObjectType, id: string, to: ObjectType) {
  const ids = requireComplete(await batchGetAssociations(connection, from, [id], to)).get(id);
  if (!ids?.length)
    throw new HubSpotInvalidReplyError('associations.batchRead', 'associations shown inline are missing');
  return ids;
}

/**
 * Records by id, or by the unique property `idProperty`; results are keyed by what was asked for. HubSpot cannot
 * return associations here [objects guide].
 */
export async function batchReadObjects<P extends string>(
  connection: HubSpotConnection,
  type: ObjectType,
  ids: readonly string[],
  properties: readonly P[],
  { idProperty }: { idProperty?: P } = {},
): Promise<BatchResult<HubSpotObject<P>>> {
  const operation = 'objects.batchRead';
  const path = connection.paths.objects(type.id, 'batch/read');
  const schema = batchSchema(properties);
  const keyOf = (record: HubSpotObject<P>) => (idProperty ? (record.properties[idProperty] ?? '') : record.id);
  return inChunks([...new Set(ids)], connection.batchLimit, String, async (chunk) => {
    const body = { inputs: chunk.map((id) => ({ id })), properties, ...(idProperty ? { idProperty } : {}) };
    try {
      const reply = await connection.executor.execute({ operation, method: 'POST', path, body, repeatable: true });
      const { results, errors } = parseReply(operation, schema, reply);
      const found = new Map(results.map((record) => [keyOf(record), record]));
      const read = settle(operation, chunk, found, errors);
      const asked = new Set(chunk);
      const unasked = [...found.keys()].filter((id) => !asked.has(id));
      for (const id of unasked) read.results.delete(id);
      return unasked.length > 0 ? await readMerged(connection, type, read, properties) : read;
    } catch (error) {
      if (!saysAllMissing(error)) throw error;
      return { ...emptyResult<HubSpotObject<P>>(), missing: new Set(chunk) };
    }
  });
}

/**
 * A record that was merged comes under the id of the one it was merged into: ids that the answer leaves open are read
 * one by one, which follows them.
 */
async function readMerged<P extends string>(
  connection: HubSpotConnection,
  type: ObjectType,
  read: BatchResult<HubSpotObject<P>>,
  properties: readonly P[],
): Promise<BatchResult<HubSpotObject<P>>> {
  for (const [id, error] of read.failures) {
    if (!(error instanceof HubSpotInvalidReplyError)) continue;
    const record = await getObject(connection, type, id, { properties });
    read.failures.delete(id);
    if (record) read.results.set(id, record);
    else read.missing.add(id);
  }
  return read;
}

/** When no input exists HubSpot answers 207 or, as one connector saw, 404. A 404 without that category is a wrong path. */
function saysAllMissing(error: unknown): boolean {
  return error instanceof HubSpotApiError && error.status === 404 && error.category === 'OBJECT_NOT_FOUND';
}
