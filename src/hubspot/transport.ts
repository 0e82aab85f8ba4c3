import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { AxiosHeaders, type AxiosInstance, type AxiosResponse, create, isAxiosError } from 'axios';
import { z } from 'zod';
import type { Clock } from '../time/clock.ts';
import type { Secret } from '../settings/config.ts';
import type { RateLimitReading } from './budget.ts';
import {
  HubSpotApiError,
  type HubSpotError,
  HubSpotInvalidReplyError,
  HubSpotNetworkError,
  HubSpotRateLimitError,
  HubSpotTimeoutError,
  type RateLimitPolicy,
} from './errors.ts';

/** One call as HubSpot sees it. */
export interface HubSpotRequest {
  /** The call's name in logs and errors, such as `objects.batchRead`. */
  operation: string;
  method: 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE';
  /** Path below the base URL, already encoded. */
  path: string;
  query?: Record<string, string>;
  body?: unknown;
  /** Whether carrying it out twice does no harm. */
  repeatable: boolean;
}

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
  const client = create({
    baseURL: baseUrl,
    httpAgent: new HttpAgent({ keepAlive: true }),
    httpsAgent: new HttpsAgent({ keepAlive: true }),
    proxy: false,
    maxRedirects: 0,
    maxContentLength: MAX_REPLY_BYTES,
    responseType: 'text',
    transformResponse: (text: unknown) => text,
    validateStatus: () => true,
    headers: { Authorization: `Bearer ${token.reveal()}`, Accept: 'application/json' },
  });
  return async (request, timeoutMs, observe) => {
    const response = await sendOnce(client, clock, request, timeoutMs);
    observe(readRateLimits(response));
    return readReply(request.operation, response);
  };
}

async function sendOnce(client: AxiosInstance, clock: Clock, request: HubSpotRequest, timeoutMs: number) {
  const { operation, method, path, query, body } = request;
  const abort = new AbortController();
  const cancelTimer = clock.schedule(timeoutMs, () => abort.abort());
  try {
    const options = { method, url: path, params: query, data: body, signal: abort.signal };
    return await client.request<string>(options);
  } catch (error) {
    if (abort.signal.aborted) throw new HubSpotTimeoutError(operation, `${operation}: no answer in ${timeoutMs} ms`);
    if (!isAxiosError(error)) throw error;
    throw new HubSpotNetworkError(operation, error.code ?? 'UNKNOWN');
  } finally {
    cancelTimer();
  }
}

/** The JSON of a 2xx answer; `undefined` for an empty one (204). */
function readReply(operation: string, response: AxiosResponse<string>): unknown {
  const { status, data } = response;
  const json = parseJson(data);
  if (status >= 200 && status < 300 && (json.success || data === '')) return json.value;
  throw errorFromReply(operation, response, json);
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

const ErrorBody = z.object({
  status: z.string().optional().catch(undefined),
  category: z.string().optional().catch(undefined),
  correlationId: z.string().optional().catch(undefined),
  message: z.string().optional().catch(undefined),
  policyName: z.string().optional().catch(undefined),
  errors: z
    .array(z.object({ code: z.string().optional() }))
    .optional()
    .catch(undefined),
});

function errorFromReply(operation: string, response: AxiosResponse<string>, json: ParsedJson): HubSpotError {
  const { status } = response;
  const body = ErrorBody.safeParse(json.value);
  const retryAfterMs = readRetryAfterMs(response);
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

function isHubSpots(body: z.infer<typeof ErrorBody> | undefined): boolean {
  return body !== undefined && Boolean(body.status === 'error' || body.category || body.correlationId || body.errors);
}

function policyOf(name: string | undefined): RateLimitPolicy {
  return name === 'SECONDLY' || name === 'TEN_SECONDLY_ROLLING' || name === 'DAILY' ? name : 'UNKNOWN';
}

/** `Retry-After` in seconds: HubSpot documents it for 477 only, but it is honoured wherever it comes. */
function readRetryAfterMs(response: AxiosResponse): number | undefined {
  const seconds = readCount(response, 'retry-after');
  return seconds === undefined ? undefined : seconds * 1000;
}

function readRateLimits(response: AxiosResponse): RateLimitReading {
  return {
    max: readCount(response, 'x-hubspot-ratelimit-max'),
    remaining: readCount(response, 'x-hubspot-ratelimit-remaining'),
    dailyMax: readCount(response, 'x-hubspot-ratelimit-daily'),
    dailyRemaining: readCount(response, 'x-hubspot-ratelimit-daily-remaining'),
  };
}

/** A header that is a number of at least zero; undefined for any other. */
function readCount(response: AxiosResponse, name: string): number | undefined {
  const value = Number(AxiosHeaders.from(response.headers as AxiosHeaders).get(name) ?? Number.NaN);
  return Number.isFinite(value) && value >= 0 ? value : undefined;
}
