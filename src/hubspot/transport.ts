import { ClientRequest } from 'node:http';
import { type AxiosInstance, type AxiosResponse, create, isAxiosError } from 'axios';
import type { Clock } from '../time/clock.ts';
import type { Secret } from '../settings/config.ts';
import type { RateLimitReading } from './headers.ts';
import { ConnectionPool } from './connection-pool.ts';
import {
  HubSpotApiError,
  type HubSpotError,
  HubSpotInvalidReplyError,
  HubSpotNetworkError,
  HubSpotRateLimitError,
  HubSpotTimeoutError,
  type RateLimitPolicy,
} from './errors.ts';
import { readRateLimits, readRetryAfterMs } from './headers.ts';
import { ErrorBody } from './schemas.ts';

/** One call as HubSpot sees it. */
export interface HubSpotRequest {
  /** The call's name in logs and errors, such as `objects.batchRead`. */
  operation: string;
  method: 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE';
  /** Path below the base URL, already encoded. */
  path: string;
  query?: Record<string, string>;
  body?: unknown;
  /**
   * Makes the body right before an attempt is sent, when nothing is waited for any more.
   * @throws {HubSpotError} when it must not be sent.
   */
  bodyAtDeparture?: () => unknown;
  kind: CallKind;
}

/** What carrying a call out twice does: a read changes nothing, a repeatable write writes the same values again. */
export type CallKind = 'read' | 'repeatable write' | 'write';

/**
 * One attempt of one call: resolves to the parsed JSON of a 2xx answer, rejects with a {@link HubSpotError} only.
 * `observe` hears what HubSpot's headers say of its limits, as soon as it has answered anything.
 */
export type Transport = (
  request: HubSpotRequest,
  timeoutMs: number,
  observe: (reading: RateLimitReading) => void,
) => Promise<unknown>;

export interface TransportOptions {
  baseUrl: string;
  token: Secret;
  clock: Clock;
}

const MAX_REPLY_BYTES = 50 * 1024 * 1024;

/**
 * HubSpot over axios: connections are kept alive, redirects are not followed (they would carry the token elsewhere),
 * and the timeout aborts the request, its body included. An axios error never leaves this file: it holds the token.
 */
export function createTransport({ baseUrl, token, clock }: TransportOptions): Transport {
  const pool = new ConnectionPool(() => clock.now());
  const client = create({
    baseURL: baseUrl,
    httpAgent: pool.httpAgent,
    httpsAgent: pool.httpsAgent,
    proxy: false,
    maxRedirects: 0,
    maxContentLength: MAX_REPLY_BYTES,
    responseType: 'text',
    transformResponse: (text: unknown) => text,
    validateStatus: () => true,
    headers: { Authorization: `Bearer ${token.reveal()}`, Accept: 'application/json' },
  });
  return async (request, timeoutMs, observe) => {
    const response = await sendInTime({ client, pool, clock }, request, timeoutMs);
    observe(readRateLimits(response.headers));
    return readReply(request.operation, response, clock);
  };
}

interface Wire {
  client: AxiosInstance;
  pool: ConnectionPool;
  clock: Clock;
}

async function sendInTime(wire: Wire, request: HubSpotRequest, timeoutMs: number): Promise<AxiosResponse<string>> {
  const { operation } = request;
  const abort = new AbortController();
  const cancelTimer = wire.clock.schedule(timeoutMs, () => abort.abort());
  try {
    return await send(wire, request, abort.signal);
  } catch (error) {
    if (abort.signal.aborted)
      throw new HubSpotTimeoutError(operation, `${operation}: no answer in ${Math.round(timeoutMs)} ms`);
    if (!isAxiosError(error)) throw error;
    throw new HubSpotNetworkError(operation, error.code ?? 'UNKNOWN');
  } finally {
    cancelTimer();
  }
}

/** A read on a connection that had died while it was idle is sent again at once, on a new one. */
async function send({ client, pool }: Wire, request: HubSpotRequest, signal: AbortSignal) {
  const { method, path: url, query: params, body: data, kind } = request;
  const options = { method, url, params, data, signal };
  try {
    pool.dropStale();
    return await client.request<string>(options);
  } catch (error) {
    if (kind !== 'read' || !isDeadConnection(error)) throw error;
    pool.dropIdle();
    return client.request<string>(options);
  }
}

/** Codes of a connection that the other side has closed or forgotten. */
const RESET = new Set(['ECONNRESET', 'EPIPE']);

function isDeadConnection(error: unknown): boolean {
  if (!isAxiosError(error)) return false;
  const sent: unknown = error.request;
  return sent instanceof ClientRequest && sent.reusedSocket && RESET.has(error.code ?? '');
}

/** The JSON of a 2xx answer; `undefined` for an empty one (204). */
function readReply(operation: string, response: AxiosResponse<string>, clock: Clock): unknown {
  const { status, data } = response;
  const json = parseJson(data);
  if (status >= 200 && status < 300 && (json.success || data === '')) return json.value;
  throw errorFromReply(operation, response, json, readRetryAfterMs(response.headers, clock.now()));
}

interface ParsedJson {
  success: boolean;
  value?: unknown;
}

/** The parser's own error quotes the body, which may hold personal data: only the fact is kept. */
function parseJson(text: string): ParsedJson {
  try {
    return { success: true, value: JSON.parse(text) as unknown };
  } catch {
    return { success: false };
  }
}

function errorFromReply(
  operation: string,
  { status }: AxiosResponse<string>,
  json: ParsedJson,
  retryAfterMs: number | undefined,
): HubSpotError {
  const body = ErrorBody.safeParse(json.value);
  if (status === 429) return new HubSpotRateLimitError(operation, policyOf(body.data?.policyName), { retryAfterMs });
  // A 404 or 403 without HubSpot's marks is a proxy talking: it does not say that a record is absent.
  if (status < 400 || (status < 500 && !isHubSpots(body.data))) {
    return new HubSpotInvalidReplyError(operation, `status ${status}, not JSON as HubSpot sends it`);
  }
  return new HubSpotApiError(operation, {
    status,
    category: body.data?.category,
    correlationId: body.data?.correlationId,
    codes: body.data?.errors?.flatMap(({ code }) => code ?? []) ?? [],
    hubspotMessage: body.data?.message,
    retryAfterMs,
  });
}

function isHubSpots(body: ErrorBody | undefined): boolean {
  return body !== undefined && Boolean(body.status === 'error' || body.category || body.correlationId || body.errors);
}

function policyOf(name: string | undefined): RateLimitPolicy {
  return name === 'SECONDLY' || name === 'TEN_SECONDLY_ROLLING' || name === 'DAILY' ? name : 'UNKNOWN';
}
