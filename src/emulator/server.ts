import { once } from 'node:events';
import { Server as HttpServer } from 'node:http';
import type { Socket } from 'node:net';
import { serve, type Server, type ServerRequest } from 'srvx';
import { control } from './control.ts';
import { ConnectionBroken, type Emulator } from './emulator.ts';
import { type FreezeMode, Sockets } from './sockets.ts';

export interface EmulatorServer {
  /** Base URL without a trailing slash. */
  url: string;
  /** Makes the connections open now dead without their clients knowing; new ones work. Returns how many. */
  freezeSockets(mode: FreezeMode): number;
  close(): Promise<void>;
}

/**
 * Serves an emulator over plain HTTP on loopback, so that any HubSpot client can talk to it.
 * @param port 0 picks a free one.
 * @throws when the port is taken (`code` is `EADDRINUSE`).
 */
export async function serveEmulator(emulator: Emulator, port = 0): Promise<EmulatorServer> {
  const sockets = new Sockets();
  const server: Server = serve({
    port,
    hostname: '127.0.0.1',
    silent: true,
    manual: true,
    gracefulShutdown: false,
    fetch: async (request) => answer(emulator, sockets, request),
  });
  const http = server.node?.server;
  if (!(http instanceof HttpServer)) throw new Error('no HTTP server to listen with');
  sockets.watch(http);
  const listening = once(http, 'listening');
  await Promise.all([server.serve(), listening]);
  return {
    url: (server.url ?? '').replace(/\/$/, ''),
    freezeSockets: (mode) => sockets.freeze(mode),
    close: async () => server.close(true),
  };
}

/** What is returned for a connection that is gone goes nowhere. */
async function answer(emulator: Emulator, sockets: Sockets, request: ServerRequest): Promise<Response> {
  const socket = request.runtime?.node?.req.socket;
  if (await sockets.isLost(socket)) return GONE();
  const response = await respond(emulator, sockets, request, socket);
  return (await sockets.isLost(socket)) ? GONE() : response;
}

async function respond(
  emulator: Emulator,
  sockets: Sockets,
  request: ServerRequest,
  socket: Socket | undefined,
): Promise<Response> {
  const own = await control({ emulator, sockets, socket }, request);
  if (own) return own;
  try {
    return await emulator.fetch(request);
  } catch (error) {
    if (!(error instanceof ConnectionBroken)) throw error;
    socket?.destroy();
    return GONE();
  }
}

const GONE = () => new Response(null, { status: 500 });
