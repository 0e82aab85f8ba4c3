/** Every failure code a caller can meet. The frontend branches on these strings. */
export type ErrorCode =
  | 'VALIDATION_ERROR'
  | 'AUTH_FAILED'
  | 'ACCESS_DENIED'
  | 'NOT_FOUND'
  | 'METHOD_NOT_ALLOWED'
  | 'PAYLOAD_TOO_LARGE'
  | 'UNAUTHORIZED'
  | 'CONTACT_NOT_FOUND'
  | 'EXAM_NOT_ACTIVE'
  | 'EXAM_FULL'
  | 'DUPLICATE_BOOKING'
  | 'INSUFFICIENT_CREDITS'
  | 'IDEMPOTENCY_KEY_REUSED'
  | 'ALREADY_CANCELED'
  | 'SOFT_DELETE_FAILED'
  | 'TOO_MANY_EXAMS'
  | 'BOOKINGS_DISABLED'
  | 'BOOKING_NOT_FOUND'
  | 'MISSING_BOOKING_ID'
  | 'EXAM_NOT_FOUND'
  | 'STUDENT_NOT_FOUND'
  | 'EMAIL_MISMATCH'
  | 'RATE_LIMITED'
  | 'HUBSPOT_UNAVAILABLE'
  | 'INTERNAL_ERROR';

export interface AppErrorDetails {
  /** One sentence per wrong field, for `VALIDATION_ERROR`. */
  validationErrors?: string[];
  /** Seconds after which asking again is worth it. */
  retryAfterSeconds?: number;
  /** The caller is not who they claim to be: it counts against the limit of failed logins. */
  isFailedLogin?: boolean;
  cause?: unknown;
}

/** A refusal the caller is meant to read: `message` and `code` go on the wire as they are. */
export class AppError extends Error {
  override readonly name = 'AppError';
  readonly code: ErrorCode;
  readonly validationErrors: string[] | undefined;
  readonly retryAfterSeconds: number | undefined;
  readonly isFailedLogin: boolean;

  constructor(code: ErrorCode, message: string, details: AppErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.validationErrors = details.validationErrors;
    this.retryAfterSeconds = details.retryAfterSeconds;
    this.isFailedLogin = details.isFailedLogin ?? false;
  }
}
