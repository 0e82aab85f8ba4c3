import type { FrontDoor } from './front-door.ts';
import { once } from 'node:events';
import { serve } from 'srvx';
import vercelConfig from '../../vercel.json' with { type: 'json' };
import { clientAddress, trustedProxies } from './address.ts';

export interface LocalHost {
  /** Without a trailing slash. */
  url: string;
  /** Takes no further requests, answers what is under way, and cuts what has not ended by itself after `graceMs`. */
  close(graceMs: number): Promise<void>;
}

export interface LocalHostOptions {
  handler: (request: Request) => Promise<Response>;
  /** Answers what is not deployed, where it knows the path. */
  frontDoor?: FrontDoor;
  /** Port to listen on; 0 picks a free one. */
  port: number;
  trustedProxies: readonly string[];
  /** How long a connection may take to bring a request. */
  patience?: Patience;
}

/** In milliseconds: for a request's headers, for all of it, and how often connections are looked at. */
interface Patience {
  headersMs: number;
  requestMs: number;
  everyMs: number;
}

/** The API itself gives up on a body at its request's deadline: this is for what it never gets to see. */
const PATIENCE: Patience = { headersMs: 10_000, requestMs: 60_000, everyMs: 5000 };

/** Answers to a request whose rest nobody reads: the connection ends with them. */
const UNREAD = new Set([408, 413]);

/**
 * Serves the function as Vercel would: only what `vercel.json` rewrites to it, with the URL untouched and the caller's
 * address in `x-real-ip`.
 * @throws when the port is taken (`code` is `EADDRINUSE`).
 */
export async function startLocalHost(options: LocalHostOptions): Promise<LocalHost> {
  const { headersMs, requestMs, everyMs } = options.patience ?? PATIENCE;
  const isTrusted = trustedProxies(options.trustedProxies);
  const rewrites = vercelConfig.rewrites.map(({ source }) => new RegExp(`^${source}$`));
  const server = serve({
    port: options.port,
    hostname: '127.0.0.1',
    silent: true,
    manual: true,
    gracefulShutdown: false,
    node: { headersTimeout: headersMs, requestTimeout: requestMs, connectionsCheckingInterval: everyMs },
    // The URL of a request that cannot even be read may hold anything: it is not logged.
    error: () => new Response('Bad request\n', { status: 400 }),
    fetch: async (request) => {
      const { pathname } = new URL(request.url);
      if (!rewrites.some((source) => source.test(pathname))) return (await options.frontDoor?.(request)) ?? notFound();
      const address = clientAddress(request.ip ?? 'unknown', request.headers.get('x-forwarded-for'), isTrusted);
      const response = await options.handler(withAddress(request, address));
      if (UNREAD.has(response.status)) response.headers.set('Connection', 'close');
      return response;
    },
  });
  const http = server.node?.server;
  if (!http) throw new Error('no HTTP server to listen with');
  await Promise.all([server.serve(), once(http, 'listening')]);
  return {
    url: (server.url ?? '').replace(/\/$/, '').replace('127.0.0.1', 'localhost'),
    async close(graceMs) {
      const force = setTimeout(() => void server.close(true), graceMs);
      await server.close();
      clearTimeout(force);
    },
  };
}

function notFound(): Response {
  const body = { success: false, error: 'There is nothing here; the API is below /api', code: 'NOT_FOUND' };
  return Response.json(body, { status: 404 });
}

function withAddress({ url, method, headers, body, signal }: Request, address: string): Request {
  const copy = new Headers(headers);
  copy.set('x-real-ip', address);
  return new Request(url, { method, headers: copy, body, signal, ...(body ? { duplex: 'half' as const } : {}) });
}
