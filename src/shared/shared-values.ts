import { tags } from '../cache/keys.ts';
import type { SecondLevel } from '../cache/second-level.ts';
import type { RunInBackground } from '../request/background.ts';
import type { Clock } from '../time/clock.ts';
import type { Ledger } from './ledger.ts';
import { type GuardedRedis, UnreachableError } from './redis.ts';

/** To be raised when what is kept looks different: instances of two versions may share a server. */
const FORMAT = 1;

interface Kept {
  format: number;
  birth: string;
  /** In the news, when its load began. */
  place: number;
  /** By the server's clock. */
  loadedAt: number;
  value: unknown;
}

export interface SharedValuesOptions {
  clock: Clock;
  ledger: Ledger;
  redis: GuardedRedis;
  background: RunInBackground;
}

/** A {@link SecondLevel} in Redis, for values of exams. */
export class SharedValues implements SecondLevel {
  readonly #options: SharedValuesOptions;
  /** Place in the news of the last drop that concerned exams: what was loaded before it may be out of date. */
  #dropPlace = Infinity;

  constructor(options: SharedValuesOptions) {
    this.#options = options;
  }

  /** Nothing is known of what was dropped before that place. */
  startOver(place: number): void {
    this.#dropPlace = place;
  }

  /** Something was dropped here: the others are told. */
  drop(stale: readonly string[]): void {
    const { ledger } = this.#options;
    if (stale.length === 0) return;
    this.dropped(stale, Infinity);
    const done = () => this.dropped(stale, ledger.position.place);
    ledger.outbox.queue({ kind: 'news', key: null, values: () => [JSON.stringify(['dropped', stale])], done });
  }

  /** Something was dropped; `place` in the news is Infinity as long as the others have not been told. */
  dropped(stale: readonly string[], place: number): void {
    if (stale.some((tag) => tag === tags.exams || /^exam:\d+$/.test(tag))) this.#dropPlace = place;
  }

  async find(key: string): ReturnType<SecondLevel['find']> {
    const { ledger } = this.#options;
    const text = await this.#ask(async (connection) => connection.get(ledger.key(`value:${key}`)));
    if (typeof text !== 'string') return undefined;
    const { format, birth, place, loadedAt, value } = JSON.parse(text) as Kept;
    const isCurrent = format === FORMAT && birth === ledger.position.birth && place >= this.#dropPlace;
    return isCurrent ? { value, loadedAt: ledger.toLocal(loadedAt) } : undefined;
  }

  begin(): (key: string, value: unknown, ttlMs: number) => void {
    const { ledger, clock, background } = this.#options;
    const { birth, place } = ledger.position;
    const startedAt = clock.monotonicMs();
    return (key, value, ttlMs) => {
      const leftMs = startedAt + ttlMs - clock.monotonicMs();
      if (leftMs <= 0 || !ledger.isInTouch) return;
      const kept: Kept = { format: FORMAT, birth, place, loadedAt: ledger.toServer(startedAt), value };
      const text = JSON.stringify(kept);
      background('shared value', async () =>
        this.#ask(async (connection) => connection.set(ledger.key(`value:${key}`), text, leftMs)),
      );
    };
  }

  async #ask<T>(work: Parameters<typeof GuardedRedis.prototype.use<T>>[0]): Promise<T | undefined> {
    try {
      return await this.#options.redis.use(work);
    } catch (error) {
      if (!(error instanceof UnreachableError)) throw error;
      return undefined;
    }
  }
}
