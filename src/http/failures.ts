import { currentContext } from '../request/context.ts';
import { AppError, type ErrorCode } from '../contract/errors.ts';
import { HubSpotError, HubSpotRateLimitError, isTokenRejected, isTransient } from '../hubspot/errors.ts';
import type { Log } from '../observability/log.ts';
import { failure, type Reply } from './envelope.ts';
import { TooManyRequestsError } from './rate-limits.ts';

/** The HTTP status of every code: the one place where they meet. */
export const STATUS: Record<ErrorCode, number> = {
  VALIDATION_ERROR: 400,
  AUTH_FAILED: 401,
  ACCESS_DENIED: 403,
  NOT_FOUND: 404,
  METHOD_NOT_ALLOWED: 405,
  REQUEST_TIMEOUT: 408,
  PAYLOAD_TOO_LARGE: 413,
  UNAUTHORIZED: 401,
  CONTACT_NOT_FOUND: 404,
  EXAM_NOT_ACTIVE: 400,
  EXAM_FULL: 400,
  DUPLICATE_BOOKING: 400,
  INSUFFICIENT_CREDITS: 400,
  IDEMPOTENCY_KEY_REUSED: 422,
  ALREADY_CANCELED: 409,
  BOOKING_COMPLETED: 409,
  SOFT_DELETE_FAILED: 500,
  TOO_MANY_EXAMS: 400,
  BOOKINGS_DISABLED: 503,
  BOOKING_NOT_FOUND: 404,
  MISSING_BOOKING_ID: 400,
  EXAM_NOT_FOUND: 404,
  STUDENT_NOT_FOUND: 404,
  EMAIL_MISMATCH: 400,
  RATE_LIMITED: 503,
  HUBSPOT_UNAVAILABLE: 503,
  INTERNAL_ERROR: 500,
};

/** Seconds after which asking again is worth it when HubSpot does not say. */
const RETRY_UNAVAILABLE_SECONDS = 5;
/** HubSpot's rolling window is 10 s long [usage guidelines]. */
const RETRY_WINDOW_SECONDS = 10;
/** A spent day ends at midnight, which may be hours away. */
const RETRY_DAILY_SECONDS = 3600;

/** Turns whatever was thrown into an answer. What nobody expected is logged and answered opaquely. */
export function toFailure(error: unknown, log: Log): Reply {
  if (error instanceof AppError) {
    const { validationErrors, fields, retryAfterSeconds } = error;
    return failure(STATUS[error.code], error.code, error.message, { validationErrors, fields, retryAfterSeconds });
  }
  if (error instanceof TooManyRequestsError) {
    const { retryAfterSeconds } = error;
    return failure(429, 'RATE_LIMITED', error.message, { retryAfterSeconds, retryAfter: retryAfterSeconds });
  }
  if (error instanceof HubSpotError && isTransient(error)) return upstreamFailure(error, log);
  const message = isTokenRejected(error)
    ? 'HubSpot rejects the access token: check HS_PRIVATE_APP_TOKEN'
    : 'unexpected';
  log.error(message, { error: error instanceof Error ? error : new Error(String(error)) });
  const requestId = currentContext()?.requestId;
  return failure(500, 'INTERNAL_ERROR', 'Something went wrong on our side. Please try again later.', {
    requestId,
  });
}

function upstreamFailure(error: HubSpotError, log: Log): Reply {
  const { operation, attempts, message: reason } = error;
  log.warn('HubSpot failed', { operation, attempts, reason });
  const asked = error.retryAfterMs === undefined ? 0 : Math.ceil(error.retryAfterMs / 1000);
  if (error instanceof HubSpotRateLimitError && error.policy === 'DAILY') {
    return failure(503, 'RATE_LIMITED', 'The booking system has reached its limit for today. Please try again later.', {
      retryAfterSeconds: asked || RETRY_DAILY_SECONDS,
    });
  }
  if (error instanceof HubSpotRateLimitError) {
    return failure(503, 'RATE_LIMITED', 'The booking system is busy. Please try again in a moment.', {
      retryAfterSeconds: asked || RETRY_WINDOW_SECONDS,
    });
  }
  return failure(503, 'HUBSPOT_UNAVAILABLE', 'The booking system cannot be reached. Please try again in a moment.', {
    retryAfterSeconds: Math.max(asked, RETRY_UNAVAILABLE_SECONDS),
  });
}
