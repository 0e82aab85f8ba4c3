import type { Socket } from 'node:net';
import { z } from 'zod';
import { countRounds } from './call-log.ts';
import { RefusedError } from './errors.ts';
import { FaultInput, SettingsInput, SocketsInput, WebhooksInput } from './control-inputs.ts';
import type { Emulator } from './emulator.ts';
import { mergeSettings } from './settings.ts';
import type { Sockets } from './sockets.ts';

const PREFIX = '/_emulator/';

/** What the pages show and turn. */
export interface ControlTarget {
  emulator: Emulator;
  sockets: Sockets;
  /** The connection that the page is asked for on. */
  socket: Socket | undefined;
}

/**
 * The emulator's own pages, beside HubSpot's paths: `calls` (GET, DELETE), `settings` (GET, PATCH), `faults` (GET, POST,
 * DELETE), `snapshot` and `reset` (POST), `webhooks` (GET, PUT, DELETE), `sockets` (GET, POST). Undefined for a path that is HubSpot's.
 */
export async function control(target: ControlTarget, request: Request): Promise<Response | undefined> {
  const { pathname } = new URL(request.url);
  if (!pathname.startsWith(PREFIX)) return undefined;
  const { emulator } = target;
  const page = `${request.method} ${pathname.slice(PREFIX.length)}`;
  const known = (await callPages(emulator, page, request)) ?? (await networkPages(target, page, request));
  return known ?? Response.json({ error: `The emulator has no ${request.method} ${pathname}` }, { status: 404 });
}

/** Calls, settings, faults and snapshots. */
async function callPages(emulator: Emulator, page: string, request: Request): Promise<Response | undefined> {
  switch (page) {
    case 'GET calls': {
      const { calls } = emulator.log;
      return Response.json({ count: calls.length, rounds: countRounds(calls), late: emulator.lateCount, calls });
    }
    case 'DELETE calls':
      emulator.log.clear();
      return new Response(null, { status: 204 });
    case 'GET settings':
      return Response.json(emulator.settings);
    case 'PATCH settings':
      return withBody(SettingsInput, request, (patch) =>
        Object.assign(emulator.settings, mergeSettings(emulator.settings, patch)),
      );
    case 'POST faults':
      return withBody(FaultInput, request, ({ objectType, ...rule }) => {
        emulator.faults.add({
          ...rule,
          ...(objectType ? { objectType: emulator.account.objectType(objectType).typeId } : {}),
        });
        return { planned: rule.fault.kind };
      });
    case 'GET faults':
      return Response.json({
        faults: emulator.faults.planned.map(({ rule, seen }) => ({
          rule: { ...rule, times: rule.times === Infinity ? 'always' : rule.times },
          seen,
        })),
      });
    case 'DELETE faults':
      emulator.faults.clear();
      return new Response(null, { status: 204 });
    case 'POST snapshot':
      emulator.snapshot();
      return new Response(null, { status: 204 });
    case 'POST reset':
      if (emulator.reset()) return new Response(null, { status: 204 });
      return Response.json({ error: 'There is no snapshot to go back to' }, { status: 409 });
    default:
      return undefined;
  }
}

/** Webhooks and sockets. */
async function networkPages(
  { emulator, sockets, socket }: ControlTarget,
  page: string,
  request: Request,
): Promise<Response | undefined> {
  switch (page) {
    case 'GET webhooks': {
      const { target, deliveries } = emulator.webhooks;
      const { targetUrl = null, subscriptions = [] } = target ?? {};
      return Response.json({ targetUrl, subscriptions, deliveries });
    }
    case 'PUT webhooks':
      return withBody(WebhooksInput, request, (target) => {
        emulator.webhooks.subscribe(target);
        return { targetUrl: target.targetUrl };
      });
    case 'DELETE webhooks':
      emulator.webhooks.subscribe(undefined);
      return new Response(null, { status: 204 });
    case 'GET sockets':
      return Response.json(sockets.counts);
    case 'POST sockets':
      return withBody(SocketsInput, request, ({ mode }) => ({ frozen: sockets.freeze(mode, socket) }));
    default:
      return undefined;
  }
}

async function withBody<T>(schema: z.ZodType<T>, request: Request, apply: (input: T) => unknown): Promise<Response> {
  const input = schema.safeParse(await request.json().catch((error: unknown) => String(error)));
  if (!input.success) return Response.json({ error: z.prettifyError(input.error) }, { status: 400 });
  try {
    return Response.json(apply(input.data));
  } catch (error) {
    if (!(error instanceof RefusedError)) throw error;
    return Response.json(error.reply.body, { status: error.reply.status });
  }
}
