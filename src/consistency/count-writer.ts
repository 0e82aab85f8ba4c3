import { type Clock, waitAtMost } from '../clock.ts';
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
  /** Whether a write is on its way to HubSpot at this moment. */
  isSending: boolean;
  /** Ends the wait of a write that has time. */
  hurry: () => void;
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
   * @param lingerMs how long the write may wait for further changes of the same count.
   */
  async adjust(stored: StoredCount, delta: number, lingerMs = 0): Promise<boolean> {
    const count = this.#counts.get(stored.examId) ?? this.#begin(stored.examId);
    count.value = Math.max(0, this.current(stored) + delta);
    count.dirty = true;
    count.touchedAt = this.#clock.now();
    if (lingerMs === 0) count.hurry();
    count.writing ??= this.#drain(stored.examId, count, lingerMs);
    return count.writing;
  }

  /** The count to show: ours while the record is older than our last word, else the record's. */
  current({ examId, total, updatedAtMs }: StoredCount): number {
    const count = this.#counts.get(examId);
    const ours = count && (count.dirty || count.writing !== undefined || updatedAtMs < count.landedAtMs);
    return ours ? count.value : total;
  }

  /** What was written last, and HubSpot's time of it, if that is still known. */
  lastWritten(examId: string): { total: number; landedAtMs: number } | undefined {
    const count = this.#counts.get(examId);
    return count && { total: count.value, landedAtMs: count.landedAtMs };
  }

  /** Whether a count that was read as `stored` may be corrected: nothing of ours is newer or under way. */
  isSettled({ examId, updatedAtMs }: StoredCount): boolean {
    const count = this.#counts.get(examId);
    return !count || (count.writing === undefined && updatedAtMs >= count.landedAtMs);
  }

  /** Somebody corrected the count in HubSpot, in a batch of their own. */
  corrected({ examId, total, updatedAtMs }: StoredCount): void {
    const count = this.#counts.get(examId) ?? this.#begin(examId);
    if (count.isSending) return;
    Object.assign(count, { value: total, dirty: false, landedAtMs: updatedAtMs, touchedAt: this.#clock.now() });
  }

  async #drain(examId: string, count: Count, lingerMs: number): Promise<boolean> {
    try {
      if (lingerMs > 0) await this.#linger(count, lingerMs);
      while (count.dirty) {
        count.dirty = false;
        count.isSending = true;
        count.landedAtMs = await this.#write(examId, count.value);
      }
      return true;
    } catch (error) {
      count.dirty = true;
      this.#log.error('count not written', { examId, total: count.value, reason: String(error) });
      return false;
    } finally {
      count.isSending = false;
      count.writing = undefined;
    }
  }

  async #linger(count: Count, lingerMs: number): Promise<void> {
    const { promise: hurried, resolve } = Promise.withResolvers<void>();
    count.hurry = resolve;
    await waitAtMost(this.#clock, lingerMs, hurried);
  }

  #begin(examId: string): Count {
    this.#sweep();
    const idle = { dirty: false, writing: undefined, isSending: false, hurry: () => {} };
    const count: Count = { value: 0, ...idle, landedAtMs: 0, touchedAt: this.#clock.now() };
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
