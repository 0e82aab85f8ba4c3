import type { AssociationSpec } from './association-types.ts';
import { inChunks, settle, unmentioned } from './batch.ts';
import type { Outcome } from './coalescer.ts';
import type { HubSpotConnection } from './connection.ts';
import { HubSpotApiError, HubSpotError } from './errors.ts';
import { batchSchema, parseReply, recordSchema } from './schemas.ts';
import type { CallKind, HubSpotRequest } from './transport.ts';
import type { HubSpotObject, ObjectType } from './types.ts';

/** New values of one record; `""` clears a property, null would not [objects guide]. */
export interface ObjectUpdate {
  id: string;
  properties: Record<string, string>;
}

export interface UpdateOptions {
  /** Whether a lost answer may be followed by the same write; false unless said otherwise. */
  repeatable?: boolean;
}

/** A record to be made, and what it is tied to from the start. */
export interface NewObject {
  properties: Record<string, string>;
  associations: readonly { to: ObjectType; id: string }[];
  /** Properties that together tell it from others made at the same time, should HubSpot not name it otherwise. */
  identity: readonly string[];
}

/** A {@link NewObject} whose association types are known. */
export interface PreparedObject extends NewObject {
  inline: readonly { to: { id: string }; types: readonly AssociationSpec[] }[];
}

/** Associates two records by the default type of that direction. Repeating it changes nothing. */
export async function associateDefault(
  { executor, paths }: HubSpotConnection,
  [from, fromId]: [ObjectType, string],
  [to, toId]: [ObjectType, string],
): Promise<void> {
  const operation = 'associations.putDefault';
  const path = paths.defaultAssociation(from.id, fromId, to.id, toId);
  await executor.execute({ operation, method: 'PUT', path, kind: 'repeatable write' });
}

/** Moves one record to the recycle bin; repeating it changes nothing. */
export async function archiveObject(
  { executor, paths }: HubSpotConnection,
  type: ObjectType,
  id: string,
): Promise<void> {
  const operation = 'objects.archive';
  await executor.execute({ operation, method: 'DELETE', path: paths.object(type.id, id), kind: 'repeatable write' });
}

/**
 * Makes records, one by a POST, several by batches. Never repeated by itself: a lost answer leaves open for everybody in
 * the batch whether their record exists.
 */
export async function createObjects(
  connection: HubSpotConnection,
  type: ObjectType,
  objects: readonly PreparedObject[],
): Promise<Outcome<HubSpotObject>[]> {
  return inChunks(objects, connection.batchLimit, async (chunk) => {
    const [only] = chunk;
    return only && chunk.length === 1
      ? [await createOne(connection, type, only)]
      : createBatch(connection, type, chunk);
  });
}

async function createOne(
  { executor, paths }: HubSpotConnection,
  type: ObjectType,
  { properties, inline }: PreparedObject,
): Promise<HubSpotObject> {
  const operation = 'objects.create';
  const path = paths.objects(type.id);
  const body = { properties, associations: inline };
  const reply = await executor.execute({ operation, method: 'POST', path, body, kind: 'write' });
  return parseReply(operation, recordSchema([]), reply);
}

/** With a trace id on every input, one that is refused does not take the others down [objects guide]. */
async function createBatch(
  { executor, paths }: HubSpotConnection,
  type: ObjectType,
  chunk: readonly PreparedObject[],
): Promise<Outcome<HubSpotObject>[]> {
  const operation = 'objects.batchCreate';
  const path = paths.objects(type.id, 'batch/create');
  const traceIds = chunk.map((_object, index) => `create-${index + 1}`);
  const inputs = chunk.map(({ properties, inline }, index) => ({
    properties,
    associations: inline,
    objectWriteTraceId: traceIds[index],
  }));
  const call = { operation, kind: 'write', method: 'POST', path, body: { inputs } } satisfies HubSpotRequest;
  const names = [...new Set(chunk.flatMap(({ identity }) => identity))];
  const { results, errors } = parseReply(operation, batchSchema(names), await executor.execute(call));
  const made = new Map<string, HubSpotObject>();
  for (const record of results) {
    const traceId = record.objectWriteTraceId ?? traceIds[indexByIdentity(chunk, results, record)];
    if (traceId !== undefined) made.set(traceId, record);
  }
  const said = settle<HubSpotObject>(call, traceIds, { results: made, errors });
  return said.map((own) => (own === null ? refusedAsMissing(operation) : (own ?? unmentioned(operation))));
}

