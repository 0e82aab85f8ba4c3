import type { Clock } from '../time/clock.ts';

/** Keys counted at once. Beyond that the oldest windows are forgotten: memory stays bounded, whoever asks. */
const MAX_KEYS = 50_000;

interface Window {
  endsAt: number;
  count: number;
}

/** Counts events by key in windows of fixed length, each of which begins with the key's first event. */
export class WindowCounter {
  readonly #clock: Clock;
  readonly #limit: number;
  readonly #windowMs: number;
  /** In the order in which they end. */
  readonly #windows = new Map<string, Window>();

  /** @param limit events per window; 0 for no limit. */
  constructor(clock: Clock, limit: number, windowMs: number) {
    this.#clock = clock;
    this.#limit = limit;
    this.#windowMs = windowMs;
  }

  /** Counts one event; milliseconds until the next is allowed when it is one too many, else null. */
  count(key: string): number | null {
    if (this.#limit === 0) return null;
    const now = this.#clock.monotonicMs();
    this.#forgetBefore(now);
    const window = this.#windows.get(key) ?? { endsAt: now + this.#windowMs, count: 0 };
    if (window.count >= this.#limit) return window.endsAt - now;
    window.count += 1;
    this.#windows.set(key, window);
    return null;
  }

  #forgetBefore(now: number): void {
    for (const [key, { endsAt }] of this.#windows) {
      if (endsAt > now && this.#windows.size < MAX_KEYS) return;
      this.#windows.delete(key);
    }
  }
}
