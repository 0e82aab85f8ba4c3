import type { EmulatorClock } from './settings.ts';

/** Calls that HubSpot carries out after their answer was lost: as a gateway that gave up does not stop the work. */
export class LateCommits {
  readonly #clock: EmulatorClock;
  readonly #pending = new Set<Promise<void>>();

  constructor(clock: EmulatorClock) {
    this.#clock = clock;
  }

  add(delayMs: number, commit: () => void): void {
    const pending = this.#clock
      .sleep(delayMs)
      .then(commit)
      .finally(() => this.#pending.delete(pending));
    this.#pending.add(pending);
  }

  get pendingCount(): number {
    return this.#pending.size;
  }

  /** Resolves once all of them, and those that come up meanwhile, have been carried out. */
  async settled(): Promise<void> {
    while (this.#pending.size > 0) await Promise.all(this.#pending);
  }
}
