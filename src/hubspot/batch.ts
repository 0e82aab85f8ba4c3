import { HubSpotApiError, HubSpotError, HubSpotInvalidReplyError } from './errors.ts';
import type { BatchError } from './schemas.ts';
import type { BatchResult } from './types.ts';

/** HubSpot's category for inputs that do not exist [spec]. */
const NOT_FOUND = 'OBJECT_NOT_FOUND';

export function emptyResult<T>(): BatchResult<T> {
  return { results: new Map(), missing: new Set(), failures: new Map() };
}

/**
 * Runs `call` over `inputs` in chunks of `limit`, side by side. A chunk that fails takes nobody else down: its inputs
 * become failures. A 400 that names a smaller limit splits the chunk further.
 */
export async function inChunks<I, T>(
  inputs: readonly I[],
  limit: number,
  idOf: (input: I) => string,
  call: (chunk: I[]) => Promise<BatchResult<T>>,
): Promise<BatchResult<T>> {
  const chunks: I[][] = [];
  for (let start = 0; start < inputs.length; start += limit) chunks.push(inputs.slice(start, start + limit));
  const parts = await Promise.all(
    chunks.map(async (chunk) => {
      try {
        return await call(chunk);
      } catch (error) {
        if (!(error instanceof HubSpotError)) throw error;
        const smaller = namedLimit(error);
        if (smaller !== null && smaller < chunk.length) return inChunks(chunk, smaller, idOf, call);
        return { ...emptyResult<T>(), failures: new Map(chunk.map((input) => [idOf(input), error])) };
      }
    }),
  );
  return merge(parts);
}

/** `The maximum number of inputs supported in a batch request for property histories is 50` → 50. */
function namedLimit(error: HubSpotError): number | null {
  if (!(error instanceof HubSpotApiError) || error.status !== 400) return null;
  const digits = error.messageMatch(/\b(?:maximum|limit)\b[^.]*?\b(\d+)\b/i)?.[1];
  return digits === undefined || Number(digits) < 1 ? null : Number(digits);
}

function merge<T>(parts: readonly BatchResult<T>[]): BatchResult<T> {
  const [only] = parts;
  if (only && parts.length === 1) return only;
  const whole = emptyResult<T>();
  for (const part of parts) {
    for (const [id, value] of part.results) whole.results.set(id, value);
    for (const id of part.missing) whole.missing.add(id);
    for (const [id, error] of part.failures) whole.failures.set(id, error);
  }
  return whole;
}

/**
 * Sorts a batch answer's errors by input. `absent` says which errors mean "does not exist" rather than "failed".
 * Inputs the answer does not mention at all become failures: absence has to be said.
 */
export function settle<T>(
  operation: string,
  requested: readonly string[],
  results: Map<string, T>,
  errors: readonly BatchError[],
): BatchResult<T> {
  const result: BatchResult<T> = { ...emptyResult<T>(), results };
  let unaddressed: HubSpotError | undefined;
  for (const entry of errors) {
    const ids = entry.context?.ids ?? entry.context?.fromObjectId;
    const error = new HubSpotApiError(operation, {
      status: 207,
      category: entry.category,
      hubspotMessage: entry.message,
    });
    if (!ids) unaddressed = error;
    for (const id of ids ?? []) {
      if (results.has(id)) continue;
      if (entry.category === NOT_FOUND) result.missing.add(id);
      else result.failures.set(id, error);
    }
  }
  for (const id of requested) {
    if (results.has(id) || result.missing.has(id) || result.failures.has(id)) continue;
    result.failures.set(id, unaddressed ?? new HubSpotInvalidReplyError(operation, 'an input is not in the answer'));
  }
  return result;
}

/** What came of every id of a batch, `absent` standing for those that do not exist. */
export function outcomes<T, A>(
  { results, missing, failures }: BatchResult<T>,
  absent: A,
): Map<string, T | A | HubSpotError> {
  const all = new Map<string, T | A | HubSpotError>([...results, ...failures]);
  for (const id of missing) all.set(id, absent);
  return all;
}

/**
 * The results of a batch in which nothing failed; ids that do not exist are simply not in it.
 * @throws {HubSpotError} the first failure: what could not be read is not the same as what is not there.
 */
export function requireComplete<T>(batch: BatchResult<T>): Map<string, T> {
  for (const error of batch.failures.values()) throw error;
  return batch.results;
}
