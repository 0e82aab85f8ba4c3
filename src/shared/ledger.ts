import type { RunInBackground } from '../request/background.ts';
import type { Clock } from '../time/clock.ts';
import { LEASE_MS, Outbox, type Write } from './outbox.ts';
import { type GuardedRedis, UnreachableError } from './redis.ts';
import type { ScriptName } from './scripts.ts';

/** What another instance told. */
export interface News {
  text: string;
  by: string;
  /** How long ago, in milliseconds. */
  agoMs: number;
  /** Its place among all news. */
  place: number;
}

/** Whoever has to know what others did. */
export interface Listener {
  hear(news: News): void;
  /** The state is another one, or news was missed: what it knows of debts, and after which place news is told again. */
  startOver(debts: ReadonlyMap<string, { text: string; owner: string }>, toldFrom: number): void;
  /** Debts of which their owners have not been heard for too long. */
  due(ids: readonly string[]): void;
  /** Debts and locks that belong to somebody else by now. */
  lost(names: readonly string[]): void;
  /** What this instance holds at the moment, to be held on to. */
  held(): Write[];
  /** What this instance did lately, for a state that may have lost it. */
  remembered(): Write[];
}

export interface LedgerOptions {
  redis: GuardedRedis;
  clock: Clock;
  /** All keys begin with it. */
  prefix: string;
  /** A name of this instance that no other one has. */
  me: string;
  background: RunInBackground;
  /** Milliseconds for which a newcomer is told again what others did. */
  tellAgainMs: number;
  /** The time by which the scripts go; null for the server's own. */
  serverNow: (() => number) | null;
}

/** What was dropped elsewhere meanwhile is served no longer than this while Redis does not answer, in milliseconds. */
const UNTOLD_MS = 60_000;

type Head = [now: string, birth: string, place: string, news: [place: string, text: string, at: string][]];

/**
 * What all instances know together, kept in Redis. What has to be decided is decided there in one step; what one of them
 * did, the others are told with whatever they ask next.
 */
export class Ledger {
  readonly #options: LedgerOptions;
  readonly #listener: Listener;
  readonly outbox: Outbox;
  #birth = '';
  #place = 0;
  #pull: Promise<boolean> | undefined;
  #nextPull: Promise<boolean> | undefined;
  #catchingUp: Promise<void> | undefined;
  /** By how much the server's time is ahead of our monotonic one; a little less, since its answer took time. */
  #aheadMs = 0;

  constructor(options: LedgerOptions, listener: Listener) {
    this.#options = options;
    this.#listener = listener;
    const { clock, background } = options;
    const send = async (writes: readonly Write[]) => this.#send(writes);
    this.outbox = new Outbox({ clock, background, send, held: () => listener.held() });
  }

  /** Whether Redis answers, as far as is known. */
  get isInTouch(): boolean {
    return this.#options.redis.problem === null && this.#birth !== '';
  }

