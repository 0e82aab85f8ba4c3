import { z } from 'zod';
import type { ErrorCode } from '../contract/errors.ts';
import { STATUS } from '../http/failures.ts';
import type { Audience, Method } from '../http/route.ts';

/** What the reference says of one endpoint. */
export interface EndpointDoc {
  method: Method;
  /** As OpenAPI writes it: `/api/bookings/{id}`. */
  path: string;
  operationId: string;
  /** In a few words. */
  summary: string;
  /** What else there is to know, one thought a sentence. */
  description?: string;
  audience: Audience;
  /** What it takes, but for what stands in the path; null for nothing, or for HubSpot's events. */
  input: z.ZodType | null;
  /** What each field of the input means, and an example of it. */
  fields: Record<string, { means: string; example?: string | boolean | number }>;
  /** Successes by status: their whole bodies; a text for what is not JSON. */
  answers: Record<number, z.ZodType | string>;
  /** Codes of its own, besides those that every endpoint of its kind has. */
  codes: readonly ErrorCode[];
}

/** The envelope of a success. */
export function successOf(data: z.ZodType): z.ZodType {
  return z.strictObject({ success: z.literal(true), message: z.string().describe('What was done, for people'), data });
}

const FieldFault = z.strictObject({
  field: z.string().describe('Name of the field'),
  message: z.string().describe('A sentence for whoever filled it in'),
});

/** The envelope of a failure with one of these codes. */
export function failureOf(codes: readonly ErrorCode[]): z.ZodType {
  return z.strictObject({
    success: z.literal(false),
    error: z.string().describe('What went wrong, for people'),
    code: z.enum(codes),
    validationErrors: z.array(z.string()).optional().describe('With VALIDATION_ERROR: one sentence for each fault'),
    fields: z.array(FieldFault).optional().describe('With VALIDATION_ERROR: the same by field'),
    retryAfter: z.int().optional().describe('With 429: seconds to wait'),
    requestId: z.string().optional().describe('With INTERNAL_ERROR: names the lines in the log'),
  });
}

const OF_ALL: readonly ErrorCode[] = ['INTERNAL_ERROR', 'METHOD_NOT_ALLOWED', 'RATE_LIMITED'];
const OF_HUBSPOT: readonly ErrorCode[] = ['HUBSPOT_UNAVAILABLE'];
const OF_BODIES: readonly ErrorCode[] = ['VALIDATION_ERROR', 'REQUEST_TIMEOUT', 'PAYLOAD_TOO_LARGE'];

/** Every code an endpoint may answer with. */
export function codesOf({ audience, method, input, codes }: EndpointDoc): ErrorCode[] {
  const all = new Set<ErrorCode>([...codes, ...OF_ALL]);
  if (audience !== 'public' && audience !== 'operator') for (const code of OF_HUBSPOT) all.add(code);
  if (audience === 'cron' || audience === 'webhook' || audience === 'operator') all.add('UNAUTHORIZED');
  if (audience === 'webhook' || (method !== 'GET' && input)) for (const code of OF_BODIES) all.add(code);
  if (input) all.add('VALIDATION_ERROR');
  return [...all].toSorted();
}

/** Codes by the statuses they come with: `RATE_LIMITED` has two. */
export function failuresOf(endpoint: EndpointDoc): Map<number, ErrorCode[]> {
  const byStatus = new Map<number, ErrorCode[]>();
  const note = (status: number, code: ErrorCode) => byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  for (const code of codesOf(endpoint)) {
    if (code === 'RATE_LIMITED') note(429, code);
    if (code !== 'RATE_LIMITED' || reachesHubSpot(endpoint)) note(STATUS[code], code);
  }
  return new Map([...byStatus].toSorted(([a], [b]) => a - b));
}

function reachesHubSpot({ audience }: EndpointDoc): boolean {
  return audience === 'student' || audience === 'cron' || audience === 'webhook';
}
