import { randomUUID } from 'node:crypto';
import { HubSpotRateLimitError } from '../hubspot/errors.ts';
import { currentContext } from '../request/context.ts';
import { type Clock, sleep } from '../time/clock.ts';
import { type GuardedRedis, UnreachableError } from './redis.ts';

export interface CallWindowsOptions {
  clock: Clock;
  redis: GuardedRedis;
  key: (name: string) => string;
  /** Calls that all instances together may make; 0 for no limit. */
  limits: { callsPer10Seconds: number; associationCallsPer10Seconds: number; searchesPerSecond: number };
  /** See {@link LedgerOptions.serverNow}. */
  serverNow: (() => number) | null;
}

interface Window {
  name: string;
  spanMs: number;
  limit: number;
}

/** HubSpot counts a call when it arrives: by then it has been on its way for up to this long, in milliseconds. */
const TRANSIT_MS = 300;
/** Webhooks, cron and work after answers leave a third of the window to students, who may come at any moment. */
const BACKGROUND_SHARE = 2 / 3;

/** Keeps the calls of all instances together inside HubSpot's limits. While Redis does not answer each keeps to its own. */
export class CallWindows {
  readonly #options: CallWindowsOptions;
  /** Those who wait, by what they wait for: each asks when the one before has been let in. */
  readonly #lines = new Map<string, Promise<unknown>>();

  constructor(options: CallWindowsOptions) {
    this.#options = options;
  }

  /**
   * Waits for a place for one call.
   * @param leaveBy milliseconds of the monotonic clock.
   * @throws {HubSpotRateLimitError} when there will be no room by then.
   */
  async admit(operation: string, leaveBy: number): Promise<void> {
    const priority = currentContext()?.priority ?? 'student';
    const windows = this.#windowsOf(operation, priority === 'student' ? 1 : BACKGROUND_SHARE);
    if (windows.length === 0) return;
    const name = `${priority} ${windows.map((window) => window.name).join(' ')}`;
    const before = this.#lines.get(name) ?? Promise.resolve();
    const turn = before.then(async () => this.#take(operation, windows, leaveBy));
    const line = Promise.allSettled([turn]);
    this.#lines.set(name, line);
    try {
      await turn;
    } finally {
      if (this.#lines.get(name) === line) this.#lines.delete(name);
    }
  }

  #windowsOf(operation: string, share: number): Window[] {
    const { callsPer10Seconds, associationCallsPer10Seconds, searchesPerSecond } = this.#options.limits;
    const part = (limit: number) => Math.max(1, Math.floor(limit * share));
    const windows = [{ name: 'calls', spanMs: 10_000, limit: part(callsPer10Seconds), isOn: callsPer10Seconds > 0 }];
    if (operation === 'objects.search') {
      windows.push({ name: 'searches', spanMs: 1000, limit: searchesPerSecond, isOn: searchesPerSecond > 0 });
    } else if (operation.startsWith('associations.')) {
      const limit = part(associationCallsPer10Seconds);
      windows.push({ name: 'associations', spanMs: 10_000, limit, isOn: associationCallsPer10Seconds > 0 });
    }
    return windows.filter(({ isOn }) => isOn);
  }

  async #take(operation: string, windows: readonly Window[], leaveBy: number): Promise<void> {
    const { clock, redis, key, serverNow } = this.#options;
    const keys = windows.map(({ name }) => key(name));
    const limits = windows.flatMap(({ spanMs, limit }) => [String(spanMs + TRANSIT_MS), String(limit)]);
    const call = randomUUID();
    for (;;) {
      let waitMs: number;
      try {
        const args = [String(serverNow?.() ?? ''), call, ...limits];
        waitMs = Number(await redis.use(async (connection) => connection.run('window', keys, args)));
      } catch (error) {
        if (!(error instanceof UnreachableError)) throw error;
        return;
      }
      if (waitMs === 0) return;
      if (clock.monotonicMs() + waitMs >= leaveBy) {
        const policy = operation === 'objects.search' ? 'SECONDLY' : 'TEN_SECONDLY_ROLLING';
        throw new HubSpotRateLimitError(operation, policy, { retryAfterMs: waitMs, ours: true });
      }
      await sleep(clock, waitMs);
    }
  }
}
