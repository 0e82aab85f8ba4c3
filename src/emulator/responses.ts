import type { Reply } from './errors.ts';
import type { Fault } from './faults.ts';

export const HTML_PAGE =
  '<!DOCTYPE html><html><head><title>502 Bad Gateway</title></head><body>cloudflare</body></html>';

/** Applies the faults that leave an answer but change it. */
export function distort(reply: Reply, faults: readonly Fault[]): Reply {
  const headers = { ...reply.headers };
  for (const [name, value] of faults.flatMap((fault) =>
    fault.kind === 'headers' ? Object.entries(fault.headers) : [],
  )) {
    for (const known of Object.keys(headers)) if (known.toLowerCase() === name.toLowerCase()) delete headers[known];
    if (value !== null) headers[name] = value;
  }
  return { ...distortResults(reply, faults), headers };
}

function distortResults(reply: Reply, faults: readonly Fault[]): Reply {
  const body = reply.body as { results?: Record<string, unknown>[] } | undefined;
  if (!Array.isArray(body?.results)) return reply;
  let { results } = body;
  if (faults.some(({ kind }) => kind === 'shuffled')) results = results.toReversed();
  if (faults.some(({ kind }) => kind === 'no-trace-id')) {
    results = results.map(({ objectWriteTraceId: _dropped, ...rest }) => rest);
  }
  return { ...reply, body: { ...body, results } };
}

/** The answer as HTTP: JSON, or HTML where the body is a text. */
export function toResponse({ status, body, headers = {} }: Reply, truncated = false): Response {
  if (body === undefined) return new Response(null, { status, headers });
  if (typeof body === 'string')
    return new Response(body, { status, headers: { 'Content-Type': 'text/html', ...headers } });
  const text = JSON.stringify(body);
  const sent = truncated ? text.slice(0, Math.floor(text.length / 2)) : text;
  return new Response(sent, { status, headers: { 'Content-Type': 'application/json;charset=utf-8', ...headers } });
}

/** What a planned fault says of its answer; what it leaves open stays as it is. */
export function definedOnly(body: unknown, headers: Record<string, string> | undefined) {
  return { ...(body === undefined ? {} : { body }), ...(headers ? { headers } : {}) };
}
