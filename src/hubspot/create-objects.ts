import type { AssociationSpec } from './association-types.ts';
import { inChunks, settle, unmentioned } from './batch.ts';
import type { Outcome } from './coalescer.ts';
import type { HubSpotConnection } from './connection.ts';
import { type Departure, heldBack, leaveTogether } from './departure.ts';
import { HubSpotApiError } from './errors.ts';
import { batchSchema, parseReply, recordSchema } from './schemas.ts';
import type { HubSpotRequest } from './transport.ts';
import type { HubSpotObject, ObjectType } from './types.ts';

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
  departure: Departure;
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
  { properties, inline, departure }: PreparedObject,
): Promise<HubSpotObject> {
  const operation = 'objects.create';
  const path = paths.objects(type.id);
  const bodyAtDeparture = () => {
    if (!departure.leave()) throw heldBack(operation);
    return { properties, associations: inline };
  };
  const reply = await executor.execute({ operation, method: 'POST', path, bodyAtDeparture, kind: 'write' });
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
  const names = [...new Set(chunk.flatMap(({ identity }) => identity))];
  return leaveTogether(operation, chunk, mayLeave, async (departing) => {
    let sent: readonly PreparedObject[] = [];
    const bodyAtDeparture = () => {
      sent = departing();
      return { inputs: sent.map(toInput) };
    };
    const call = { operation, kind: 'write', method: 'POST', path, bodyAtDeparture } satisfies HubSpotRequest;
    const { results, errors } = parseReply(operation, batchSchema(names), await executor.execute(call));
    const traceIds = sent.map((_object, index) => traceIdOf(index));
    const made = new Map<string, HubSpotObject>();
    for (const record of results) {
      const traceId = record.objectWriteTraceId ?? traceIds[indexByIdentity(sent, results, record)];
      if (traceId !== undefined) made.set(traceId, record);
    }
    const said = settle<HubSpotObject>(call, traceIds, { results: made, errors });
    return said.map((own) => (own === null ? refusedAsMissing(operation) : (own ?? unmentioned(operation))));
  });
}

function mayLeave({ departure }: PreparedObject): boolean {
  return departure.leave();
}

function traceIdOf(index: number): string {
  return `create-${index + 1}`;
}

function toInput({ properties, inline }: PreparedObject, index: number) {
  return { properties, associations: inline, objectWriteTraceId: traceIdOf(index) };
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
export function refusedAsMissing(operation: string): HubSpotApiError {
  return new HubSpotApiError(operation, { status: 404, category: 'OBJECT_NOT_FOUND' });
}