  /** When the state began, in milliseconds of the monotonic clock. */
  get bornAtMs(): number {
    return this.toLocal(Number(this.#birth));
  }

  /** What was read before that time may be out of date without anybody having told, in milliseconds of the monotonic clock. */
  get trustedSinceMs(): number {
    const { redis, clock } = this.#options;
    return redis.problem === null ? -Infinity : clock.monotonicMs() - UNTOLD_MS;
  }

  /** Where this instance is in the news, and in which state. */
  get position(): { birth: string; place: number } {
    return { birth: this.#birth, place: this.#place };
  }

  /** Milliseconds of the server for milliseconds of our monotonic clock; rather a little early. */
  toServer(localMs: number): number {
    return Math.floor(localMs + this.#aheadMs);
  }

  toLocal(serverMs: number): number {
    return serverMs - this.#aheadMs;
  }

  key(name: string): string {
    return `${this.#options.prefix}:${name}`;
  }

  /** Gets to know what others did; one command for all who ask at the same time. @returns whether that is known now. */
  async pull(): Promise<boolean> {
    if (!this.#pull) return this.#startPull();
    const last = this.#pull;
    // What is on its way may have been told before something that happened until now.
    this.#nextPull ??= last.then(async () => {
      this.#nextPull = undefined;
      return this.#startPull();
    });
    return this.#nextPull;
  }

  async #startPull(): Promise<boolean> {
    const work = async () => {
      try {
        const [due] = (await this.step('pull', ['debts', 'due'], [])) as [string[]];
        if (due.length > 0) this.#listener.due(due);
        return true;
      } catch (error) {
        if (!(error instanceof UnreachableError)) throw error;
        return false;
      }
    };
    const pull = work().finally(() => {
      if (this.#pull === pull) this.#pull = undefined;
    });
    this.#pull = pull;
    return pull;
  }

  /**
   * Runs a script that tells news along with its result.
   * @param keys names of the keys that follow those of state and news.
   * @throws {UnreachableError} when it is not known whether it was carried out.
   */
  async step(script: ScriptName, keys: readonly string[], args: readonly (string | number)[]): Promise<unknown[]> {
    const { redis, clock, me } = this.#options;
    const all = ['state', 'news', ...keys].map((name) => this.key(name));
    const head = [this.#time(), me, this.#birth, String(this.#place)];
    const reply = await redis.use(async (connection) => connection.run(script, all, [...head, ...args.map(String)]));
    const [now, birth, place, news, ...result] = reply as [...Head, ...unknown[]];
    this.#aheadMs = Number(now) - clock.monotonicMs();
    if (birth !== this.#birth || Number(place) < 0) await (this.#catchingUp ??= this.#catchUp());
    else this.#hear(Number(now), Number(place), news);
    this.outbox.hurry();
    return result;
  }

  #time(): string {
    return String(this.#options.serverNow?.() ?? '');
  }

  #hear(nowMs: number, place: number, news: Head[3]): void {
    for (const [each, text, at] of news) {
      if (Number(each) > this.#place) this.#tell(nowMs, Number(each), text, Number(at));
    }
    this.#place = Math.max(this.#place, place);
  }

  #tell(nowMs: number, place: number, text: string, atMs: number): void {
    const by = text.slice(0, text.indexOf(' '));
    this.#listener.hear({ text: text.slice(by.length + 1), by, agoMs: nowMs - atMs, place });
  }

  /** Gets to know a state of which nothing is known. */
  async #catchUp(): Promise<void> {
    const { redis, me, tellAgainMs } = this.#options;
    try {
      const keys = ['state', 'news', 'debts', 'due'].map((name) => this.key(name));
      const args = [this.#time(), me, '', '0', String(tellAgainMs)];
      const reply = await redis.use(async (connection) => connection.run('catch-up', keys, args));
      const [now, birth, place, news, debts] = reply as [...Head, string[]];
      this.#birth = birth;
      this.#place = 0;
      const [first] = news;
      this.#listener.startOver(toDebts(debts), first ? Number(first[0]) - 1 : Number(place));
      for (const [each, text, at] of news) this.#tell(Number(now), Number(each), text, Number(at));
      this.#place = Number(place);
      this.outbox.queue(...this.#listener.held(), ...this.#listener.remembered());
    } finally {
      this.#catchingUp = undefined;
    }
  }

  async #send(writes: readonly Write[]): Promise<void> {
    const keys = [...new Set(writes.flatMap(({ key }) => key ?? []))];
    const fixed = ['debts', 'due', 'written'];
    const numberOf = (key: string | null) => (key === null ? [] : [keys.indexOf(key) + fixed.length + 3]);
    const changes = writes.map(({ kind, key, values }) => [kind, ...numberOf(key), ...values()]);
    const [lost] = await this.step('write', [...fixed, ...keys], [JSON.stringify(changes), LEASE_MS]);
    if ((lost as string[]).length > 0) this.#listener.lost(lost as string[]);
  }
}

/** A hash of debts by id and of their owners by `o:` and the id. */
function toDebts(fields: readonly string[]): Map<string, { text: string; owner: string }> {
  const all = new Map<string, string>();
  for (let index = 0; index < fields.length; index += 2) all.set(fields[index] ?? '', fields[index + 1] ?? '');
  const ids = [...all.keys()].filter((name) => !name.startsWith('o:'));
  return new Map(ids.map((id) => [id, { text: all.get(id) ?? '', owner: all.get(`o:${id}`) ?? '' }]));
}
