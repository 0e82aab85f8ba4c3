// oxlint-disable-next-line typescript/triple-slash-reference -- the build of Vercel finds a declaration no other way
/// <reference path="./rate-limiter-memory.d.ts" />
import type { RateLimiterRes } from 'rate-limiter-flexible';
// The package's index loads the limiters of every database, which a cold start would wait for.
import RateLimiterMemory from 'rate-limiter-flexible/lib/RateLimiterMemory.js';
import type { Config } from '../settings/config.ts';

const MINUTE_SECONDS = 60;
const LOGIN_WINDOW_SECONDS = 300;

/** Limits that an endpoint may name; `none` leaves only the one per address. */
export type RateLimitName = 'bookings' | 'available' | 'validateCredits' | 'sync' | 'none';

/** Whose request it is: an address and, where the request names one, a student id. */
export interface Caller {
  address: string;
  studentId: string | undefined;
}

/** Inbound limits: requests per minute, and failed logins in five minutes. Refusals are in seconds to wait. */
export class RateLimits {
  readonly #perAddress: RateLimiterMemory | null;
  readonly #endpoints: Record<RateLimitName, RateLimiterMemory | null>;
  readonly #failedLogins: RateLimiterMemory | null;
  readonly #failedLoginsPerAddress: RateLimiterMemory | null;

  constructor(limits: Config['rateLimits']) {
    this.#perAddress = limiter(limits.perAddress, MINUTE_SECONDS);
    this.#endpoints = {
      bookings: limiter(limits.bookings, MINUTE_SECONDS),
      available: limiter(limits.available, MINUTE_SECONDS),
      validateCredits: limiter(limits.validateCredits, MINUTE_SECONDS),
      sync: limiter(limits.sync, MINUTE_SECONDS),
      none: null,
    };
    this.#failedLogins = limiter(limits.failedLogins, LOGIN_WINDOW_SECONDS);
    this.#failedLoginsPerAddress = limiter(limits.failedLoginsPerAddress, LOGIN_WINDOW_SECONDS);
  }

  /** Counts a request from `address`; seconds to wait when it is one too many, else null. */
  async admitAddress(address: string): Promise<number | null> {
    return consume(this.#perAddress, address);
  }

  /** Counts a request to `endpoint` (the route's own name); seconds to wait when it is one too many, else null. */
  async admit(limit: RateLimitName, endpoint: string, caller: Caller): Promise<number | null> {
    const blocked = await this.#blockedLogin(caller);
    // Only where the student id is checked does it make a caller of its own: elsewhere it could be made up.
    const key = limit === 'available' ? caller.address : keyOf(caller);
    return blocked ?? consume(this.#endpoints[limit], `${endpoint} ${key}`);
  }

  /** Counts a login that failed. */
  async loginFailed(caller: Caller): Promise<void> {
    await consume(this.#failedLogins, keyOf(caller));
    await consume(this.#failedLoginsPerAddress, caller.address);
  }

  async #blockedLogin(caller: Caller): Promise<number | null> {
    if (caller.studentId === undefined) return null;
    return (
      (await exhausted(this.#failedLogins, keyOf(caller))) ??
      (await exhausted(this.#failedLoginsPerAddress, caller.address))
    );
  }
}

/** A hundred students behind one campus address must not lock each other out. */
function keyOf({ address, studentId }: Caller): string {
  return studentId === undefined ? address : `${address} ${studentId}`;
}

function limiter(points: number, duration: number): RateLimiterMemory | null {
  return points === 0 ? null : new RateLimiterMemory({ points, duration });
}

async function consume(limit: RateLimiterMemory | null, key: string): Promise<number | null> {
  if (!limit) return null;
  try {
    await limit.consume(key);
    return null;
  } catch (refusal) {
    if (refusal instanceof Error) throw refusal;
    return secondsLeft(refusal as RateLimiterRes);
  }
}

async function exhausted(limit: RateLimiterMemory | null, key: string): Promise<number | null> {
  const state = await limit?.get(key);
  return limit && state && state.consumedPoints >= limit.points ? secondsLeft(state) : null;
}

function secondsLeft({ msBeforeNext }: RateLimiterRes): number {
  return Math.max(1, Math.ceil(msBeforeNext / 1000));
}
