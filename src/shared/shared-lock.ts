import { randomUUID } from 'node:crypto';
import { type HeldLock, InProcessLock, type KeyedLock, lockedOut, type LockWish } from '../consistency/keyed-lock.ts';
import { waitingFor } from '../request/context.ts';
import { type Clock, freshFor, type Freshness, sleep } from '../time/clock.ts';
import type { Ledger } from './ledger.ts';
import { LEASE_MS, type Write } from './outbox.ts';
import { UnreachableError } from './redis.ts';

export interface SharedLockOptions {
  clock: Clock;
  ledger: Ledger;
  /** Keys name students: nobody is to read them. */
  seal: (text: string) => string;
  maxWaitMs: number;
  /** Whether what is shared is known to be whole. */
  isWhole: () => boolean;
}

/** A lock that this instance holds, or believes to. */
interface Lease {
  key: string;
  token: string;
  isFresh: Freshness;
}

/** So long before its time is over a lock counts as lost: a write that leaves by then is on its way, in milliseconds. */
const MARGIN_MS = 2000;
/** Whoever waits asks again after these times, then after the last one again and again, in milliseconds. */
const ASK_AGAIN_MS = [15, 30, 60, 120, 250];

/**
 * A {@link KeyedLock} among the requests of all instances: in order of arrival within each of them. While Redis cannot be
 * asked it holds among those of this instance alone.
 */
export class SharedLock implements KeyedLock {
  readonly #options: SharedLockOptions;
  readonly #local: InProcessLock;
  readonly #leases = new Set<Lease>();

  constructor(options: SharedLockOptions) {
    this.#options = options;
    this.#local = new InProcessLock(options.clock, options.maxWaitMs, true);
  }

  get isExclusive(): boolean {
    return this.#options.isWhole();
  }

  async take(key: string, wish: LockWish = {}): Promise<HeldLock> {
    const { clock } = this.#options;
    const { maxWaitMs = this.#local.patienceMs(), sinceMs = clock.monotonicMs() } = wish;
    const until = clock.monotonicMs() + maxWaitMs;
    const own = await this.#local.take(key, wish);
    try {
      const { lease, wasFree } = await this.#lease(key, sinceMs, until);
      let isReleased = false;
      return {
        wasFree: own.wasFree && wasFree && this.isExclusive,
        isHeld: () => !isReleased && (lease === null || lease.isFresh(MARGIN_MS)),
        release: () => {
          isReleased = true;
          if (lease) this.#release(lease);
          own.release();
        },
      };
    } catch (error) {
      own.release();
      throw error;
    }
  }

  /** For the others to know that these are held still. */
  held(): Write[] {
    return [...this.#leases].map((lease) => {
      let sent = lease.isFresh;
      const values = () => {
        sent = freshFor(this.#options.clock, LEASE_MS);
        return [lease.token];
      };
      const done = () => {
        if (lease.isFresh()) lease.isFresh = sent;
      };
      return { kind: 'keep', key: lease.key, values, done };
    });
  }

  /** Somebody else has it by now. */
  lost(tokens: readonly string[]): void {
    for (const lease of this.#leases) if (tokens.includes(lease.token)) lease.isFresh = () => false;
  }

  async #lease(key: string, sinceMs: number, until: number): Promise<{ lease: Lease | null; wasFree: boolean }> {
    const { clock, ledger, seal } = this.#options;
    const token = randomUUID();
    const name = `lock:${seal(key)}`;
    let wasFree = true;
    for (let tries = 0; ; tries += 1) {
      const lease = { key: name, token, isFresh: freshFor(clock, LEASE_MS) };
      try {
        const [outcome, freed] = (await ledger.step('take', [name], [token, LEASE_MS])) as [string, string];
        if (outcome === 'taken') {
          this.#leases.add(lease);
          return { lease, wasFree: wasFree && Number(freed) < ledger.toServer(sinceMs) };
        }
      } catch (error) {
        if (!(error instanceof UnreachableError)) throw error;
        // It may have been taken all the same.
        this.#release(lease);
        return { lease: null, wasFree: false };
      }
      wasFree = false;
      if (clock.monotonicMs() >= until) throw lockedOut();
      const pauseMs = ASK_AGAIN_MS[Math.min(tries, ASK_AGAIN_MS.length - 1)] ?? 0;
      await waitingFor(clock, 'lock', async () => sleep(clock, Math.min(pauseMs, until - clock.monotonicMs())));
    }
  }

  #release(lease: Lease): void {
    this.#leases.delete(lease);
    this.#options.ledger.outbox.queue({ kind: 'release', key: lease.key, values: () => [lease.token] });
  }
}
