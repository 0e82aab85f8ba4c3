import { randomUUID } from 'node:crypto';

/** An answer before it is turned into HTTP. */
export interface Reply {
  status: number;
  body?: unknown;
  headers?: Record<string, string>;
}

/** Thrown inside a route to answer with an error body. */
export class RefusedError extends Error {
  readonly reply: Reply;

  constructor(reply: Reply) {
    super(`answered ${reply.status}`);
    this.reply = reply;
  }
}

export interface PropertyProblem {
  name: string;
  code:
    | 'PROPERTY_DOESNT_EXIST'
    | 'READ_ONLY_VALUE'
    | 'INVALID_OPTION'
    | 'INVALID_LONG'
    | 'INVALID_DATE'
    | 'INVALID_EMAIL'
    | 'CONFLICTING_UNIQUE_VALUE'
    | 'REQUIRED_PROPERTY';
  message: string;
}

/** HubSpot's error body: every field is optional on the wire, these are the ones seen. */
export function errorReply(status: number, message: string, details: Record<string, unknown> = {}): Reply {
  return { status, body: { status: 'error', message, correlationId: randomUUID(), ...details } };
}

export function badRequest(message: string, details: Record<string, unknown> = {}): RefusedError {
  return new RefusedError(errorReply(400, message, { category: 'VALIDATION_ERROR', ...details }));
}

export function notFound(): RefusedError {
  return new RefusedError(errorReply(404, 'resource not found'));
}

/** What HubSpot can do and the emulator cannot: never to be taken for something that does not exist. */
export function notImplemented(what: string): RefusedError {
  const details = { category: 'EMULATOR_NOT_IMPLEMENTED' };
  return new RefusedError(errorReply(501, `The emulator does not know ${what}`, details));
}

/** 400 as HubSpot words refused property values: the list stands in the message as JSON text, and again in `errors`. */
export function invalidProperties(portalId: number, problems: readonly PropertyProblem[]): RefusedError {
  const list = problems.map(({ name, code, message }) => ({
    isValid: false,
    message,
    error: code,
    name,
    localizedErrorMessage: message,
    portalId,
  }));
  return badRequest(`Property values were not valid: ${JSON.stringify(list)}`, {
    errors: problems.map(({ name, code, message }) => ({ message, code, context: { propertyName: [name] } })),
  });
}

export const unauthenticated = (): Reply =>
  errorReply(401, 'Authentication credentials not found. This API supports OAuth 2.0 authentication.', {
    category: 'INVALID_AUTHENTICATION',
  });
