import type { Clock } from '../time/clock.ts';
import type { Priority } from '../request/context.ts';

/** Once the day is spent one call in this time is let through: only HubSpot knows when its day begins anew. */
const PROBE_EVERY_MS = 60_000;
const DAY_MS = 86_400_000;
/** The last twentieth of a day is left to students. */
const BACKGROUND_SHARE = 0.95;

/**
 * Calls a day, as HubSpot counts them for the whole account: its headers tell; between them our own calls are added.
 * Where it never tells, our own calls are counted anew every 24 hours.
 */
export class DailyAllowance {
  readonly #clock: Clock;
  readonly #setLimit: number;
  /** HubSpot's own limit, once it has told. */
  #ceiling = Infinity;
  #used = 0;
  #countedSince: number;
  #probedAt = -Infinity;

  /** @param limit calls a day; 0 for no limit. */
  constructor(clock: Clock, limit: number) {
    this.#clock = clock;
    this.#setLimit = limit === 0 ? Infinity : limit;
    this.#countedSince = clock.monotonicMs();
  }

  /** Calls made today, as far as is known. */
  get used(): number {
    return this.#used;
  }

  allows(priority: Priority): boolean {
    const now = this.#clock.monotonicMs();
    if (now - this.#countedSince >= DAY_MS) {
      this.#used = 0;
      this.#countedSince = now;
    }
    const limit = Math.min(this.#setLimit, this.#ceiling) * (priority === 'student' ? 1 : BACKGROUND_SHARE);
    if (this.#used < limit) return true;
    if (now - this.#probedAt < PROBE_EVERY_MS) return false;
    this.#probedAt = now;
    return true;
  }

  count(): void {
    this.#used += 1;
  }

  /** HubSpot's own limit and count. */
  correct({ max, used }: { max: number; used: number | undefined }): void {
    this.#ceiling = max;
    if (used !== undefined) this.#used = used;
  }
}
