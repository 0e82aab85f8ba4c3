import type { Ports } from '../../src/wiring/create-deps.ts';
import { Secret } from '../../src/settings/secret.ts';
import { connectRedis, type RedisConnection } from '../../src/shared/redis.ts';
import type { ScriptName } from '../../src/shared/scripts.ts';
import type { RedisServer } from './redis-server.ts';
import type { VirtualClock } from './virtual-clock.ts';

/**
 * What becomes of a command: it is lost on its way there, or its answer is on its way back; or the instance that sent it ends
 * at that moment, before it arrives or after it was carried out.
 */
export type Fate = 'answered' | 'lost' | 'unanswered' | 'ends' | 'ends after it';

/** A real Redis whose time is the tests' own, and which can be told to fail. */
export class SharedRedis {
  readonly #server: Pick<RedisServer, 'url'>;
  readonly #prefix: string;
  readonly #connections: RedisConnection[] = [];
  #clock: VirtualClock | undefined;
  #active = 0;
  #instances = 0;
  readonly #ended = new Set<number>();
  /** Names of the scripts that were sent. */
  readonly log: string[] = [];
  fate: (script: string, instance: number) => Fate = () => 'answered';

  constructor(server: Pick<RedisServer, 'url'>, prefix: string) {
    this.#server = server;
    this.#prefix = prefix;
  }

  get env(): Record<string, string> {
    return { REDIS_URL: this.#server.url, REDIS_PREFIX: this.#prefix };
  }

  /** Time stands still while a command is under way. */
  goBy(clock: VirtualClock): void {
    this.#clock = clock;
    const others = clock.busy;
    clock.busy = () => others() + this.#active;
  }

  close(): void {
    for (const connection of this.#connections) connection.close();
  }

  port(): NonNullable<Ports['redis']> {
    const instance = this.#instances;
    this.#instances += 1;
    const connecting = connectRedis(new Secret(this.#server.url), { connectMs: 10_000, commandMs: 10_000 });
    const connect = async (): Promise<RedisConnection> => {
      const real = await this.#whileBusy(async () => {
        const connection = await connecting;
        await connection.ask('PING');
        return connection;
      });
      this.#connections.push(real);
      const meet = async <T>(name: string, work: () => Promise<T>) => this.#meet(name, instance, work);
      return {
        ...real,
        run: async (script: ScriptName, keys, args) => meet(script, async () => real.run(script, keys, args)),
        get: async (key) => meet('get', async () => real.get(key)),
        set: async (key, value, ttlMs) => meet('set', async () => real.set(key, value, ttlMs)),
      };
    };
    return { connect, serverNow: () => this.#clock?.now() ?? 0 };
  }

  async #meet<T>(name: string, instance: number, work: () => Promise<T>): Promise<T> {
    this.log.push(name);
    if (this.#ended.has(instance)) return never();
    const fate = this.fate(name, instance);
    if (fate.startsWith('ends')) this.#ended.add(instance);
    if (fate === 'ends') return never();
    if (fate === 'lost') return this.#timeout();
    const answer = await this.#whileBusy(work);
    if (fate === 'ends after it') return never();
    return fate === 'unanswered' ? this.#timeout() : answer;
  }

  async #whileBusy<T>(work: () => Promise<T>): Promise<T> {
    this.#active += 1;
    try {
      return await work();
    } finally {
      this.#active -= 1;
    }
  }

  async #timeout(): Promise<never> {
    await this.#clock?.sleep(150);
    throw new Error('Command timed out');
  }
}

/** Whoever waits for it goes no further. */
async function never(): Promise<never> {
  return new Promise(() => {});
}
