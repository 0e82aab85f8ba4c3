import type { Answered } from './differences.ts';
import type { ReplayRequest } from './lines.ts';

/** An answer and how long it took. */
export interface Timed extends Answered {
  /** Milliseconds until the answer was complete. */
  ms: number;
}

/** No answer came; the message does not hold what was asked. */
export class NoAnswerError extends Error {
  override readonly name = 'NoAnswerError';
}

/** The old API takes up to ten seconds; nobody waits longer than this. In milliseconds. */
const PATIENCE_MS = 60_000;

/** One of the two APIs. */
export class Api {
  /** `baseline` or `candidate`. */
  readonly name: string;
  readonly #url: string;
  readonly #nowMs: () => number;

  /** @param url its address, with or without a slash at the end. */
  constructor(name: string, url: string, nowMs: () => number) {
    this.name = name;
    this.#url = url.replace(/\/+$/, '');
    this.#nowMs = nowMs;
  }

  /** @throws {NoAnswerError} also for a page in place of JSON: whoever answers there is not the API. */
  async ask({ method, path, body }: Pick<ReplayRequest, 'method' | 'path' | 'body'>): Promise<Timed> {
    const startedAt = this.#nowMs();
    const { status, headers, text } = await this.#send(method, path, body);
    const ms = this.#nowMs() - startedAt;
    const parsed = parse(text);
    if (parsed === undefined) throw new NoAnswerError(`the ${this.name} answered ${status} without JSON`);
    return { status, headers, body: parsed, ms };
  }

  async #send(method: string, path: string, body: string | undefined) {
    try {
      const response = await fetch(`${this.#url}${path}`, {
        method,
        redirect: 'manual',
        signal: AbortSignal.timeout(PATIENCE_MS),
        headers: { Accept: 'application/json', ...(body === undefined ? {} : { 'Content-Type': 'application/json' }) },
        body: body ?? null,
      });
      return { status: response.status, headers: Object.fromEntries(response.headers), text: await response.text() };
    } catch (error) {
      throw new NoAnswerError(`the ${this.name} did not answer (${reasonOf(error)})`, { cause: error });
    }
  }
}

/** Such as `ECONNREFUSED` or `TimeoutError`. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown';
  const { cause } = error;
  return cause instanceof Error && 'code' in cause ? String(cause.code) : error.name;
}

/** Undefined for what is no JSON. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
