import { Emulator } from '../../../src/emulator/emulator.ts';

/** One HubSpot call as the emulator met it. Times are in milliseconds on a clock that all processes share. */
export interface MeteredCall {
  method: string;
  path: string;
  startedAt: number;
  finishedAt: number;
  status: number;
  /** Size of the request's body. */
  sentBytes: number;
  /** Size of the answer's body. */
  bytes: number;
}

/** A path that answers after `ms` with so many `bytes`, and does nothing else. */
export const ECHO = '/_echo';

/** Calls that never end are not waited for longer than this. */
const LONGEST_WAIT_MS = 10_000;

/** Epoch milliseconds with fractions: the emulator's own log has whole ones, too coarse for our own time. */
export function preciseNow(): number {
  return performance.timeOrigin + performance.now();
}

/** An emulator that also measures what it sends and how long each call took. */
export class MeteredEmulator extends Emulator {
  #calls: MeteredCall[] = [];
  #underWay = 0;
  #lastMovedAt = preciseNow();

  override async fetch(request: Request): Promise<Response> {
    const startedAt = preciseNow();
    this.#move(1);
    try {
      const { pathname: path, searchParams } = new URL(request.url);
      const response = path === ECHO ? await this.#echo(searchParams) : await super.fetch(request);
      const body = response.body === null ? null : await response.arrayBuffer();
      const { status, headers } = response;
      const finishedAt = preciseNow();
      const sentBytes = Number(request.headers.get('content-length') ?? 0);
      const bytes = body?.byteLength ?? 0;
      this.#calls.push({ method: request.method, path, startedAt, finishedAt, status, sentBytes, bytes });
      return new Response(body, { status, headers });
    } finally {
      this.#move(-1);
    }
  }

  /** Waits until no call has been under way for `quietMs`, then gives the calls so far and forgets them. */
  async takeCalls(quietMs: number): Promise<MeteredCall[]> {
    const giveUpAt = preciseNow() + LONGEST_WAIT_MS;
    while (preciseNow() < giveUpAt && (this.#underWay > 0 || preciseNow() < this.#lastMovedAt + quietMs)) {
      await this.clock.sleep(5);
    }
    const calls = this.#calls;
    this.#calls = [];
    return calls;
  }

  async #echo(facts: URLSearchParams): Promise<Response> {
    const ms = Number(facts.get('ms'));
    if (ms > 0) await this.clock.sleep(ms);
    return new Response('x'.repeat(Number(facts.get('bytes'))));
  }

  #move(change: number): void {
    this.#underWay += change;
    this.#lastMovedAt = preciseNow();
  }
}
