import { Agent, request as httpRequest } from 'node:http';
import { preciseNow } from '../process/metered-emulator.ts';

export interface WireRequest {
  method: 'GET' | 'POST' | 'DELETE';
  /** Below `/api/`, with its query. */
  path: string;
  /** Sent as JSON; a text is sent as it is. */
  body?: unknown;
  headers?: Record<string, string>;
}

/** Parsed JSON, loosely typed: the checks look at what is on the wire. */
// oxlint-disable-next-line typescript/no-explicit-any
type Json = any;

export interface WireAnswer {
  /** 0 when no answer came in time or the connection broke; `body.code` then says which. */
  status: number;
  body: Json;
  /** Size of the answer's body. */
  bytes: number;
  /** Epoch milliseconds on the shared clock. */
  sentAt: number;
  receivedAt: number;
  /** HubSpot calls, time in the server and whether the cache answered, as `Server-Timing` tells; null without it. */
  timing: { calls: number; serverMs: number; cache: string } | null;
  /** The `Retry-After` header; null without it. */
  retryAfter: string | null;
}

/** Nobody waits longer than this for a page, in milliseconds. */
const PATIENCE_MS = 15_000;

/** A connection that has been idle is closed before the server closes it: 5 s is Node's own patience. */
const IDLE_MS = 3000;
const agent = new Agent({ keepAlive: true, maxSockets: Infinity, timeout: IDLE_MS });

/** Sends one request and reads its answer to the end. A failure is an answer with status 0. */
export async function send(baseUrl: string, { method, path, body, headers = {} }: WireRequest): Promise<WireAnswer> {
  const text = body === undefined || typeof body === 'string' ? body : JSON.stringify(body);
  const sentAt = preciseNow();
  const { promise, resolve } = Promise.withResolvers<WireAnswer>();
  const failed = (error: Error & { code?: string | number }): void =>
    resolve({
      status: 0,
      body: { code: error.code ?? error.name },
      bytes: 0,
      sentAt,
      receivedAt: preciseNow(),
      timing: null,
      retryAfter: null,
    });
  const request = httpRequest(`${baseUrl}/api/${path}`, {
    method,
    agent,
    signal: AbortSignal.timeout(PATIENCE_MS),
    headers: { ...headers, ...(text === undefined ? {} : bodyHeaders(text)) },
  });
  request.on('error', failed);
  request.on('response', (response) => {
    const parts: Buffer[] = [];
    response.on('error', failed);
    response.on('data', (part: Buffer) => parts.push(part));
    response.on('end', () => {
      const receivedAt = preciseNow();
      const whole = Buffer.concat(parts);
      const received = whole.toString();
      const timing = parseTiming(String(response.headers['server-timing'] ?? ''));
      const status = response.statusCode ?? 0;
      const retryAfter = response.headers['retry-after'] ?? null;
      const parsed = received === '' ? undefined : JSON.parse(received);
      resolve({ status, body: parsed, bytes: whole.byteLength, sentAt, receivedAt, timing, retryAfter });
    });
  });
  request.end(text);
  return promise;
}

/** Node tells the length of a DELETE's body only when it is told to. */
function bodyHeaders(text: string): Record<string, string> {
  return { 'Content-Type': 'application/json', 'Content-Length': String(Buffer.byteLength(text)) };
}

/** `hubspot;desc="2 calls";dur=201.3, cache;desc=miss, total;dur=203.0` */
export function parseTiming(header: string): WireAnswer['timing'] {
  const fields = /hubspot;desc="(\d+) calls".*cache;desc=(\w+), total;dur=([\d.]+)/.exec(header);
  return fields && { calls: Number(fields[1]), cache: fields[2] ?? '', serverMs: Number(fields[3]) };
}
