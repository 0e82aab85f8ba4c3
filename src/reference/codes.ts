import type { ErrorCode } from '../contract/errors.ts';

/** A code as its caller needs to know it. */
export interface CodeMeaning {
  /** What has happened, in one sentence. */
  meaning: string;
  /** What the caller does about it, in one sentence. */
  action: string;
}

/** Every code: one that is missing here does not compile. */
export const CODES: Record<ErrorCode, CodeMeaning> = {
  VALIDATION_ERROR: {
    meaning: 'Something in the request is missing or wrong; `validationErrors` and `fields` name all of it.',
    action: 'Show the messages beside the fields, and send the request again once they are mended.',
  },
  AUTH_FAILED: {
    meaning: 'No student has this e-mail address together with this student id.',
    action: 'Ask the student to check both; ten failures in five minutes make them wait.',
  },
  ACCESS_DENIED: {
    meaning: 'The booking, or the contact id, belongs to somebody else.',
    action: 'Sign in again: the page may have been open for long.',
  },
  NOT_FOUND: { meaning: 'There is no such endpoint.', action: 'Check the path.' },
  METHOD_NOT_ALLOWED: {
    meaning: 'The endpoint does not know this method; the `Allow` header names those it does.',
    action: 'Use one of them.',
  },
  REQUEST_TIMEOUT: { meaning: 'The body did not arrive in time.', action: 'Send it again.' },
  PAYLOAD_TOO_LARGE: { meaning: 'The body is larger than is allowed.', action: 'Send less.' },
  UNAUTHORIZED: {
    meaning: 'The secret, the token or the signature of the call is missing or wrong.',
    action: 'Check the secret that is set on both sides.',
  },
  CONTACT_NOT_FOUND: { meaning: 'No student has this e-mail address.', action: 'Ask the student to sign in again.' },
  EXAM_NOT_ACTIVE: {
    meaning: 'The session is not open for booking, or it is over.',
    action: 'Load the sessions anew and let the student choose another one.',
  },
  EXAM_FULL: {
    meaning: 'All seats of the session are taken.',
    action: 'Load the sessions anew and let the student choose another one.',
  },
  DUPLICATE_BOOKING: {
    meaning: 'The student has a booking of this type on this day already.',
    action: "Show the student's bookings.",
  },
  INSUFFICIENT_CREDITS: {
    meaning: 'The student has no credit for this type of exam.',
    action: 'Tell the student how to get credits.',
  },
  IDEMPOTENCY_KEY_REUSED: {
    meaning: 'The same `X-Idempotency-Key` came with another booking before.',
    action: 'Make a new key for each booking; use it again only for repeats of that one.',
  },
  ALREADY_CANCELED: { meaning: 'The booking was cancelled before.', action: "Load the student's bookings anew." },
  BOOKING_COMPLETED: {
    meaning: 'The exam has taken place: it can no longer be cancelled.',
    action: "Load the student's bookings anew.",
  },
  SOFT_DELETE_FAILED: {
    meaning: 'HubSpot refuses to mark the booking as cancelled; it stands as before.',
    action: 'Tell the student to call; an operator finds the reason in the log.',
  },
  TOO_MANY_EXAMS: { meaning: 'More than 20 sessions were named at once.', action: 'Name fewer, or none for all.' },
  BOOKINGS_DISABLED: {
    meaning: 'Booking and cancelling are switched off for the moment.',
    action: 'Tell the student to come back later; lists and sessions still work.',
  },
  BOOKING_NOT_FOUND: { meaning: 'There is no booking with this id.', action: "Load the student's bookings anew." },
  MISSING_BOOKING_ID: { meaning: 'The path names no booking.', action: 'Put the record id into the path.' },
  EXAM_NOT_FOUND: { meaning: 'There is no session with this id.', action: 'Load the sessions anew.' },
  STUDENT_NOT_FOUND: { meaning: 'Nobody has this student id.', action: 'Ask the student to check it.' },
  EMAIL_MISMATCH: {
    meaning: 'The student id exists, with another e-mail address.',
    action: 'Ask the student for the address they registered with.',
  },
  RATE_LIMITED: {
    meaning: 'With 429 the caller sends too many requests; with 503 the quota of HubSpot is used up.',
    action: 'Wait as long as `Retry-After` says, and try again.',
  },
  HUBSPOT_UNAVAILABLE: {
    meaning: 'HubSpot cannot be reached, or a booking is still being completed; the text says which.',
    action: 'Wait as long as `Retry-After` says; trying again neither books nor charges twice.',
  },
  INTERNAL_ERROR: {
    meaning: 'Something went wrong that nobody expected; `requestId` names its lines in the log.',
    action: 'Try again later, and tell the operator the request id.',
  },
};
