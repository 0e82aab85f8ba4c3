/**
 * What is known about a call that failed. `refused`: HubSpot did not carry it out. `unknown`: it may have, so a write
 * must be looked for before anything is repeated.
 */
export type CallOutcome = 'refused' | 'unknown';

/**
 * Base of everything that can go wrong between us and HubSpot. Messages are our own words: HubSpot's may quote
 * e-mail addresses and names, and an axios error holds the token, so neither is kept.
 */
export abstract class HubSpotError extends Error {
  abstract readonly outcome: CallOutcome;
  readonly operation: string;
  /** How long HubSpot asked us to stay away, in milliseconds. */
  readonly retryAfterMs: number | undefined;
  /** How often the call was tried. */
  attempts = 1;

  constructor(operation: string, message: string, retryAfterMs?: number) {
    super(message);
    this.operation = operation;
    this.retryAfterMs = retryAfterMs;
  }
}

/** No complete answer in time: one attempt took too long, or the request's deadline came first. */
export class HubSpotTimeoutError extends HubSpotError {
  override readonly name = 'HubSpotTimeoutError';
  readonly outcome: CallOutcome;

  constructor(operation: string, message: string, outcome: CallOutcome = 'unknown') {
    super(operation, message);
    this.outcome = outcome;
  }
}

/** Codes of connections that were never made, so that nothing can have reached HubSpot. */
const NEVER_SENT = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH']);

/** The connection could not be made, or broke before the answer was complete. */
export class HubSpotNetworkError extends HubSpotError {
  override readonly name = 'HubSpotNetworkError';
  readonly outcome: CallOutcome;
  /** Node's error code, such as `ECONNRESET`. */
  readonly code: string;

  constructor(operation: string, code: string) {
    super(operation, `${operation}: connection failed with ${code}`);
    this.code = code;
    this.outcome = NEVER_SENT.has(code) ? 'refused' : 'unknown';
  }
}

/** HubSpot's limit policies, as its 429 bodies name them. */
export type RateLimitPolicy = 'SECONDLY' | 'TEN_SECONDLY_ROLLING' | 'DAILY' | 'UNKNOWN';

export interface RateLimitDetails {
  retryAfterMs?: number | undefined;
  /** Whether our own budget refused the call before it was made. */
  ours?: boolean;
}

/** HubSpot answered 429, or would have, or named its limit for one input of a read: nothing was carried out. */
export class HubSpotRateLimitError extends HubSpotError {
  override readonly name = 'HubSpotRateLimitError';
  readonly outcome = 'refused';
  readonly policy: RateLimitPolicy;
  /** Whether our own budget refused it, before it was sent. */
  readonly isOurs: boolean;

  constructor(operation: string, policy: RateLimitPolicy, { retryAfterMs, ours = false }: RateLimitDetails = {}) {
    const problem = ours ? 'no room in the rate budget before its deadline' : 'HubSpot refused it for its limit';
    super(operation, `${operation}: ${problem}, ${policy}`, retryAfterMs);
    this.policy = policy;
    this.isOurs = ours;
  }
}

/**
 * Categories of errors that no repetition changes. Inside a 207 the category is all that tells them from what passes,
 * such as `INTERNAL_ERROR` or `RATE_LIMITS`: any other one, or none, is taken to pass.
 */
const FOR_GOOD = new Set([
  'VALIDATION_ERROR',
  'OBJECT_NOT_FOUND',
  'OBJECT_ALREADY_EXISTS',
  'CONTACT_EXISTS',
  'CONFLICT',
  'BAD_REQUEST',
  'FORBIDDEN',
  'MISSING_SCOPES',
  'INVALID_AUTHENTICATION',
  'EXPIRED_AUTHENTICATION',
]);

export interface ApiErrorDetails {
  /** 207 for one input's error in the answer of a batch. */
  status: number;
  category?: string | undefined;
  correlationId?: string | undefined;
  /** `code` of each entry in HubSpot's `errors`, such as `CONFLICTING_UNIQUE_VALUE`. */
  codes?: string[];
  /** HubSpot's own text: read by code that must, never logged or shown. */
  hubspotMessage?: string | undefined;
  retryAfterMs?: number | undefined;
}

/** HubSpot answered with an error of its own: for the whole call, or for one input of it. */
export class HubSpotApiError extends HubSpotError {
  override readonly name = 'HubSpotApiError';
  readonly outcome: CallOutcome;
  readonly status: number;
  readonly category: string | undefined;
  readonly correlationId: string | undefined;
  readonly codes: string[];
  readonly #hubspotMessage: string;

  constructor(operation: string, details: ApiErrorDetails) {
    const { status, category, correlationId } = details;
    const facts = [status, category, correlationId && `correlation id ${correlationId}`].filter(Boolean).join(' ');
    super(operation, `${operation}: HubSpot answered ${facts}`, details.retryAfterMs);
    this.status = status;
    this.category = category;
    this.correlationId = correlationId;
    this.codes = details.codes ?? [];
    const passes = status >= 500 || (status === 207 && !FOR_GOOD.has(category ?? ''));
    this.outcome = passes ? 'unknown' : 'refused';
    this.#hubspotMessage = details.hubspotMessage ?? '';
  }

  /** Tests HubSpot's own text, which is kept out of logs because it may quote personal data. */
  messageMatch(pattern: RegExp): RegExpExecArray | null {
    return pattern.exec(this.#hubspotMessage);
  }
}

/** An answer that is not HubSpot's: HTML, truncated JSON, or a body of another shape than documented. */
export class HubSpotInvalidReplyError extends HubSpotError {
  override readonly name = 'HubSpotInvalidReplyError';
  readonly outcome = 'unknown';

  constructor(operation: string, problem: string) {
    super(operation, `${operation}: unreadable answer from HubSpot (${problem})`);
  }
}

/** The same call may succeed later without anybody changing anything. */
export function isTransient(error: unknown): boolean {
  if (!(error instanceof HubSpotError)) return false;
  return !(error instanceof HubSpotApiError) || error.outcome === 'unknown' || [423, 477].includes(error.status);
}

/** HubSpot rejects our own token: an operator has to act, the caller cannot. */
export function isTokenRejected(error: unknown): boolean {
  return error instanceof HubSpotApiError && (error.status === 401 || error.status === 403);
}
