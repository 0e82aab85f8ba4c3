/** Counts work that outlives its answer, as Vercel's `waitUntil` does for an instance it is about to freeze. */
export class BackgroundWork {
  readonly #pending = new Set<Promise<unknown>>();

  readonly waitUntil = (promise: Promise<unknown>): void => {
    const tracked = promise.finally(() => this.#pending.delete(tracked));
    this.#pending.add(tracked);
  };

  get isDone(): boolean {
    return this.#pending.size === 0;
  }

  /** Settles when no work is left, also none that was started meanwhile. */
  readonly done = async (): Promise<void> => {
    while (this.#pending.size > 0) await Promise.allSettled(this.#pending);
  };
}
