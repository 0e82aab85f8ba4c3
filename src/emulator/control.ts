import { z } from 'zod';
import { countRounds } from './call-log.ts';
import type { Emulator } from './emulator.ts';

const PREFIX = '/_emulator/';
const milliseconds = z.number().min(0);
const limit = z.number().int().min(0).nullable();

const SettingsInput = z.strictObject({
  latency: z.strictObject({ readMs: milliseconds, writeMs: milliseconds }).partial().optional(),
  lag: z
    .strictObject({ associationMs: milliseconds, rollupMs: milliseconds, searchMs: milliseconds })
    .partial()
    .optional(),
  limits: z
    .strictObject({ per10Seconds: limit, associationsPer10Seconds: limit, searchPerSecond: limit, perDay: limit })
    .partial()
    .optional(),
});

const commitAfterMs = milliseconds.optional();
const FaultInput = z.strictObject({
  fault: z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('status'), status: z.number().int().min(200).max(599), commitAfterMs }),
    z.strictObject({ kind: z.enum(['hang-up', 'hang', 'html']), commitAfterMs }),
    z.strictObject({
      kind: z.literal('partial'),
      category: z.string().default('INTERNAL_ERROR'),
      inputs: z.union([z.number().int().min(1), z.array(z.string())]).optional(),
      commitAfterMs,
    }),
    z.strictObject({ kind: z.enum(['truncated', 'shuffled', 'no-trace-id']) }),
  ]),
  operation: z.string().optional(),
  objectType: z.string().optional(),
  skip: z.number().int().min(0).default(0),
  times: z.number().int().min(1).default(1),
});

/**
 * The emulator's own pages, beside HubSpot's paths: `calls` (GET, DELETE), `settings` (GET, PATCH), `faults` (POST,
 * DELETE). Undefined for a path that is HubSpot's.
 */
export async function control(emulator: Emulator, request: Request): Promise<Response | undefined> {
  const { pathname } = new URL(request.url);
  if (!pathname.startsWith(PREFIX)) return undefined;
  switch (`${request.method} ${pathname.slice(PREFIX.length)}`) {
    case 'GET calls': {
      const { calls } = emulator.log;
      return Response.json({ count: calls.length, rounds: countRounds(calls), calls });
    }
    case 'DELETE calls':
      emulator.log.clear();
      return new Response(null, { status: 204 });
    case 'GET settings':
      return Response.json(emulator.settings);
    case 'PATCH settings':
      return withBody(SettingsInput, request, (patch) => {
        for (const [group, values] of Object.entries(patch)) Object.assign(emulator.settings[group as 'lag'], values);
        return emulator.settings;
      });
    case 'POST faults':
      return withBody(FaultInput, request, ({ fault, operation, objectType, skip, times }) => {
        const target = { ...(operation ? { operation } : {}), ...(objectType ? { objectType } : {}) };
        emulator.faults.add({ fault, ...target, skip, times });
        return { planned: fault.kind };
      });
    case 'DELETE faults':
      emulator.faults.clear();
      return new Response(null, { status: 204 });
    default:
      return Response.json({ error: `The emulator has no ${request.method} ${pathname}` }, { status: 404 });
  }
}

async function withBody<T>(schema: z.ZodType<T>, request: Request, apply: (input: T) => unknown): Promise<Response> {
  const input = schema.safeParse(await request.json().catch((error: unknown) => String(error)));
  if (!input.success) return Response.json({ error: z.prettifyError(input.error) }, { status: 400 });
  return Response.json(apply(input.data));
}
