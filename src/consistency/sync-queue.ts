import { type Clock, sleep } from '../time/clock.ts';

/** Exams to be counted; `all` adds every active one. */
export interface SyncWish {
  examIds: ReadonlySet<string>;
  all: boolean;
}

/** What came of each exam: whether its count was corrected, or why it could not be. */
export type SyncOutcome = ReadonlyMap<string, 'updated' | 'unchanged' | Error>;

/** Counts exams and corrects their stored counts. */
export type RunSync = (wish: SyncWish) => Promise<SyncOutcome>;

interface Waiting {
  examIds: Set<string>;
  all: boolean;
  outcome: PromiseWithResolvers<SyncOutcome>;
}

/** Deliveries of a storm come side by side: the first run begins this late, so that it is theirs, too. */
const LINGER_MS = 100;

/**
 * Lets one count of exams run at a time. Wishes that come during a run share the next one, so that a storm of deliveries
 * about the same exams costs two runs and not one each; every wish is counted by a run that began after it.
 */
export class SyncQueue {
  readonly #clock: Clock;
  #waiting: Waiting | undefined;
  #running = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /**
   * @returns the outcome of the run that counted the wish, for all exams of that run.
   * @throws whatever that run threw.
   */
  async sync({ examIds, all }: SyncWish, run: RunSync): Promise<SyncOutcome> {
    this.#waiting ??= { examIds: new Set(), all: false, outcome: Promise.withResolvers() };
    const { outcome } = this.#waiting;
    for (const id of examIds) this.#waiting.examIds.add(id);
    this.#waiting.all ||= all;
    if (!this.#running) void this.#drain(run);
    return outcome.promise;
  }

  async #drain(run: RunSync): Promise<void> {
    this.#running = true;
    await sleep(this.#clock, LINGER_MS);
    while (this.#waiting) {
      const wish: Waiting = this.#waiting;
      this.#waiting = undefined;
      try {
        wish.outcome.resolve(await run(wish));
      } catch (error) {
        wish.outcome.reject(error);
      }
    }
    this.#running = false;
  }
}
