import type { ErrorCode, FieldError } from '../contract/errors.ts';

/** An answer before headers are added: what a handler returns. */
export interface Reply {
  status: number;
  /** Sent as JSON; a text is sent as it is, with the `Content-Type` that `headers` name. */
  body: unknown;
  headers?: Record<string, string>;
}

/** `{"success": true, "message", "data"}` */
export function success(data: unknown, message = 'Success'): Reply {
  return { status: 200, body: { success: true, message, data } };
}

/** Fields beside `success`, `error` and `code` of a failure. */
export interface FailureFields {
  validationErrors?: string[] | undefined;
  fields?: FieldError[] | undefined;
  /** Seconds, in the body of an inbound 429. */
  retryAfter?: number;
  requestId?: string | undefined;
}

/** `{"success": false, "error", "code", …}`; `retryAfterSeconds` becomes the header. */
export function failure(
  status: number,
  code: ErrorCode,
  error: string,
  { retryAfterSeconds, ...fields }: FailureFields & { retryAfterSeconds?: number | undefined } = {},
): Reply {
  const headers = retryAfterSeconds === undefined ? {} : { 'Retry-After': String(retryAfterSeconds) };
  return { status, body: { success: false, error, code, ...fields }, headers };
}
