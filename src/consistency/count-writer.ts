import { type Clock, waitAtMost } from '../time/clock.ts';
import type { Log } from '../observability/log.ts';
import type { RunInBackground } from '../request/background.ts';

/** What HubSpot holds of an exam's count. */
export interface StoredCount {
  examId: string;
  total: number;
  /** `updatedAt` of the record in epoch milliseconds. */
  updatedAtMs: number;
}

/** An exam's bookings as they were counted. */
export interface DerivedCount {
  examId: string;
  total: number;
  /** Names of our own changes that it holds. */
  changes: Iterable<string>;
}

/** A count that several instances derive from the same bookings. */
export interface SharedCount extends DerivedCount {
  /** When its latest change was made, by HubSpot's clock, in epoch milliseconds. */
  atMs: number;
  /** Whether the latest change by now was made here: whoever made it writes the count. */
  isDue: () => boolean;
}

export interface CountWriterOptions {
  clock: Clock;
  log: Log;
  /** Whether an error passes by itself. */
  isOutage: (error: unknown) => boolean;
  background: RunInBackground;
  /** Milliseconds that a write waits for further changes. */
  lingerMs: number;
  /** Resolves to null when HubSpot does not know the exam. */
  read: (examId: string) => Promise<StoredCount | null>;
  /**
   * Stores a count, if it may when its call leaves, and resolves to the record's new `updatedAt` in epoch milliseconds.
   */
  write: (examId: string, total: number, mayLeave: () => boolean) => Promise<number>;
}

/** One booking more or less. */
interface Change {
  delta: 1 | -1;
  at: number;
  /** Whether HubSpot's number lacks it, as far as is known. */
  isOpen: boolean;
}

interface Count {
  /** Those of the last minutes, by name. */
  changes: Map<string, Change>;
  /** Our last write that landed. */
  landed: { total: number; atMs: number } | undefined;
  /** A write that was not answered: if HubSpot shows its number, it was carried out. */
  attempted: { total: number; changes: readonly Change[] } | undefined;
  /** A derived count on its way. */
  put: { total: number; outcome: Promise<Error | null> } | undefined;
  failedAt: number;
  usedAt: number;
  isPlanned: boolean;
  /** Writes of one count follow one another. */
  line: Promise<unknown>;
}

/** Our last word on a count is kept this long: longer than any cached record that lacks it is served. */
const KEEP_MS = 15 * 60_000;
/** So long after a write failed a mere look at the exam starts no other one. */
const PAUSE_AFTER_FAILURE_MS = 60_000;
/** A derived count is written within this time: a younger change that it does not hold came after it. */
const DERIVED_WITHIN_MS = 60_000;

/**
 * The only writer of an exam's displayed count, `total_bookings`. Changes are added to what HubSpot holds when they are
 * written, after the answers and awaited by nobody. It is a display value: the bookings are the truth.
 */
export class CountWriter {
  readonly #options: CountWriterOptions;
  readonly #counts = new Map<string, Count>();
  #hurried = Promise.withResolvers<void>();

  constructor(options: CountWriterOptions) {
    this.#options = options;
  }

