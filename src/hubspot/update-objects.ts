import { inChunks, settle, unmentioned } from './batch.ts';
import type { Outcome } from './coalescer.ts';
import type { HubSpotConnection } from './connection.ts';
import { refusedAsMissing } from './create-objects.ts';
import { type Departure, heldBack, leaveTogether } from './departure.ts';
import { HubSpotApiError, HubSpotError } from './errors.ts';
import { batchSchema, parseReply, recordSchema } from './schemas.ts';
import type { CallKind, HubSpotRequest } from './transport.ts';
import type { HubSpotObject, ObjectType } from './types.ts';

/** New values of one record; `""` clears a property, null would not [objects guide]. */
export interface ObjectUpdate {
  id: string;
  properties: Record<string, string>;
}

/** An update on its way. */
export interface UpdateWish extends ObjectUpdate {
  /** Whether a lost answer may be followed by the same write. */
  repeatable: boolean;
  /** Whether it must not become one with other updates of the record: the next one follows its answer. */
  isAlone: boolean;
  departure: Departure;
}

/** Updates of one record that leave as one. */
interface Merged {
  id: string;
  wishes: UpdateWish[];
}

/**
 * Writes absolute values to records, one by a PATCH, several by batches; null for a record that does not exist. Updates
 * of one record become one, the later values winning, unless they have to be alone. Results carry `updatedAt`.
 */
export async function updateObjects(
  connection: HubSpotConnection,
  type: ObjectType,
  wishes: readonly UpdateWish[],
): Promise<Outcome<HubSpotObject | null>[]> {
  const outcomes = new Map<UpdateWish, Outcome<HubSpotObject | null>>();
  for (const wave of inWaves(wishes)) {
    const written = await inChunks(wave, connection.batchLimit, async (chunk) => {
      const [only] = chunk;
      return only && chunk.length === 1
        ? [await updateOne(connection, type, only)]
        : updateBatch(connection, type, chunk);
    });
    for (const [index, merged] of wave.entries()) {
      for (const wish of merged.wishes) outcomes.set(wish, written[index] ?? null);
    }
  }
  return wishes.map((wish) => outcomes.get(wish) ?? null);
}

/** What leaves together: a record is in a wave once. */
function inWaves(wishes: readonly UpdateWish[]): Merged[][] {
  const waves: Map<string, Merged>[] = [];
  for (const wish of wishes) {
    const { id } = wish;
    const last = waves.findLastIndex((wave) => wave.has(id));
    const known = waves[last]?.get(id);
    if (known && ![...known.wishes, wish].some(({ isAlone }) => isAlone)) known.wishes.push(wish);
    else (waves[last + 1] ??= new Map()).set(id, { id, wishes: [wish] });
  }
  return waves.map((wave) => [...wave.values()]);
}

/** The values of those that may still leave; null when none may. */
function valuesLeaving({ wishes }: Merged): Record<string, string> | null {
  const leaving = wishes.filter(({ departure }) => departure.leave());
  if (leaving.length === 0) return null;
  return Object.assign({}, ...leaving.map(({ properties }) => properties)) as Record<string, string>;
}

async function updateOne(
  { executor, paths }: HubSpotConnection,
  type: ObjectType,
  merged: Merged,
): Promise<HubSpotObject | null> {
  const operation = 'objects.update';
  const path = paths.object(type.id, merged.id);
  const bodyAtDeparture = () => {
    const properties = valuesLeaving(merged);
    if (!properties) throw heldBack(operation);
    return { properties };
  };
  try {
    const kind = kindOf([merged]);
    const reply = await executor.execute({ operation, method: 'PATCH', path, bodyAtDeparture, kind });
    return parseReply(operation, recordSchema([]), reply);
  } catch (error) {
    if (error instanceof HubSpotApiError && error.status === 404) return null;
    throw error;
  }
}

async function updateBatch(
  { executor, paths }: HubSpotConnection,
  type: ObjectType,
  chunk: readonly Merged[],
): Promise<Outcome<HubSpotObject | null>[]> {
  const operation = 'objects.batchUpdate';
  const path = paths.objects(type.id, 'batch/update');
  const values = new Map<Merged, Record<string, string>>();
  const mayLeave = (merged: Merged) => {
    const properties = valuesLeaving(merged);
    if (properties) values.set(merged, properties);
    return properties !== null;
  };
  return leaveTogether(operation, chunk, mayLeave, async (departing) => {
    let ids: string[] = [];
    const bodyAtDeparture = () => {
      const sent = departing();
      ids = sent.map(({ id }) => id);
      return { inputs: sent.map((merged) => toInput(merged, values.get(merged) ?? {})) };
    };
    const call = { operation, kind: kindOf(chunk), method: 'POST', path, bodyAtDeparture } satisfies HubSpotRequest;
    const { results, errors } = parseReply(operation, batchSchema([]), await executor.execute(call));
    // A record that another was merged into answers under its own id: only the trace id says whose answer it is.
    const written = new Map<string, HubSpotObject>(
      results.map((record) => [record.objectWriteTraceId ?? record.id, record]),
    );
    const said = settle<HubSpotObject>(call, ids, { results: written, errors });
    return said.map((own) => (own === undefined ? unmentioned(operation) : own));
  });
}

function toInput({ id }: Merged, properties: Record<string, string>) {
  return { id, properties, objectWriteTraceId: id };
}

function kindOf(updates: readonly Merged[]): CallKind {
  return updates.every(({ wishes }) => wishes.every(({ repeatable }) => repeatable)) ? 'repeatable write' : 'write';
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
