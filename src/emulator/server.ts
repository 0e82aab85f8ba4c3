import { once } from 'node:events';
import { serve, type Server } from 'srvx';
import { control } from './control.ts';
import { ConnectionBroken, type Emulator } from './emulator.ts';

export interface EmulatorServer {
  /** Base URL without a trailing slash. */
  url: string;
  close(): Promise<void>;
}

/**
 * Serves an emulator over plain HTTP on loopback, so that any HubSpot client can talk to it.
 * @param port 0 picks a free one.
 * @throws when the port is taken (`code` is `EADDRINUSE`).
 */
export async function serveEmulator(emulator: Emulator, port = 0): Promise<EmulatorServer> {
  const server: Server = serve({
    port,
    hostname: '127.0.0.1',
    silent: true,
    manual: true,
    gracefulShutdown: false,
    fetch: async (request) => {
      const own = await control(emulator, request);
      if (own) return own;
      try {
        return await emulator.fetch(request);
      } catch (error) {
        if (!(error instanceof ConnectionBroken)) throw error;
        request.runtime?.node?.req.socket.destroy();
        return new Response(null, { status: 500 });
      }
    },
  });
  const http = server.node?.server;
  if (!http) throw new Error('no HTTP server to listen with');
  const listening = once(http, 'listening');
  await Promise.all([server.serve(), listening]);
  return { url: (server.url ?? '').replace(/\/$/, ''), close: async () => server.close(true) };
}
