import { type BatchAnswer, inChunks, type Said, settle, unmentioned } from './batch.ts';
import type { Outcome } from './coalescer.ts';
import type { HubSpotConnection } from './connection.ts';
import { HubSpotApiError, HubSpotError, isTransient } from './errors.ts';
import type { HubSpotRequest } from './transport.ts';

/** How inputs of one kind are read. */
export interface BatchReader<I, T> {
  operation: string;
  path: string;
  /** Inputs in one call. */
  limit: number;
  /** What an answer calls the input. */
  keyOf: (input: I) => string;
  bodyFor: (inputs: readonly I[]) => unknown;
  parse: (reply: unknown) => BatchAnswer<T>;
  /** Reads an input that the answer of its batch does not mention; by a batch of its own unless said otherwise. */
  readSingly?: (input: I) => Promise<T | null>;
}

/** What is wrong with all inputs must not cost a call each. Asked for two names of every record, half a batch is open. */
const MAX_SINGLE_READS = 50;

/**
 * Reads inputs in batches: one outcome each, in their order, null where HubSpot says that there is nothing. Those whose
 * error passes are asked for again, by the rules of any repeat. Those that are not mentioned are read singly: two of
 * them may be one record, which HubSpot answers once, or under the id of the record it was merged into.
 */
export async function readBatch<I, T>(
  connection: HubSpotConnection,
  reader: BatchReader<I, T>,
  inputs: readonly I[],
): Promise<Outcome<T | null>[]> {
  return inChunks(inputs, reader.limit, async (chunk) => {
    const said = await askRepeatedly(connection, reader, chunk);
    let singleReads = 0;
    const outcomes = chunk.map(async (input, index) => {
      const own = said[index];
      if (own !== undefined) return own;
      singleReads += 1;
      const isHopeless = singleReads > MAX_SINGLE_READS || (chunk.length === 1 && !reader.readSingly);
      return isHopeless ? unmentioned(reader.operation) : readAlone(connection, reader, input);
    });
    return Promise.all(outcomes);
  });
}

async function readAlone<I, T>(
  connection: HubSpotConnection,
  reader: BatchReader<I, T>,
  input: I,
): Promise<Outcome<T | null>> {
  if (reader.readSingly) return settled(reader.readSingly(input));
  const said = await settled(askRepeatedly(connection, reader, [input]));
  return (said instanceof HubSpotError ? said : said[0]) ?? unmentioned(reader.operation);
}

async function askRepeatedly<I, T>(
  { executor }: HubSpotConnection,
  reader: BatchReader<I, T>,
  chunk: readonly I[],
): Promise<Said<T>[]> {
  const { operation, path, keyOf, bodyFor, parse } = reader;
  const call = { operation, kind: 'read', method: 'POST', path } satisfies HubSpotRequest;
  const retries = executor.retries(call);
  const ask = async (inputs: readonly I[]): Promise<Said<T>[]> => {
    try {
      const reply = await executor.execute({ ...call, body: bodyFor(inputs) }, retries);
      return settle(call, inputs.map(keyOf), parse(reply));
    } catch (error) {
      if (!saysAllMissing(error)) throw error;
      return inputs.map(() => null);
    }
  };
  const said = await ask(chunk);
  for (;;) {
    const open = chunk.flatMap((input, index) => {
      const error = said[index];
      return error instanceof HubSpotError && isTransient(error) ? [{ input, index, error }] : [];
    });
    const [first] = open;
    if (!first || !(await retries.pauseAfter(first.error))) return said;
    const again = await settled(ask(open.map(({ input }) => input)));
    for (const [place, { index }] of open.entries()) {
      said[index] = again instanceof HubSpotError ? again : again[place];
    }
  }
}

/** When no input exists HubSpot answers 207 or, as one connector saw, 404. A 404 without that category is a wrong path. */
function saysAllMissing(error: unknown): boolean {
  return error instanceof HubSpotApiError && error.status === 404 && error.category === 'OBJECT_NOT_FOUND';
}

/** What `work` comes to, or the HubSpot error it fails with. */
async function settled<T>(work: Promise<T>): Promise<Outcome<T>> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof HubSpotError) return error;
    throw error;
  }
}
