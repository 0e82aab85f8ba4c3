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
  readonly #url: string;
  readonly #nowMs: () => number;

  /** @param url its address, with or without a slash at the end. */
  constructor(url: string, nowMs: () => number) {
    this.#url = url.replace(/\/+$/, '');
    this.#nowMs = nowMs;
  }

  /** @throws {NoAnswerError} */
  async ask({ method, path, body }: Pick<ReplayRequest, 'method' | 'path' | 'body'>): Promise<Timed> {
    const startedAt = this.#nowMs();
    try {
      const response = await fetch(`${this.#url}${path}`, {
        method,
        redirect: 'manual',
        signal: AbortSignal.timeout(PATIENCE_MS),
        headers: { Accept: 'application/json', ...(body === undefined ? {} : { 'Content-Type': 'application/json' }) },
        body: body ?? null,
      });
      const text = await response.text();
      const ms = this.#nowMs() - startedAt;
      return { status: response.status, headers: Object.fromEntries(response.headers), body: parse(text), ms };
    } catch (error) {
      const reason = error instanceof Error ? (error.cause instanceof Error ? error.cause : error) : undefined;
      throw new NoAnswerError(`no answer (${reason?.name ?? 'unknown'})`, { cause: error });
    }
  }
}

/** A page of HTML in place of JSON is compared as it is. */
function parse(text: string): unknown {
  try {
    return text === '' ? undefined : JSON.parse(text);
  } catch {
    return text;
  }
}
