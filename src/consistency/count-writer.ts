import type { Clock } from '../clock.ts';
import type { Log } from '../observability/log.ts';

/** What HubSpot holds of an exam's count. */
export interface StoredCount {
  examId: string;
  total: number;
  /** `updatedAt` of the record in epoch milliseconds. */
  updatedAtMs: number;
}

interface Count {
  value: number;
  /** Whether `value` has not reached HubSpot yet: it is waiting for its turn, or its write failed. */
  dirty: boolean;
  /** The write under way and, after it, all that became dirty meanwhile; resolves to whether it landed. */
  writing: Promise<boolean> | undefined;
  /** `updatedAt` of our last write that landed. */
  landedAtMs: number;
  touchedAt: number;
}

/** Our last word on a count is kept this long: longer than any cached record that lacks it is served. */
const KEEP_MS = 15 * 60_000;

/**
 * Keeps an exam's displayed count, `total_bookings`: one writer per exam, one write under way, the last value wins. It
 * is a display value; the bookings are the truth, and a count that could not be written is repaired by the next one.
 */
export class CountWriter {
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #write: (examId: string, total: number) => Promise<number>;
  readonly #counts = new Map<string, Count>();

  /** @param write stores a count and resolves to the record's new `updatedAt` in epoch milliseconds. */
  constructor(clock: Clock, log: Log, write: (examId: string, total: number) => Promise<number>) {
    this.#clock = clock;
    this.#log = log;
    this.#write = write;
  }

  /**
   * Counts `delta` bookings more, on top of what was counted here since `stored` was read. Resolves to whether HubSpot
   * took it; a failure is logged, and made up for by the next change or correction.
   */
  async adjust(stored: StoredCount, delta: number): Promise<boolean> {
    const count = this.#counts.get(stored.examId) ?? this.#begin(stored.examId);
    count.value = Math.max(0, this.current(stored) + delta);
    count.dirty = true;
    count.touchedAt = this.#clock.now();
    count.writing ??= this.#drain(stored.examId, count);
    return count.writing;
  }

  /** The count to show: ours while the record is older than our last word, else the record's. */
  current({ examId, total, updatedAtMs }: StoredCount): number {
    const count = this.#counts.get(examId);
    const ours = count && (count.dirty || count.writing !== undefined || updatedAtMs < count.landedAtMs);
    return ours ? count.value : total;
  }

  /** The value that was written last, if that is still known. */
  lastWritten(examId: string): number | undefined {
    return this.#counts.get(examId)?.value;
  }

  /** Whether a count that was read as `stored` may be corrected: nothing of ours is newer or under way. */
  isSettled({ examId, updatedAtMs }: StoredCount): boolean {
    const count = this.#counts.get(examId);
    return !count || (count.writing === undefined && updatedAtMs >= count.landedAtMs);
  }

  /** Somebody corrected the count in HubSpot, in a batch of their own. */
  corrected({ examId, total, updatedAtMs }: StoredCount): void {
    const count = this.#counts.get(examId) ?? this.#begin(examId);
    if (count.writing !== undefined) return;
    Object.assign(count, { value: total, dirty: false, landedAtMs: updatedAtMs, touchedAt: this.#clock.now() });
  }

  async #drain(examId: string, count: Count): Promise<boolean> {
    try {
      while (count.dirty) {
        count.dirty = false;
        count.landedAtMs = await this.#write(examId, count.value);
      }
      return true;
    } catch (error) {
      count.dirty = true;
      this.#log.error('count not written', { examId, total: count.value, reason: String(error) });
      return false;
    } finally {
      count.writing = undefined;
    }
  }

  #begin(examId: string): Count {
    this.#sweep();
    const count: Count = { value: 0, dirty: false, writing: undefined, landedAtMs: 0, touchedAt: this.#clock.now() };
    this.#counts.set(examId, count);
    return count;
  }

  #sweep(): void {
    const oldest = this.#clock.now() - KEEP_MS;
    for (const [examId, { touchedAt, writing }] of this.#counts) {
      if (touchedAt < oldest && writing === undefined) this.#counts.delete(examId);
    }
  }
}
