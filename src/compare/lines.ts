import { z } from 'zod';
import { type Endpoint, endpointOf } from './endpoints.ts';

/** One request to replay. */
export interface ReplayRequest {
  endpoint: Endpoint;
  method: string;
  /** With its query. */
  path: string;
  /** JSON text; undefined for none. */
  body: string | undefined;
}

/** A line, its request, or why there is none; null for a line that says nothing. */
export type ParsedLine = { request: ReplayRequest } | { skipped: string } | null;

const LogLine = z.looseObject({
  method: z.string().optional(),
  requestMethod: z.string().optional(),
  path: z.string().optional(),
  requestPath: z.string().optional(),
  url: z.string().optional(),
  proxy: z.looseObject({ method: z.string().optional(), path: z.string().optional() }).optional(),
});

/**
 * Reads one line: `GET /api/…`, `POST /api/… {json}`, an access log's `"GET /api/… HTTP/1.1"`, or a JSON line of a log that
 * tells method and path, as Vercel exports them. Empty lines and those that begin with `#` say nothing.
 */
export function parseLine(line: string): ParsedLine {
  const text = line.trim();
  if (text === '' || text.startsWith('#')) return null;
  const [method, target, body] = text.startsWith('{') ? fromLog(text) : fromText(text);
  if (method === undefined || target === undefined) return { skipped: 'no request in the line' };
  const url = URL.parse(target, 'http://any');
  if (!url?.pathname.startsWith('/api/')) return { skipped: 'not below /api/' };
  const endpoint = endpointOf(method, url.pathname);
  if (!endpoint) return { skipped: 'not known to be a read' };
  if (endpoint.replay === 'never') return { skipped: `${endpoint.name} is never replayed` };
  if (method === 'POST' && body === undefined) return { skipped: 'its body is not in the line' };
  if (body !== undefined && parseJson(body) === undefined) return { skipped: 'its body is no JSON' };
  return {
    request: { endpoint, method, path: `${url.pathname}${url.search}`, body: method === 'GET' ? undefined : body },
  };
}

type Parts = [method?: string | undefined, target?: string | undefined, body?: string | undefined];

function fromText(text: string): Parts {
  const match = /\b(GET|POST|PUT|PATCH|DELETE) (\/\S*)(?: (\{.*\}))?/.exec(text);
  return match ? [match[1], match[2], match[3]] : [];
}

function fromLog(text: string): Parts {
  const parsed = LogLine.safeParse(parseJson(text));
  if (!parsed.success) return [];
  const { method, requestMethod, path, requestPath, url, proxy } = parsed.data;
  return [method ?? requestMethod ?? proxy?.method, proxy?.path ?? requestPath ?? path ?? url];
}

/** Undefined for what is no JSON: such a line holds no request. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
