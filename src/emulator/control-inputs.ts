import { z } from 'zod';
import { ROUTES } from './router.ts';

const milliseconds = z.number().min(0);
const knobMs = milliseconds.exactOptional();
const limit = z.number().int().min(0).nullable().exactOptional();
const Latency = z.strictObject({ readMs: knobMs, writeMs: knobMs });
const Lag = z.strictObject({ associationMs: knobMs, rollupMs: knobMs, searchMs: knobMs, historyMs: knobMs });
const Limits = z.strictObject({
  per10Seconds: limit,
  perSecond: limit,
  associationsPer10Seconds: limit,
  searchPerSecond: limit,
  perDay: limit,
});

const Webhooks = z.strictObject({
  delayMs: knobMs,
  duplicated: z.boolean().exactOptional(),
  shuffled: z.boolean().exactOptional(),
  attempts: z.number().int().min(1).exactOptional(),
  retryMs: knobMs,
});

/** Where events go. */
export const WebhooksInput = z.strictObject({
  targetUrl: z.url({ protocol: /^https?$/ }),
  clientSecret: z.string().min(1),
  subscriptions: z
    .array(
      z.strictObject({
        event: z.string().regex(/^(object|contact)\.\w+$/),
        objectTypeId: z.string().exactOptional(),
        properties: z.array(z.string()).exactOptional(),
      }),
    )
    .default([]),
});

export const SettingsInput = z.strictObject({
  latency: Latency.exactOptional(),
  lag: Lag.exactOptional(),
  limits: Limits.exactOptional(),
  webhooks: Webhooks.exactOptional(),
  unsetProperties: z.enum(['null', 'omitted']).exactOptional(),
  numericToObjectId: z.boolean().exactOptional(),
  keptValues: z.number().int().min(1).exactOptional(),
  survivorId: z.enum(['primary', 'new']).exactOptional(),
  ended: z.array(z.enum(['v3', 'v4'])).exactOptional(),
  scopes: z.array(z.string()).exactOptional(),
  archivedUniqueValues: z.enum(['held', 'freed']).exactOptional(),
});

const status = z.number().int().min(200).max(599);
const commitAfterMs = milliseconds.optional();
const headers = z.record(z.string(), z.string());

export const FaultInput = z.strictObject({
  fault: z.discriminatedUnion('kind', [
    z.strictObject({
      kind: z.literal('status'),
      status,
      body: z.unknown().exactOptional(),
      headers: headers.exactOptional(),
      commitAfterMs,
    }),
    z.strictObject({ kind: z.literal('html'), status: status.exactOptional(), commitAfterMs }),
    z.strictObject({ kind: z.enum(['hang-up', 'hang']), commitAfterMs }),
    z.strictObject({
      kind: z.literal('partial'),
      category: z.string().default('INTERNAL_ERROR'),
      inputs: z.union([z.number().int().min(1), z.array(z.string())]).optional(),
      commitAfterMs,
    }),
    z.strictObject({ kind: z.literal('slow'), beforeMs: milliseconds.optional(), afterMs: milliseconds.optional() }),
    z.strictObject({ kind: z.literal('headers'), headers: z.record(z.string(), z.string().nullable()) }),
    z.strictObject({ kind: z.enum(['stuck-cursor', 'drifting', 'numeric-cursor', 'empty-page']) }),
    z.strictObject({ kind: z.enum(['truncated', 'shuffled', 'no-trace-id', 'unguarded']) }),
  ]),
  operation: z
    .string()
    .refine(
      (name) => ROUTES.some(({ operation }) => operation === name),
      'must be an operation as the call log names it',
    )
    .exactOptional(),
  objectType: z.string().exactOptional(),
  skip: z.number().int().min(0).default(0),
  /** How many calls; `always` for every one. */
  times: z.union([z.number().int().min(1), z.literal('always').transform(() => Infinity)]).default(1),
});

export const SocketsInput = z.strictObject({ mode: z.enum(['silent', 'reset']) });
