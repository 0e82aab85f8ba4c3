/** Every failure code a caller can meet. The frontend branches on these strings. */
export type ErrorCode =
  | 'VALIDATION_ERROR'
  | 'AUTH_FAILED'
  | 'ACCESS_DENIED'
  | 'NOT_FOUND'
  | 'METHOD_NOT_ALLOWED'
  | 'REQUEST_TIMEOUT'
  | 'PAYLOAD_TOO_LARGE'
  | 'UNAUTHORIZED'
  | 'CONTACT_NOT_FOUND'
  | 'EXAM_NOT_ACTIVE'
  | 'EXAM_FULL'
  | 'DUPLICATE_BOOKING'
  | 'INSUFFICIENT_CREDITS'
  | 'IDEMPOTENCY_KEY_REUSED'
  | 'ALREADY_CANCELED'
  | 'BOOKING_COMPLETED'
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

/** What is wrong with one field of the input. */
export interface FieldError {
  /** The field's name in the query, the JSON body or, for a header, the header's. */
  field: string;
  /** One sentence for the person who filled it in. */
  message: string;
}

export interface AppErrorDetails {
  /** One sentence per fault, for `VALIDATION_ERROR`: see {@link invalidFields} and {@link invalidBody}. */
  validationErrors?: string[];
  /** The same by field, for `VALIDATION_ERROR`. */
  fields?: FieldError[];
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
  readonly fields: FieldError[] | undefined;
  readonly retryAfterSeconds: number | undefined;
  readonly isFailedLogin: boolean;

  constructor(code: ErrorCode, message: string, details: AppErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.validationErrors = details.validationErrors;
    this.fields = details.fields;
    this.retryAfterSeconds = details.retryAfterSeconds;
    this.isFailedLogin = details.isFailedLogin ?? false;
  }
}

/** A `VALIDATION_ERROR` that tells of every wrong field at once. */
export function invalidFields(fields: FieldError[]): AppError {
  const validationErrors = [...new Set(fields.map(({ message }) => message))];
  return new AppError('VALIDATION_ERROR', validationErrors.join('; '), { validationErrors, fields });
}

/** A `VALIDATION_ERROR` about a body as a whole, in which no field can be named. */
export function invalidBody(message: string, cause?: unknown): AppError {
  return new AppError('VALIDATION_ERROR', message, { validationErrors: [message], fields: [], cause });
}
