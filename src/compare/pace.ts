/** Time as the tool needs it; a test moves it itself. */
export interface PaceClock {
  now(): number;
  sleep(ms: number): Promise<void>;
}

/** Keeps requests to the baseline apart. */
export class Pace {
  readonly #clock: PaceClock;
  readonly #gapMs: number;
  #nextAt = -Infinity;

  /** @param perMinute requests a minute; 0 for as fast as they are answered. */
  constructor(clock: PaceClock, perMinute: number) {
    this.#clock = clock;
    this.#gapMs = perMinute === 0 ? 0 : 60_000 / perMinute;
  }

  /** Waits for the next one's turn. */
  async next(): Promise<void> {
    const waitMs = this.#nextAt - this.#clock.now();
    if (waitMs > 0) await this.#clock.sleep(waitMs);
    this.#nextAt = this.#clock.now() + this.#gapMs;
  }
}
