import type { Redis } from 'ioredis';
import type { Log } from '../observability/log.ts';
import type { Secret } from '../settings/secret.ts';
import type { Clock } from '../time/clock.ts';
import { loadScripts, type ScriptName } from './scripts.ts';

/** Redis did not answer, or refused: what was sent may have been carried out. */
export class UnreachableError extends Error {
  override readonly name = 'UnreachableError';
}

/** The commands of Redis that are used here. Tests put themselves in between. */
export interface RedisConnection {
  /** Runs a script. @throws when it was refused, or not answered in time. */
  run(script: ScriptName, keys: readonly string[], args: readonly string[]): Promise<unknown>;
  get(key: string): Promise<string | null>;
  /** @param ttlMs milliseconds after which it is gone. */
  set(key: string, value: string, ttlMs: number): Promise<unknown>;
  /** A part of `INFO`, or a setting of the server. */
  ask(...command: [string, ...string[]]): Promise<unknown>;
  close(): void;
}

/** How long Redis may take, in milliseconds: whoever waits for it has a student waiting. */
const TIMEOUTS = { connectMs: 300, commandMs: 150 };

/** One connection, made with its first command and anew with the first one after it was lost. */
export async function connectRedis(url: Secret, { connectMs, commandMs } = TIMEOUTS): Promise<RedisConnection> {
  // Loading it takes longer than most answers: only who needs it loads it.
  const { Redis: Client } = await import('ioredis');
  const client = new Client(url.reveal(), {
    lazyConnect: true,
    connectTimeout: connectMs,
    commandTimeout: commandMs,
    // Neither kept for later nor sent again: who asks decides what to do without an answer.
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    retryStrategy: null,
    enableReadyCheck: false,
    // Nothing of the newer protocol is used, and some servers do not speak it.
    protocol: 2,
    disableClientInfo: true,
  });
  // Every command tells of its failure itself.
  client.on('error', () => {});
  const scripts = loadScripts();
  let connecting: Promise<void> | undefined;
  const ready = async (): Promise<Redis> => {
    if (client.status === 'ready') return client;
    connecting ??= client.connect().finally(() => {
      connecting = undefined;
    });
    await connecting;
    return client;
  };
  return {
    async run(name, keys, args) {
      const redis = await ready();
      const { sha, source } = scripts[name];
      try {
        return await redis.evalsha(sha, keys.length, ...keys, ...args);
      } catch (error) {
        if (isStale(error)) client.disconnect();
        if (!String(error).includes('NOSCRIPT')) throw error;
        return redis.eval(source, keys.length, ...keys, ...args);
      }
    },
    get: async (key) => (await ready()).get(key),
    set: async (key, value, ttlMs) => (await ready()).set(key, value, 'PX', Math.max(1, Math.round(ttlMs))),
    ask: async (command, ...args) => (await ready()).call(command, ...args),
    close: () => client.disconnect(),
  };
}

/** A server that does not lead any more, or not yet: by its name another one may be found. */
function isStale(error: unknown): boolean {
  return /^(ReplyError: )?(READONLY|LOADING|MASTERDOWN)/.test(String(error));
}

/** After so many failures in a row nothing is sent for a while. */
const FAILURES = 2;
/** So long, in milliseconds; then one command finds out. */
const PAUSE_MS = 500;

/** Redis behind a breaker: as long as it does not answer nobody waits for it, but for one command now and then. */
export class GuardedRedis {
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #connect: () => Promise<RedisConnection>;
  #connection: Promise<RedisConnection> | undefined;
  #failures = 0;
  #probeAtMs = -Infinity;
  #reason = '';
  readonly #cost = { commands: 0, ms: 0 };

  constructor(clock: Clock, log: Log, connect: () => Promise<RedisConnection>) {
    this.#clock = clock;
    this.#log = log;
    this.#connect = connect;
  }

  /** Why it is not used at the moment; null while it answers. */
  get problem(): string | null {
    return this.#failures >= FAILURES ? this.#reason : null;
  }

  /** @throws {UnreachableError} */
  async use<T>(work: (redis: RedisConnection) => Promise<T>): Promise<T> {
    const startedAtMs = this.#clock.monotonicMs();
    if (this.#failures >= FAILURES) {
      if (startedAtMs < this.#probeAtMs) throw new UnreachableError(this.#reason);
      this.#probeAtMs = startedAtMs + PAUSE_MS;
    }
    this.#cost.commands += 1;
    try {
      this.#connection ??= this.#connect();
      const result = await work(await this.#connection);
      this.#answered();
      return result;
    } catch (error) {
      this.#failed(error);
      throw new UnreachableError(this.#reason, { cause: error });
    } finally {
      this.#cost.ms += this.#clock.monotonicMs() - startedAtMs;
    }
  }

  /** Commands sent since the process began, and milliseconds they took together. */
  stats(): { commands: number; ms: number } {
    return { commands: this.#cost.commands, ms: Math.round(this.#cost.ms) };
  }

  close(): void {
    void this.#connection?.then((connection) => connection.close());
  }

  #answered(): void {
    if (this.#failures >= FAILURES) this.#log.info('Redis answers again');
    this.#failures = 0;
  }

  #failed(error: unknown): void {
    this.#failures += 1;
    this.#reason = error instanceof Error ? error.message : String(error);
    this.#probeAtMs = this.#clock.monotonicMs() + PAUSE_MS;
    if (this.#failures === FAILURES) this.#log.warn('Redis does not answer', { reason: this.#reason });
  }
}
