import type { Outcome } from './coalescer.ts';
import {
  HubSpotApiError,
  HubSpotError,
  HubSpotInvalidReplyError,
  HubSpotRateLimitError,
  isTransient,
} from './errors.ts';
import type { BatchError } from './schemas.ts';
import type { CallKind, HubSpotRequest } from './transport.ts';
import type { BatchResult } from './types.ts';

/** HubSpot's category for inputs that do not exist [spec]. */
const NOT_FOUND = 'OBJECT_NOT_FOUND';
const RATE_LIMITS = 'RATE_LIMITS';
/** Statuses by which HubSpot refuses a whole call for what one of its inputs holds; nothing was carried out. */
const REFUSED_FOR_AN_INPUT = new Set([400, 404, 409, 413, 414, 422]);
/** One bad input of 100 is found in 14 further calls; what is wrong with all of them must not cost a call each. */
const MAX_HALVINGS = 16;

/**
 * Runs `call` over `inputs` in chunks of `limit`, side by side; one outcome per input, in their order. A chunk that
 * fails takes no other chunk down. One that HubSpot refuses is halved until the input it is refused for stands alone,
 * or cut to the limit that the refusal names.
 */
export async function inChunks<I, O>(
  inputs: readonly I[],
  limit: number,
  call: (chunk: readonly I[]) => Promise<readonly Outcome<O>[]>,
): Promise<Outcome<O>[]> {
  const parts = chunksOf(inputs, limit).map(async (chunk) => isolate(chunk, call, { left: MAX_HALVINGS }));
  return (await Promise.all(parts)).flat();
}

async function isolate<I, O>(
  chunk: readonly I[],
  call: (chunk: readonly I[]) => Promise<readonly Outcome<O>[]>,
  halvings: { left: number },
): Promise<readonly Outcome<O>[]> {
  try {
    return await call(chunk);
  } catch (error) {
    if (!(error instanceof HubSpotError)) throw error;
    const size = sizeAfter(error, chunk.length);
    if (size === null || halvings.left === 0) return chunk.map(() => error);
    halvings.left -= 1;
    const parts = chunksOf(chunk, size).map(async (part) => isolate(part, call, halvings));
    return (await Promise.all(parts)).flat();
  }
}

/** How large the parts of a refused chunk should be; null when parting it would not help. */
function sizeAfter(error: HubSpotError, size: number): number | null {
  if (!(error instanceof HubSpotApiError) || !REFUSED_FOR_AN_INPUT.has(error.status) || size === 1) return null;
  const limit = namedLimit(error);
  return limit !== null && limit < size ? limit : Math.ceil(size / 2);
}

/** `The maximum number of inputs supported in a batch request for property histories is 50` → 50. */
function namedLimit(error: HubSpotApiError): number | null {
  const digits = error.messageMatch(/\b(?:maximum|limit)\b[^.]*?\b(\d+)\b/i)?.[1];
  return digits === undefined || Number(digits) < 1 ? null : Number(digits);
}

function chunksOf<I>(inputs: readonly I[], size: number): (readonly I[])[] {
  if (inputs.length <= size) return [inputs];
  const chunks: I[][] = [];
  for (let start = 0; start < inputs.length; start += size) chunks.push(inputs.slice(start, start + size));
  return chunks;
}

/** What a batch call answered. */
export interface BatchAnswer<T> {
  results: ReadonlyMap<string, T>;
  errors: readonly BatchError[];
}

/** What the answer says of one input: its result, null when it does not exist, why it failed; undefined for nothing. */
export type Said<T> = Outcome<T | null> | undefined;

/**
 * Sorts a batch answer by input. The answer to a single input is its own, under whatever id it comes: that of the
 * record it was merged into, for one.
 */
export function settle<T>(
  { operation, kind }: Pick<HubSpotRequest, 'operation' | 'kind'>,
  requested: readonly string[],
  { results, errors }: BatchAnswer<T>,
): Said<T>[] {
  const failed = new Map<string, HubSpotError | null>();
  const unaddressed: (HubSpotError | null)[] = [];
  for (const entry of errors) {
    const { ids = [], fromObjectId = [], objectWriteTraceId = [] } = entry.context ?? {};
    const error = entry.category === NOT_FOUND ? null : toError(operation, kind, entry);
    const named = [...ids, ...fromObjectId, ...objectWriteTraceId];
    for (const id of named) failed.set(id.toLowerCase(), error);
    if (named.length === 0) unaddressed.push(error);
  }
  // Where nobody knows whose error it is, one that passes may be anybody's, and one for good is not taken for theirs.
  const [only] = [...results.values(), ...failed.values(), ...unaddressed];
  const otherwise = requested.length === 1 ? only : (unaddressed.find(isTransient) ?? undefined);
  return requested.map((id) => {
    const own = results.get(id) ?? failed.get(id.toLowerCase());
    return own === undefined ? otherwise : own;
  });
}

/** One entry of a batch answer's `errors` as an error of its own. Of a write that may pass nobody knows what came. */
function toError(operation: string, kind: CallKind, entry: BatchError): HubSpotError {
  const { category, message, correlationId, errors } = entry;
  if (category === RATE_LIMITS && kind === 'read') return new HubSpotRateLimitError(operation, 'UNKNOWN');
  const codes = errors?.flatMap(({ code }) => code ?? []) ?? [];
  return new HubSpotApiError(operation, { status: 207, category, correlationId, codes, hubspotMessage: message });
}

/** An input that the answer does not mention at all has failed: absence has to be said. */
export function unmentioned(operation: string): HubSpotInvalidReplyError {
  return new HubSpotInvalidReplyError(operation, 'an input is not in the answer');
}

/** Outcomes by id; null stands for what does not exist. */
export function toBatchResult<T>(ids: readonly string[], outcomes: readonly Outcome<T | null>[]): BatchResult<T> {
  const result: BatchResult<T> = { results: new Map(), missing: new Set(), failures: new Map() };
  for (const [index, id] of ids.entries()) {
    const outcome = outcomes[index] ?? null;
    if (outcome instanceof HubSpotError) result.failures.set(id, outcome);
    else if (outcome === null) result.missing.add(id);
    else result.results.set(id, outcome);
  }
  return result;
}

/**
 * The one outcome of a single input.
 * @throws {HubSpotError} when it failed.
 */
export function outcomeOf<O>([outcome]: readonly Outcome<O>[]): O {
  if (outcome instanceof HubSpotError) throw outcome;
  if (outcome === undefined) throw new Error('an input has no outcome');
  return outcome;
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
