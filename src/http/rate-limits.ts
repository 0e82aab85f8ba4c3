import { AppError } from '../contract/errors.ts';
import type { Config } from '../settings/config.ts';
import type { Seal } from '../settings/seal.ts';
import type { Clock } from '../time/clock.ts';
import { addressKey } from './address.ts';
import { FailureLimit, type Refusal } from './failure-limit.ts';
import { WindowCounter } from './window-counter.ts';

const MINUTE_MS = 60_000;
const LOGIN_WINDOW_MS = 300_000;
/** Seconds after which trying again is worth it when too many logins of an address are undecided. */
const RETRY_UNDECIDED_SECONDS = 5;

/** Limits that an endpoint may name; `none` leaves only the one per address. */
export type RateLimitName = 'bookings' | 'available' | 'capacity' | 'validateCredits' | 'sync' | 'none';

/** Made to be polled by a whole campus behind one address: these count towards no other limit than their own. */
const POLLED: ReadonlySet<RateLimitName> = new Set(['available', 'capacity']);
/** Where the student id is checked: elsewhere it could be made up, and makes no caller of its own. */
const LOGINS: ReadonlySet<RateLimitName> = new Set(['bookings', 'validateCredits']);

/** Whose request it is: an address and, where the request names one, a student id. */
export interface Caller {
  address: string;
  studentId: string | undefined;
}

/** A request that claims to come from a student. Until it is decided it may yet turn out to be a wrong guess. */
export interface Login {
  /** The claim was found to be true, or nothing will come out about it; telling it again changes nothing. */
  passed: () => void;
  failed: () => void;
}

const NO_LOGIN: Login = { passed: () => {}, failed: () => {} };

/** One request too many for one of the limits. */
export class TooManyRequestsError extends Error {
  override readonly name = 'TooManyRequestsError';
  readonly retryAfterSeconds: number;

  constructor(retryAfterMs: number) {
    super('Too many requests, please try again later');
    this.retryAfterSeconds = Math.max(1, Math.ceil(retryAfterMs / 1000));
  }
}

/** Wrong tokens of operators that an address may send within the window of failed logins. */
const MOST_GUESSES = 10;

/** Inbound limits: requests per minute, and failed logins in five minutes. */
export class RateLimits {
  readonly #perAddress: WindowCounter;
  readonly #endpoints: Record<Exclude<RateLimitName, 'none'>, WindowCounter>;
  readonly #failedLogins: FailureLimit;
  readonly #failedLoginsPerAddress: FailureLimit;
  readonly #guesses: FailureLimit;

  readonly #seal: Seal;
  readonly #tellFailed: (key: string) => void;

  /** @param tellFailed tells other instances of a failed login, by a sealed name. */
  constructor(clock: Clock, limits: Config['rateLimits'], seal: Seal, tellFailed: (key: string) => void) {
    this.#seal = seal;
    this.#tellFailed = tellFailed;
    const perMinute = (limit: number) => new WindowCounter(clock, limit, MINUTE_MS);
    this.#perAddress = perMinute(limits.perAddress);
    this.#endpoints = {
      bookings: perMinute(limits.bookings),
      available: perMinute(limits.available),
      capacity: perMinute(limits.capacity),
      validateCredits: perMinute(limits.validateCredits),
      sync: perMinute(limits.sync),
    };
    this.#failedLogins = new FailureLimit(clock, limits.failedLogins, LOGIN_WINDOW_MS);
    this.#guesses = new FailureLimit(clock, MOST_GUESSES, LOGIN_WINDOW_MS);
    this.#failedLoginsPerAddress = new FailureLimit(clock, limits.failedLoginsPerAddress, LOGIN_WINDOW_MS);
  }

  /** Counts a request from `address` to an endpoint with that limit. @throws {TooManyRequestsError} */
  admitAddress(address: string, limit: RateLimitName): void {
    if (!POLLED.has(limit)) refuseOver(this.#perAddress.count(addressKey(address)));
  }

  /** Counts a request to `endpoint` (the route's own name). @throws {TooManyRequestsError} */
  admit(limit: RateLimitName, endpoint: string, { address, studentId }: Caller): void {
    if (limit === 'none') return;
    // A hundred students behind one campus address must not lock each other out.
    const student = LOGINS.has(limit) ? (studentId ?? '') : '';
    refuseOver(this.#endpoints[limit].count(`${endpoint} ${addressKey(address)} ${student}`));
  }

  /**
   * Admits a login, if need be after waiting until others are decided.
   * @param deadlineAt milliseconds of the monotonic clock.
   * @throws {TooManyRequestsError} when too many failed
   * @throws {AppError} `RATE_LIMITED` when too many are still undecided at the deadline
   */
  async beginLogin(limit: RateLimitName, { address, studentId }: Caller, deadlineAt: number): Promise<Login> {
    if (studentId === undefined || !LOGINS.has(limit)) return NO_LOGIN;
    const place = this.#seal(addressKey(address));
    const student = this.#seal(`${place} ${studentId}`);
    const [own, all] = [this.#failedLogins, this.#failedLoginsPerAddress];
    refuseLogin(await own.begin(student, deadlineAt));
    const refusal = await all.begin(place, deadlineAt);
    if (refusal) own.end(student);
    refuseLogin(refusal);
    let isDecided = false;
    const passed = () => {
      if (isDecided) return;
      isDecided = true;
      own.end(student);
      all.end(place);
    };
    const failed = () => {
      this.failed(student);
      this.failed(place);
      this.#tellFailed(student);
      this.#tellFailed(place);
      passed();
    };
    return { passed, failed };
  }

  /** Runs a check of what an address claims to know; a check that throws was a wrong guess. @throws {TooManyRequestsError} */
  async guessing(address: string, check: () => Promise<void>): Promise<void> {
    const key = addressKey(address);
    refuseLogin(await this.#guesses.begin(key, Infinity));
    try {
      await check();
    } catch (error) {
      this.#guesses.fail(key);
      throw error;
    } finally {
      this.#guesses.end(key);
    }
  }

  /** Counts a failed login, here or elsewhere, of a student or an address. */
  failed(key: string): void {
    this.#failedLogins.fail(key);
    this.#failedLoginsPerAddress.fail(key);
  }
}

function refuseOver(waitMs: number | null): void {
  if (waitMs !== null) throw new TooManyRequestsError(waitMs);
}

function refuseLogin(refusal: Refusal | null): void {
  if (refusal?.reason === 'failed') throw new TooManyRequestsError(refusal.retryAfterMs);
  if (refusal?.reason !== 'undecided') return;
  const message = 'The booking system is busy. Please try again in a moment.';
  throw new AppError('RATE_LIMITED', message, { retryAfterSeconds: RETRY_UNDECIDED_SECONDS });
}
