import type { Clock } from '../time/clock.ts';

/** A result, and whether it was given before. */
export interface OnceResult<T> {
  value: T;
  repeated: boolean;
}

/** Remembers what came of a request, so that a repeat of it changes nothing. */
export interface IdempotencyStore {
  /**
   * Runs `work`, unless the same `key` succeeded within the last five minutes (then its result is given again) or is
   * under way (then its end is waited for). Failures are not remembered.
   * @throws {KeyReusedError} when `fingerprint` is not that of the first request.
   */
  once<T>(key: string, fingerprint: string, work: () => Promise<T>): Promise<OnceResult<T>>;
}

/** The key was used before, for something else. */
export class KeyReusedError extends Error {
  override readonly name = 'KeyReusedError';
}

/** So long a result is given again, in milliseconds. */
export const KEEP_MS = 5 * 60_000;
const MAX_ENTRIES = 10_000;

interface Entry {
  fingerprint: string;
  /** Of the type that the work with this fingerprint gives. */
  result: Promise<unknown>;
  startedAt: number;
}

/** An {@link IdempotencyStore} in the memory of this process. */
export class InProcessIdempotency implements IdempotencyStore {
  readonly #clock: Clock;
  readonly #entries = new Map<string, Entry>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  async once<T>(key: string, fingerprint: string, work: () => Promise<T>): Promise<OnceResult<T>> {
    this.#sweep();
    const known = this.#entries.get(key);
    if (known) {
      if (known.fingerprint !== fingerprint) throw new KeyReusedError('the key belongs to another request');
      return { value: (await known.result) as T, repeated: true };
    }
    const result = work();
    this.#entries.set(key, { fingerprint, result, startedAt: this.#clock.monotonicMs() });
    try {
      return { value: await result, repeated: false };
    } catch (error) {
      this.#entries.delete(key);
      throw error;
    }
  }

  /** Entries are in the order of their start. */
  #sweep(): void {
    const oldest = this.#clock.monotonicMs() - KEEP_MS;
    for (const [key, { startedAt }] of this.#entries) {
      if (startedAt > oldest && this.#entries.size < MAX_ENTRIES) break;
      this.#entries.delete(key);
    }
  }
}
