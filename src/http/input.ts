import type { z } from 'zod';
import { invalidBody, invalidFields } from '../contract/errors.ts';
import type { Clock } from '../time/clock.ts';
import { readBytes } from './body.ts';

/** What a request brings: its path parameters and its query or, where it may have one, its body. */
export type RawInput = Readonly<Record<string, unknown>>;

/** Parameters of a query or a form: an empty one counts as absent, and of a repeated one the first. */
export function readParameters(parameters: URLSearchParams): RawInput {
  const names = new Set(parameters.keys());
  return Object.fromEntries(
    [...names].flatMap((name) => {
      const value = parameters.get(name);
      return value?.trim() ? [[name, value]] : [];
    }),
  );
}

/**
 * The fields of a JSON object or a form; an empty body has none.
 * @throws {AppError} what {@link readBytes} throws, and `VALIDATION_ERROR` when it is not a JSON object.
 */
export async function readFields(clock: Clock, request: Request, limitBytes: number): Promise<RawInput> {
  const text = new TextDecoder().decode(await readBytes(clock, request, limitBytes)).trim();
  if (text === '') return {};
  if (isForm(request, text)) return readParameters(new URLSearchParams(text));
  const body = parseJsonText(text);
  if (typeof body !== 'object' || body === null || Array.isArray(body))
    throw invalidBody('The body must be a JSON object');
  return body as RawInput;
}

/** Many clients call a body a form unless they are told otherwise, JSON included. */
function isForm({ headers }: Request, text: string): boolean {
  const type = headers.get('content-type') ?? '';
  return /^application\/x-www-form-urlencoded\b/i.test(type) && !text.startsWith('{');
}

const IDEMPOTENCY_KEY = /^[\x21-\x7e]{1,200}$/;

/**
 * The `X-Idempotency-Key` header; null when there is none.
 * @throws {AppError} `VALIDATION_ERROR` when it is not 1 to 200 visible ASCII characters.
 */
export function readIdempotencyKey(request: Request): string | null {
  const field = 'X-Idempotency-Key';
  const key = request.headers.get(field);
  if (key === null || IDEMPOTENCY_KEY.test(key)) return key;
  throw invalidFields([{ field, message: `${field} must be 1 to 200 visible characters` }]);
}

/** @throws {AppError} `VALIDATION_ERROR` when it is no JSON. */
export function parseJsonText(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw invalidBody('The body is not valid JSON', error);
  }
}

/**
 * Checks an input against its schema; fields the schema does not name are dropped.
 * @throws {AppError} `VALIDATION_ERROR` with one sentence for each fault.
 */
export function parseInput<T>(schema: z.ZodType<T>, raw: RawInput): T {
  const parsed = schema.safeParse(raw);
  if (parsed.success) return parsed.data;
  const faults = parsed.error.issues.map(({ path, message }) => ({ field: String(path[0] ?? ''), message }));
  // A list may hold the same fault many times.
  const distinct = new Map(faults.map((fault) => [`${fault.field} ${fault.message}`, fault]));
  throw invalidFields([...distinct.values()]);
}
