const METHODS = 'GET, POST, PUT, DELETE, OPTIONS';
const HEADERS = 'Content-Type, Authorization, X-Requested-With, X-Idempotency-Key';
const EXPOSED = 'Retry-After, X-Request-Id, Server-Timing';
const MAX_AGE_SECONDS = '86400';

/**
 * CORS headers for a browser at `origin`. Without a list any origin may call; with one, only those named in it, and the
 * answer then depends on the origin, which caches must know.
 */
export function corsHeaders(origin: string | null, allowedOrigins: readonly string[]): Record<string, string> {
  const shared = {
    'Access-Control-Allow-Methods': METHODS,
    'Access-Control-Allow-Headers': HEADERS,
    'Access-Control-Expose-Headers': EXPOSED,
    'Access-Control-Max-Age': MAX_AGE_SECONDS,
  };
  if (allowedOrigins.length === 0) return { 'Access-Control-Allow-Origin': '*', ...shared };
  if (origin === null || !allowedOrigins.includes(origin)) return { Vary: 'Origin' };
  return { 'Access-Control-Allow-Origin': origin, Vary: 'Origin', ...shared };
}
