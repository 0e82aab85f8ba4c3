import { inChunks, settle } from './batch.ts';
import type { HubSpotConnection } from './connection.ts';
import { batchSchema, parseReply, recordSchema } from './schemas.ts';
import type { BatchResult, HubSpotObject, ObjectType } from './types.ts';

/** New values of one record; `""` clears a property, null would not [objects guide]. */
export interface ObjectUpdate {
  id: string;
  properties: Record<string, string>;
}

/** A record to be made, and what it is tied to from the start. */
export interface NewObject {
  properties: Record<string, string>;
  associations: readonly { to: ObjectType; id: string }[];
}

/**
 * Makes one record, associated in the same call by the default types of its direction; where HubSpot knows none, by a
 * call of its own after it. Never repeated by itself: a lost answer leaves open whether the record exists.
 */
export async function createObject(
  connection: HubSpotConnection,
  type: ObjectType,
  { properties, associations }: NewObject,
): Promise<HubSpotObject<never>> {
  const { executor, paths, associationTypes } = connection;
  const operation = 'objects.create';
  const specs = await Promise.all(
    associations.map(async ({ to, id }) => ({ to, id, spec: await associationTypes.defaultBetween(type, to) })),
  );
  const inline = specs.flatMap(({ id, spec }) => (spec ? [{ to: { id }, types: [spec] }] : []));
  const body = { properties, associations: inline };
  const path = paths.objects(type.id);
  const reply = await executor.execute({ operation, method: 'POST', path, body, repeatable: false });
  const record = parseReply(operation, recordSchema([]), reply);
  for (const { to, id, spec } of specs) if (!spec) await associateDefault(connection, [type, record.id], [to, id]);
  return record;
}

async function associateDefault(
  { executor, paths }: HubSpotConnection,
  [from, fromId]: [ObjectType, string],
  [to, toId]: [ObjectType, string],
): Promise<void> {
  const operation = 'associations.putDefault';
  const path = paths.defaultAssociation(from.id, fromId, to.id, toId);
  await executor.execute({ operation, method: 'PUT', path, repeatable: true });
}

export interface UpdateOptions {
  /** Whether a lost answer may be followed by the same write; false unless said otherwise. */
  repeatable?: boolean;
}

/** Writes absolute values to one record; resolves to it, with `updatedAt`. */
export async function updateObject(
  { executor, paths }: HubSpotConnection,
  type: ObjectType,
  { id, properties }: ObjectUpdate,
  { repeatable = false }: UpdateOptions = {},
): Promise<HubSpotObject<never>> {
  const operation = 'objects.update';
  const path = paths.object(type.id, id);
  const reply = await executor.execute({ operation, method: 'PATCH', path, body: { properties }, repeatable });
  return parseReply(operation, recordSchema([]), reply);
}

/** Moves one record to the recycle bin; repeating it changes nothing. */
export async function archiveObject(
  { executor, paths }: HubSpotConnection,
  type: ObjectType,
  id: string,
): Promise<void> {
  const operation = 'objects.archive';
  await executor.execute({ operation, method: 'DELETE', path: paths.object(type.id, id), repeatable: true });
}

/**
 * Writes absolute values to many records. Repeating it is harmless as long as nobody else writes the same properties
 * meanwhile, which is for the caller to ensure. Results carry `updatedAt` and no properties.
 */
export async function batchUpdateObjects(
  { executor, paths, batchLimit }: HubSpotConnection,
  type: ObjectType,
  updates: readonly ObjectUpdate[],
): Promise<BatchResult<HubSpotObject<never>>> {
  const operation = 'objects.batchUpdate';
  const path = paths.objects(type.id, 'batch/update');
  return inChunks(
    updates,
    batchLimit,
    ({ id }) => id,
    async (inputs) => {
      const reply = await executor.execute({ operation, method: 'POST', path, body: { inputs }, repeatable: true });
      const { results, errors } = parseReply(operation, batchSchema([]), reply);
      const requested = inputs.map(({ id }) => id);
      return settle(operation, requested, new Map(results.map((record) => [record.id, record])), errors);
    },
  );
}
