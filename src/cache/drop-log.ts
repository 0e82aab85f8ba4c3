import type { Clock } from '../clock.ts';

/** Drops are remembered for longer than any source lags. */
const KEEP_MS = 30_000;

/**
 * When each tag was last dropped. A load that began before must not leave its value behind; one that began shortly
 * after may still have been shown the old one.
 */
export class DropLog {
  readonly #clock: Clock;
  /** Oldest drop first. */
  readonly #drops = new Map<string, { at: number; order: number }>();
  #order = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** A mark to compare later drops with. */
  get mark(): number {
    return this.#order;
  }

  note(tag: string): void {
    const at = this.#clock.now();
    this.#drops.delete(tag);
    this.#drops.set(tag, { at, order: (this.#order += 1) });
    for (const [oldest, drop] of this.#drops) {
      if (at - drop.at <= KEEP_MS) break;
      this.#drops.delete(oldest);
    }
  }

  /** Whether any of the tags was dropped after `mark`. */
  droppedSince(mark: number, tags: Iterable<string>): boolean {
    for (const tag of tags) if ((this.#drops.get(tag)?.order ?? 0) > mark) return true;
    return false;
  }

  /** Epoch milliseconds of the latest drop among the tags; -Infinity when there is none in memory. */
  lastDrop(tags: Iterable<string>): number {
    let last = -Infinity;
    for (const tag of tags) last = Math.max(last, this.#drops.get(tag)?.at ?? -Infinity);
    return last;
  }
}
