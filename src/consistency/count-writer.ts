import { type Clock, waitAtMost } from '../time/clock.ts';
import type { Log } from '../observability/log.ts';

/** What HubSpot holds of an exam's count. */
export interface StoredCount {
  examId: string;
  total: number;
  /** `updatedAt` of the record in epoch milliseconds. */
  updatedAtMs: number;
}

/** One booking more or less. */
export interface CountChange {
  stored: StoredCount;
  delta: 1 | -1;
  /** Names the change, so that a count that holds it already is not changed again. */
  change: string;
}

/** An exam's bookings as they were counted. */
export interface DerivedCount {
  examId: string;
  total: number;
  /** Names of the {@link CountChange}s it holds. */
  changes: Iterable<string>;
}

interface Count {
  value: number;
  /** Whether `value` has not reached HubSpot yet: it is waiting for its turn, or its write failed. */
  dirty: boolean;
  /** The write under way and, after it, all that became dirty meanwhile; resolves to why it failed, or null. */
  writing: Promise<Error | null> | undefined;
  /** Ends the wait of a write that has time. */
  hurry: () => void;
  /** Changes that the last derived count holds. */
  held: Set<string>;
  /** Changes counted here lately, and when. */
  applied: Map<string, { delta: number; at: number }>;
  /** `updatedAt` of our last write that landed. */
  landedAtMs: number;
  failedAt: number;
  touchedAt: number;
}

/** Our last word on a count is kept this long: longer than any cached record that lacks it is served. */
const KEEP_MS = 15 * 60_000;
/** So long after a write failed a mere look at the exam starts no other one. */
const PAUSE_AFTER_FAILURE_MS = 60_000;
/** A derived count is written within this time: a younger change that it does not hold came after it. */
const DERIVED_WITHIN_MS = 60_000;

/**
 * The only writer of an exam's displayed count, `total_bookings`: one write under way, the last value wins. It is a
 * display value; the bookings are the truth, and a count that could not be written is made up for by the next one.
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
   * Counts one booking more or less, on top of what was counted here since the stored count was read. Resolves to
   * whether HubSpot took it; a failure is logged.
   * @param lingerMs how long the write may wait for further changes of the same count.
   */
  async adjust({ stored, delta, change }: CountChange, lingerMs = 0): Promise<boolean> {
    const count = this.#counts.get(stored.examId) ?? this.#begin(stored.examId);
    if (!count.held.delete(change)) {
      count.value = Math.max(0, (count.dirty ? count.value : this.current(stored)) + delta);
      count.dirty = true;
      count.applied.set(change, { delta, at: this.#clock.monotonicMs() });
    }
    return (await this.#flush(stored.examId, count, lingerMs)) === null;
  }

  /**
   * Writes a count that was derived from the bookings themselves, and what was counted here since.
   * @returns why it was not written, or null.
   */
  async put({ examId, total, changes }: DerivedCount): Promise<Error | null> {
    const count = this.#counts.get(examId) ?? this.#begin(examId);
    count.held = new Set(changes);
    count.value = Math.max(0, total + this.#countedSince(count));
    count.dirty = true;
    return this.#flush(examId, count, 0);
  }

  /** The count to show: ours while it is on its way or the record is older than our last write, else the record's. */
  current({ examId, total, updatedAtMs }: StoredCount): number {
    const count = this.#counts.get(examId);
    return count && (count.writing !== undefined || updatedAtMs < count.landedAtMs) ? count.value : total;
  }

  /** The value HubSpot took last and its time of that, if that is still known. */
  lastWritten(examId: string): { total: number; landedAtMs: number } | undefined {
    const count = this.#counts.get(examId);
    return count && count.landedAtMs > 0 ? { total: count.value, landedAtMs: count.landedAtMs } : undefined;
  }

  /** Whether a write failed so short a time ago that a mere look should not start the next one. */
  hasJustFailed(examId: string): boolean {
    const failedAt = this.#counts.get(examId)?.failedAt ?? -Infinity;
    return this.#clock.monotonicMs() - failedAt <= PAUSE_AFTER_FAILURE_MS;
  }

  #countedSince({ applied, held }: Count): number {
    const oldest = this.#clock.monotonicMs() - DERIVED_WITHIN_MS;
    for (const [change, { at }] of applied) if (at < oldest) applied.delete(change);
    return [...applied].reduce((sum, [change, { delta }]) => sum + (held.has(change) ? 0 : delta), 0);
  }

  async #flush(examId: string, count: Count, lingerMs: number): Promise<Error | null> {
    count.touchedAt = this.#clock.monotonicMs();
    if (!count.dirty && count.writing === undefined) return null;
    if (lingerMs === 0) count.hurry();
    count.writing ??= this.#drain(examId, count, lingerMs);
    return count.writing;
  }

  async #drain(examId: string, count: Count, lingerMs: number): Promise<Error | null> {
    try {
      if (lingerMs > 0) await this.#linger(count, lingerMs);
      while (count.dirty) {
        count.dirty = false;
        count.landedAtMs = await this.#write(examId, count.value);
      }
      return null;
    } catch (error) {
      count.dirty = true;
      count.failedAt = this.#clock.monotonicMs();
      this.#log.error('count not written', { examId, total: count.value, reason: String(error) });
      return error instanceof Error ? error : new Error(String(error));
    } finally {
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
    const nothing = { value: 0, dirty: false, held: new Set<string>(), applied: new Map() };
    const never = { landedAtMs: 0, failedAt: -Infinity, touchedAt: this.#clock.monotonicMs() };
    const count: Count = { ...nothing, ...never, writing: undefined, hurry: () => {} };
    this.#counts.set(examId, count);
    return count;
  }

  #sweep(): void {
    const oldest = this.#clock.monotonicMs() - KEEP_MS;
    for (const [examId, { touchedAt, writing }] of this.#counts) {
      if (touchedAt < oldest && writing === undefined) this.#counts.delete(examId);
    }
  }
}
