import type { z } from 'zod';
import { AppError } from '../contract/errors.ts';

/** What a request brings: its path parameters and its query or, where it may have one, its body. */
export type RawInput = Readonly<Record<string, unknown>>;

/** Query parameters; a repeated one becomes a list, which no field takes. */
export function readQuery(query: URLSearchParams): RawInput {
  const names = new Set(query.keys());
  return Object.fromEntries(
    [...names].map((name) => {
      const values = query.getAll(name);
      return [name, values.length === 1 ? values[0] : values];
    }),
  );
}

/**
 * A JSON object from the body; an empty body is an empty object.
 * @throws {AppError} `PAYLOAD_TOO_LARGE` beyond `limitBytes`, `VALIDATION_ERROR` when it is not a JSON object.
 */
export async function readJsonBody(request: Request, limitBytes: number): Promise<RawInput> {
  const text = new TextDecoder().decode(await readBytes(request, limitBytes)).trim();
  if (text === '') return {};
  const body = parseJsonText(text);
  if (typeof body !== 'object' || body === null || Array.isArray(body))
    throw invalid(['The body must be a JSON object']);
  return body as RawInput;
}

const IDEMPOTENCY_KEY = /^[\x21-\x7e]{1,200}$/;

/**
 * The `X-Idempotency-Key` header; null when there is none.
 * @throws {AppError} `VALIDATION_ERROR` when it is not 1 to 200 visible ASCII characters.
 */
export function readIdempotencyKey(request: Request): string | null {
  const key = request.headers.get('x-idempotency-key');
  if (key === null || IDEMPOTENCY_KEY.test(key)) return key;
  throw invalid(['X-Idempotency-Key must be 1 to 200 visible characters']);
}

/** The raw body. @throws {AppError} `PAYLOAD_TOO_LARGE` beyond `limitBytes`, however long it is announced to be. */
export async function readBytes(request: Request, limitBytes: number): Promise<Uint8Array> {
  const tooLarge = () => new AppError('PAYLOAD_TOO_LARGE', `The body must not be larger than ${limitBytes} bytes`);
  if (Number(request.headers.get('content-length') ?? 0) > limitBytes) throw tooLarge();
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of bodyOf(request)) {
    size += chunk.byteLength;
    if (size > limitBytes) throw tooLarge();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** A caller who hangs up in the middle is nobody's fault but theirs. */
async function* bodyOf(request: Request): AsyncGenerator<Uint8Array> {
  try {
    yield* (request.body ?? []) as AsyncIterable<Uint8Array>;
  } catch (error) {
    throw invalid(['The body did not arrive completely'], error);
  }
}

/** @throws {AppError} `VALIDATION_ERROR` when it is no JSON. */
export function parseJsonText(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw invalid(['The body is not valid JSON'], error);
  }
}

/**
 * Checks an input against its schema; fields the schema does not name are dropped.
 * @throws {AppError} `VALIDATION_ERROR` with one sentence for each wrong field.
 */
export function parseInput<T>(schema: z.ZodType<T>, raw: RawInput): T {
  const parsed = schema.safeParse(raw);
  if (parsed.success) return parsed.data;
  throw invalid([...new Set(parsed.error.issues.map(({ message }) => message))]);
}

function invalid(validationErrors: string[], cause?: unknown): AppError {
  return new AppError('VALIDATION_ERROR', validationErrors.join('; '), { validationErrors, cause });
}