  /**
   * Counts one booking more or less, once by that name.
   * @param derive what the count is where others change it, too; undefined where it is not known.
   */
  adjust(examId: string, name: string, delta: 1 | -1, derive?: () => Promise<SharedCount | undefined>): void {
    const count = this.#of(examId);
    if (count.changes.has(name)) return;
    count.changes.set(name, { delta, at: this.#options.clock.monotonicMs(), isOpen: true });
    if (count.isPlanned) return;
    count.isPlanned = true;
    this.#options.background('count', async () => {
      await waitAtMost(this.#options.clock, this.#options.lingerMs, this.#hurried.promise);
      count.isPlanned = false;
      const shared = await derive?.();
      if (shared?.isDue()) await this.put(shared);
      else if (shared) this.#leaveToOthers(count, shared);
      else await this.#inLine(count, async () => this.#addOpen(examId, count));
    });
  }

  /**
   * Writes a count that was derived from the bookings themselves, and what was counted here since.
   * @returns why it was not written, or null.
   */
  async put({ examId, total, changes, ...shared }: DerivedCount & Partial<SharedCount>): Promise<Error | null> {
    const count = this.#of(examId);
    if (count.put?.total === total) return count.put.outcome;
    const held = new Set(changes);
    const outcome = this.#inLine(count, async () => {
      const oldest = this.#options.clock.monotonicMs() - DERIVED_WITHIN_MS;
      const since = [...count.changes].filter(([name, { at }]) => !held.has(name) && at >= oldest);
      const sum = total + sumOf(since.map(([, change]) => change));
      const failure = await this.#write({ examId, count, isDue: shared.isDue }, sum, [...count.changes.values()]);
      if (count.put?.outcome === outcome) count.put = undefined;
      return failure;
    });
    count.put = { total, outcome };
    return outcome;
  }

  /** The count to show: HubSpot's, or our last one while the record is older, with what is not written yet. */
  current({ examId, total, updatedAtMs }: StoredCount): number {
    const count = this.#counts.get(examId);
    if (!count) return total;
    const { landed, attempted, changes, put } = count;
    if (put) return put.total;
    const isOlder = landed !== undefined && updatedAtMs < landed.atMs;
    const isCarriedOut = (change: Change) => attempted?.total === total && attempted.changes.includes(change);
    const open = [...changes.values()].filter((change) => change.isOpen && (isOlder || !isCarriedOut(change)));
    return Math.max(0, (isOlder ? landed.total : total) + sumOf(open));
  }

  /** The value HubSpot took last and its time of that, if that is still known. */
  lastWritten(examId: string): { total: number; landedAtMs: number } | undefined {
    const landed = this.#counts.get(examId)?.landed;
    return landed && { total: landed.total, landedAtMs: landed.atMs };
  }

  /** Whether a change by that name was counted here within the last minutes. */
  hasCounted(examId: string, name: string): boolean {
    return this.#counts.get(examId)?.changes.has(name) ?? false;
  }

  /** Whether a write failed so short a time ago that a mere look should not start the next one. */
  hasJustFailed(examId: string): boolean {
    const failedAt = this.#counts.get(examId)?.failedAt ?? -Infinity;
    return this.#options.clock.monotonicMs() - failedAt <= PAUSE_AFTER_FAILURE_MS;
  }

  /** Lets what waits for further changes be written at once, from now on. */
  hurry(): void {
    this.#hurried.resolve();
  }

  /** Another instance writes it, if it has not yet. */
  #leaveToOthers(count: Count, { total, atMs, changes }: SharedCount): void {
    count.landed = { total, atMs };
    for (const name of changes) Object.assign(count.changes.get(name) ?? {}, { isOpen: false });
  }

  async #addOpen(examId: string, count: Count): Promise<void> {
    const { log, read } = this.#options;
    try {
      const base = await read(examId);
      if (!base) return log.warn('no exam to count for', { examId });
      const { attempted } = count;
      if (attempted?.total === base.total) for (const change of attempted.changes) change.isOpen = false;
      const open = [...count.changes.values()].filter(({ isOpen }) => isOpen);
      if (open.length > 0) await this.#write({ examId, count }, base.total + sumOf(open), open);
    } catch (error) {
      this.#noteFailure(count, { examId }, error);
    }
  }

  async #write(
    { examId, count, isDue = () => true }: { examId: string; count: Count; isDue?: (() => boolean) | undefined },
    sum: number,
    changes: readonly Change[],
  ): Promise<Error | null> {
    const total = Math.max(0, sum);
    count.attempted = { total, changes };
    try {
      const atMs = await this.#options.write(examId, total, isDue);
      for (const change of changes) change.isOpen = false;
      Object.assign(count, { landed: { total, atMs }, attempted: undefined });
      return null;
    } catch (error) {
      // Overtaken on its way: whoever made the latest change writes the count.
      if (!isDue()) return null;
      return this.#noteFailure(count, { examId, total }, error);
    }
  }

  /** Made up for by the next write: what is open stays open. */
  #noteFailure(count: Count, what: { examId: string; total?: number }, error: unknown): Error {
    count.failedAt = this.#options.clock.monotonicMs();
    this.#options.log[this.#options.isOutage(error) ? 'warn' : 'error']('count not written', {
      ...what,
      reason: String(error),
    });
    return error instanceof Error ? error : new Error(String(error));
  }

  async #inLine<T>(count: Count, work: () => Promise<T>): Promise<T> {
    const turn = count.line.then(work);
    count.line = Promise.allSettled([turn]);
    return turn;
  }

  #of(examId: string): Count {
    const usedAt = this.#options.clock.monotonicMs();
    for (const [id, { usedAt: last }] of this.#counts) if (last < usedAt - KEEP_MS) this.#counts.delete(id);
    const nothing = {
      landed: undefined,
      attempted: undefined,
      put: undefined,
      failedAt: -Infinity,
      isPlanned: false,
      usedAt,
    };
    const changes = new Map<string, Change>();
    const count = this.#counts.get(examId) ?? { ...nothing, changes, line: Promise.resolve() };
    for (const [name, { at }] of count.changes) if (at < usedAt - KEEP_MS) count.changes.delete(name);
    count.usedAt = usedAt;
    this.#counts.set(examId, count);
    return count;
  }
}

function sumOf(changes: readonly Change[]): number {
  return changes.reduce((sum, { delta }) => sum + delta, 0);
}
