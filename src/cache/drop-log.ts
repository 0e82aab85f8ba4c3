import type { Clock } from '../time/clock.ts';

/** Drops are remembered for longer than any source lags and loads take. */
const KEEP_MS = 60_000;

/**
 * When each tag, or a single key, was last dropped. A load that began before must not leave its value behind; one that
 * began shortly after may still have been shown the old one.
 */
export class DropLog {
  readonly #clock: Clock;
  /** Oldest drop first. */
  readonly #drops = new Map<string, { at: number; order: number }>();
  #order = 0;
  /** Order of the latest drop that is not remembered by itself any more. */
  #forgotten = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** The next mark: whatever is dropped later is dropped after it, and no two are the same. */
  next(): number {
    return (this.#order += 1);
  }

  note(tag: string): void {
    const at = this.#clock.monotonicMs();
    this.#drops.delete(tag);
    this.#drops.set(tag, { at, order: this.next() });
    for (const [oldest, drop] of this.#drops) {
      if (at - drop.at <= KEEP_MS) break;
      this.#drops.delete(oldest);
      this.#forgotten = drop.order;
    }
  }

  /** Notes that one key was dropped, whatever its tags. */
  noteKey(key: string): void {
    this.note(nameOf(key));
  }

  /** Notes that everything was dropped. */
  noteAll(): void {
    this.#drops.clear();
    this.#forgotten = this.next();
  }

  /** Whether the key or any of the tags was dropped after `mark`; also when nobody remembers that far back. */
  droppedSince(mark: number, key: string, tags: Iterable<string>): boolean {
    if (mark < this.#forgotten || this.#isAfter(mark, nameOf(key))) return true;
    for (const tag of tags) if (this.#isAfter(mark, tag)) return true;
    return false;
  }

  /** When one of the tags was dropped last, in milliseconds of the monotonic clock; -Infinity when there is none in memory. */
  lastDrop(tags: Iterable<string>): number {
    let last = -Infinity;
    for (const tag of tags) last = Math.max(last, this.#drops.get(tag)?.at ?? -Infinity);
    return last;
  }

  /** How many drops are remembered. */
  get size(): number {
    return this.#drops.size;
  }

  #isAfter(mark: number, tag: string): boolean {
    return (this.#drops.get(tag)?.order ?? 0) > mark;
  }
}

/** Keys and tags may read alike. */
function nameOf(key: string): string {
  return `key ${key}`;
}
