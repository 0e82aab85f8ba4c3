import type { RunInBackground } from '../request/background.ts';
import { type Clock, sleep } from '../time/clock.ts';
import { UnreachableError } from './redis.ts';

/** One change of what is shared; several are written in one step. */
export interface Write {
  kind: 'news' | 'seat' | 'made' | 'moved' | 'debt' | 'ended' | 'alive' | 'keep' | 'release';
  /** The key it concerns; null for none. */
  key: string | null;
  /** What the script needs of it, asked for when it leaves. */
  values: () => readonly (string | number)[];
  /** Of changes by one name the latest is all that matters. */
  name?: string;
  /** Called once it is written. */
  done?: () => void;
}

export interface OutboxOptions {
  clock: Clock;
  background: RunInBackground;
  /** Writes changes in one step. @throws {UnreachableError} */
  send: (writes: readonly Write[]) => Promise<void>;
  /** What this instance holds at the moment, to be held on to. */
  held: () => Write[];
}

/** What is held is given up when its holder has not been heard of for so long, in milliseconds. */
export const LEASE_MS = 15_000;
const BEAT_MS = 4000;
/** What need not be known at once leaves with whatever comes within this time, in milliseconds. */
const LINGER_MS = 10;
/** What could not be written is tried again after these times, in milliseconds, and then with the next command. */
const RETRIES_MS = [50, 100, 200, 400, 800, 1600, 3000, 5000];
/** What could not be written for longer shows in HubSpot, or has expired. */
const KEEP_MS = 300_000;

/** What is to be written to the shared state, in order. */
export class Outbox {
  readonly #options: OutboxOptions;
  /** Oldest first. */
  #writes: (Write & { atMs: number })[] = [];
  #isTrying = false;
  #writing: Promise<unknown> = Promise.resolve();
  #isBeating = false;

  constructor(options: OutboxOptions) {
    this.#options = options;
  }

  /** Has something written along with what else is to be written; nobody waits for it. */
  queue(...writes: readonly Write[]): void {
    this.#add(writes);
    this.hurry();
  }

  /** Has something written now, with all that waits. @returns whether that was possible. */
  async write(...writes: readonly Write[]): Promise<boolean> {
    this.#add(writes);
    const isWritten = await this.#flushInTurn();
    if (!isWritten) this.hurry();
    return isWritten;
  }

  /** Has what waits written soon, and tried again as long as that fails. */
  hurry(): void {
    if (this.#isTrying || this.#writes.length === 0) return;
    this.#isTrying = true;
    this.#options.background('write to Redis', async () => {
      try {
        for (const delayMs of [LINGER_MS, ...RETRIES_MS]) {
          await sleep(this.#options.clock, delayMs);
          if (await this.#flushInTurn()) return;
        }
      } finally {
        this.#isTrying = false;
      }
    });
  }

  #add(writes: readonly Write[]): void {
    const atMs = this.#options.clock.monotonicMs();
    for (const write of writes) {
      const isThere = write.name !== undefined && this.#writes.some(({ name }) => name === write.name);
      if (!isThere) this.#writes.push({ ...write, atMs });
    }
    this.#beat();
  }

  async #flushInTurn(): Promise<boolean> {
    const turn = this.#writing.then(async () => this.#flush());
    this.#writing = Promise.allSettled([turn]);
    return turn;
  }

  async #flush(): Promise<boolean> {
    const oldest = this.#options.clock.monotonicMs() - KEEP_MS;
    const leaving = this.#writes.filter(({ atMs }) => atMs > oldest);
    this.#writes = [];
    if (leaving.length === 0) return true;
    try {
      await this.#options.send(leaving);
      for (const { done } of leaving) done?.();
      return true;
    } catch (error) {
      if (!(error instanceof UnreachableError)) throw error;
      // What is held is told anew with the next beat.
      this.#writes = [...leaving.filter(({ kind }) => kind !== 'alive' && kind !== 'keep'), ...this.#writes];
      return false;
    }
  }

  /** As long as anything is held the others hear of it. */
  #beat(): void {
    if (this.#isBeating || this.#options.held().length === 0) return;
    this.#isBeating = true;
    this.#options.clock.schedule(BEAT_MS, () => {
      this.#isBeating = false;
      const held = this.#options.held();
      if (held.length > 0) void this.write(...held);
    });
  }
}
