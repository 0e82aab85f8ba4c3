import { AppError, invalidBody } from '../contract/errors.ts';
import { currentContext } from '../request/context.ts';
import { type Clock, TIMED_OUT, waitAtMost } from '../time/clock.ts';

/**
 * The raw body.
 * @throws {AppError} `PAYLOAD_TOO_LARGE` beyond `limitBytes`, however long it is announced to be, `REQUEST_TIMEOUT` when
 * it is not complete by the request's deadline, `VALIDATION_ERROR` when it breaks off.
 */
export async function readBytes(clock: Clock, request: Request, limitBytes: number): Promise<Uint8Array> {
  if (Number(request.headers.get('content-length') ?? 0) > limitBytes) throw tooLarge(limitBytes);
  if (!request.body) return new Uint8Array();
  const reader = (request.body as ReadableStream<Uint8Array>).getReader();
  try {
    const body = await untilDeadline(clock, readAll(reader, limitBytes));
    if (body !== TIMED_OUT) return body;
    throw new AppError('REQUEST_TIMEOUT', 'The body did not arrive in time');
  } catch (error) {
    // Nobody wants the rest: whether it can be called off changes nothing.
    reader.cancel().catch(() => {});
    throw error;
  }
}

async function untilDeadline<T>(clock: Clock, work: Promise<T>): Promise<T | typeof TIMED_OUT> {
  const context = currentContext();
  return context ? waitAtMost(clock, context.deadlineAt - clock.monotonicMs(), work) : work;
}

async function readAll(reader: ReadableStreamDefaultReader<Uint8Array>, limitBytes: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for (;;) {
    const { done, value } = await nextChunk(reader);
    if (done) return Buffer.concat(chunks);
    size += value.byteLength;
    if (size > limitBytes) throw tooLarge(limitBytes);
    chunks.push(value);
  }
}

/** A caller who hangs up in the middle is nobody's fault but theirs. */
async function nextChunk(reader: ReadableStreamDefaultReader<Uint8Array>) {
  try {
    return await reader.read();
  } catch (error) {
    throw invalidBody('The body did not arrive completely', error);
  }
}

function tooLarge(limitBytes: number): AppError {
  return new AppError('PAYLOAD_TOO_LARGE', `The body must not be larger than ${limitBytes} bytes`);
}