/** The input a record was made of, when exactly one input and one record look like that; else -1. */
function indexByIdentity(chunk: readonly PreparedObject[], results: readonly HubSpotObject[], record: HubSpotObject) {
  const looksLike = ({ properties, identity }: PreparedObject, { properties: made }: HubSpotObject) =>
    identity.length > 0 && identity.every((name) => made[name] === properties[name]);
  const inputs = chunk.flatMap((object, index) => (looksLike(object, record) ? [{ object, index }] : []));
  const [only] = inputs;
  if (!only || inputs.length > 1) return -1;
  return results.filter((other) => looksLike(only.object, other)).length === 1 ? only.index : -1;
}

/** HubSpot refused an input because something it names does not exist. */
function refusedAsMissing(operation: string): HubSpotApiError {
  return new HubSpotApiError(operation, { status: 404, category: 'OBJECT_NOT_FOUND' });
}

/** An update, and whether it may be repeated. */
export type UpdateWish = ObjectUpdate & Required<UpdateOptions>;

/**
 * Writes absolute values to records, one by a PATCH, several by batches; null for a record that does not exist. Updates
 * of one record become one, the later values winning. Results carry `updatedAt`.
 */
export async function updateObjects(
  connection: HubSpotConnection,
  type: ObjectType,
  wishes: readonly UpdateWish[],
): Promise<Outcome<HubSpotObject | null>[]> {
  const merged = new Map<string, UpdateWish>();
  for (const wish of wishes) {
    const known = merged.get(wish.id);
    const properties = { ...known?.properties, ...wish.properties };
    merged.set(wish.id, { ...wish, properties, repeatable: wish.repeatable && known?.repeatable !== false });
  }
  const outcomes = await inChunks([...merged.values()], connection.batchLimit, async (chunk) => {
    const [only] = chunk;
    return only && chunk.length === 1
      ? [await updateOne(connection, type, only)]
      : updateBatch(connection, type, chunk);
  });
  const byId = new Map([...merged.keys()].map((id, index) => [id, outcomes[index] ?? null]));
  return wishes.map(({ id }) => byId.get(id) ?? null);
}

async function updateOne(
  { executor, paths }: HubSpotConnection,
  type: ObjectType,
  { id, properties, repeatable }: UpdateWish,
): Promise<HubSpotObject | null> {
  const operation = 'objects.update';
  const path = paths.object(type.id, id);
  try {
    const kind = kindOf([repeatable]);
    const reply = await executor.execute({ operation, method: 'PATCH', path, body: { properties }, kind });
    return parseReply(operation, recordSchema([]), reply);
  } catch (error) {
    if (error instanceof HubSpotApiError && error.status === 404) return null;
    throw error;
  }
}

async function updateBatch(
  { executor, paths }: HubSpotConnection,
  type: ObjectType,
  chunk: readonly UpdateWish[],
): Promise<Outcome<HubSpotObject | null>[]> {
  const operation = 'objects.batchUpdate';
  const path = paths.objects(type.id, 'batch/update');
  const inputs = chunk.map(({ id, properties }) => ({ id, properties, objectWriteTraceId: id }));
  const kind = kindOf(chunk.map(({ repeatable }) => repeatable));
  const call = { operation, kind, method: 'POST', path, body: { inputs } } satisfies HubSpotRequest;
  const { results, errors } = parseReply(operation, batchSchema([]), await executor.execute(call));
  // A record that another was merged into answers under its own id: only the trace id says whose answer it is.
  const written = new Map<string, HubSpotObject>(
    results.map((record) => [record.objectWriteTraceId ?? record.id, record]),
  );
  const traceIds = chunk.map(({ id }) => id);
  const said = settle<HubSpotObject>(call, traceIds, { results: written, errors });
  return said.map((own) => (own === undefined ? unmentioned(operation) : own));
}

function kindOf(repeatable: readonly boolean[]): CallKind {
  return repeatable.every(Boolean) ? 'repeatable write' : 'write';
}

/**
 * The record of a write that must have one.
 * @throws {HubSpotError} why there is none.
 */
export function requireWritten(operation: string, outcome: Outcome<HubSpotObject | null> | undefined): HubSpotObject {
  if (outcome instanceof HubSpotError) throw outcome;
  if (!outcome) throw refusedAsMissing(operation);
  return outcome;
}
