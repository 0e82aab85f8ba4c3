import { randomUUID } from 'node:crypto';
import { corsHeaders } from './cors.ts';
import { failure } from './envelope.ts';

const NO_CALLS = 'hubspot;desc="0 calls";dur=0.0, cache;desc=none, total;dur=0.0';

/** The answer of an instance whose configuration is wrong; what is wrong stands in the log alone. */
export function notConfigured(error: unknown, write: (line: string) => void): Response {
  const requestId = randomUUID();
  const reason = error instanceof Error ? error.message : String(error);
  write(JSON.stringify({ level: 'error', message: 'the API is not configured', requestId, reason }));
  const message = 'Something went wrong on our side. Please try again later.';
  const { status, body } = failure(500, 'INTERNAL_ERROR', message, { requestId });
  const own = { 'Cache-Control': 'no-store', 'X-Request-Id': requestId, 'Server-Timing': NO_CALLS };
  const headers = { ...own, ...corsHeaders(null, []) };
  return Response.json(body, { status, headers });
}
