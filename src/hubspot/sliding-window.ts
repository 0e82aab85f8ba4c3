import type { Clock } from '../time/clock.ts';

/**
 * One condition on calls: so many in any `spanMs`. A call takes its place from its start until `spanMs` after its end:
 * HubSpot counted it somewhere in between, so whatever the network does, HubSpot never counts more than we do.
 */
export class SlidingWindow {
  readonly #clock: Clock;
  #limit: number;
  #spanMs: number;
  #inFlight = 0;
  /** Ends of calls in milliseconds of the monotonic clock, oldest first. */
  #ends: number[] = [];
  /** Calls that others made, believed until `until`. */
  #foreign = { count: 0, until: 0 };

  /** @param limit calls in any `spanMs` milliseconds; 0 for no limit. */
  constructor(clock: Clock, limit: number, spanMs: number) {
    this.#clock = clock;
    this.#limit = limit === 0 ? Infinity : limit;
    this.#spanMs = spanMs;
  }

  /** Calls in any span; `Infinity` for no limit. */
  get limit(): number {
    return this.#limit;
  }

  /** Places taken, by our calls and by others'. */
  get used(): number {
    return this.ownUsed + (this.#foreign.until > this.#clock.monotonicMs() ? this.#foreign.count : 0);
  }

  /** Share of the places that is taken, from 0 to 1 and beyond. */
  get pressure(): number {
    return this.used / this.#limit;
  }

  /** Places taken by our calls. */
  get ownUsed(): number {
    const oldest = this.#clock.monotonicMs() - this.#spanMs;
    const gone = this.#ends.findIndex((end) => end > oldest);
    if (gone === -1) this.#ends = [];
    else if (gone > 0) this.#ends = this.#ends.slice(gone);
    return this.#inFlight + this.#ends.length;
  }

  begin(): void {
    this.#inFlight += 1;
  }

  end(): void {
    this.#inFlight -= 1;
    this.#ends.push(this.#clock.monotonicMs());
  }

  /** Takes over HubSpot's own limit, of which a twentieth is left alone. */
  limitTo(max: number, spanMs: number): void {
    this.#limit = Math.max(1, Math.floor(max * 0.95));
    this.#spanMs = spanMs;
  }

  /** Of the calls HubSpot counted in a span, those of this process are known; the others are somebody else's. */
  noteForeign(count: number): void {
    this.#foreign = { count: Math.max(0, count), until: this.#clock.monotonicMs() + this.#spanMs };
  }

  /**
   * When `count` more calls fit under `limit`, in milliseconds of the monotonic clock. A guess as far as calls are still
   * under way: they are taken to end now, and those that wait to leave a place a span after they got it.
   */
  roomAt(count: number, limit = this.limit): number {
    const now = this.#clock.monotonicMs();
    const missing = this.used + count - limit;
    if (missing <= 0) return now;
    const foreign = this.#foreign.until > now ? this.#foreign.count : 0;
    const frees = [
      ...this.#ends.map((end) => end + this.#spanMs),
      ...Array<number>(this.#inFlight).fill(now + this.#spanMs),
      ...Array<number>(foreign).fill(this.#foreign.until),
      // Places that are free now are taken by those ahead, and free again a span later.
      ...Array<number>(Math.max(0, limit - this.used)).fill(now + this.#spanMs),
    ].toSorted((a, b) => a - b);
    const index = (missing - 1) % frees.length;
    return (frees[index] ?? now) + Math.floor((missing - 1) / frees.length) * this.#spanMs;
  }
}
