import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { startDevServer } from '@vercel/node';
import { type BuiltFunction, copyOut, filesIn, functionsOf, type VercelBuild } from './vercel-build.ts';
import { type Destination, type OutputConfig, routeTo } from './vercel-routing.ts';

/** The part of Vercel's Node runtime that the package's own types leave out. */
declare module '@vercel/node' {
  interface DevServer {
    port: number;
    shutdown: () => Promise<void>;
  }
  function startDevServer(options: {
    entrypoint: string;
    workPath: string;
    config: { zeroConfig: boolean };
    files: Record<string, never>;
    meta: { isDev: boolean; env: Record<string, string> };
  }): Promise<DevServer | null>;
}

export interface Delivered {
  /** What answered: the function, a published file, or nothing at all. */
  by: Destination['kind'];
  status: number;
  headers: Headers;
  text: string;
}

/** A build that answers requests as the deployment would. */
export interface Deployment {
  /** Routes a request by the built rules; `path` with its query. */
  send: (
    method: string,
    path: string,
    init?: { headers?: Record<string, string>; body?: string },
  ) => Promise<Delivered>;
  close: () => Promise<void>;
}

/** Where callers come from, as Vercel tells the function. */
const CALLER = { 'x-real-ip': '203.0.113.7', 'x-forwarded-for': '203.0.113.7', 'x-forwarded-proto': 'https' };

/**
 * Serves a build's functions with Vercel's own Node runtime, each copied to a folder where it finds nothing of this
 * repository.
 * @param env the variables that are set in the deployment.
 */
export async function deploy(build: VercelBuild, env: Record<string, string>): Promise<Deployment> {
  const config = JSON.parse(readFileSync(join(build.output, 'config.json'), 'utf8')) as OutputConfig;
  const servers = new Map(
    await Promise.all(functionsOf(build).map(async (built) => [built.path, await serve(built, env)] as const)),
  );
  const outputs = { functions: new Set(servers.keys()), files: new Set(filesIn(join(build.output, 'static'))) };
  return {
    async send(method, path, { headers = {}, body } = {}) {
      const url = new URL(path, 'http://127.0.0.1');
      const to = routeTo(config, outputs, url.pathname);
      const own = new Headers(to.headers);
      if (to.kind === 'none') return { by: to.kind, status: 404, headers: own, text: '' };
      if (to.kind === 'file') {
        const text = readFileSync(join(build.output, 'static', to.path), 'utf8');
        return { by: to.kind, status: 200, headers: own, text };
      }
      for (const [name, value] of new URLSearchParams(to.query)) url.searchParams.append(name, value);
      url.port = String(servers.get(to.path)?.port);
      const response = await fetch(url, { method, headers: { ...headers, ...CALLER }, body: body ?? null });
      for (const [name, value] of response.headers) own.set(name, value);
      return { by: to.kind, status: response.status, headers: own, text: await response.text() };
    },
    async close() {
      await Promise.all([...servers.values()].map(async (server) => server.close()));
    },
  };
}

async function serve(built: BuiltFunction, env: Record<string, string>) {
  const { directory, dispose } = copyOut(built);
  const server = await startDevServer({
    entrypoint: built.config.handler,
    workPath: directory,
    config: { zeroConfig: true },
    files: {},
    meta: { isDev: true, env },
  });
  if (!server) throw new Error(`Vercel's runtime did not start ${built.path}`);
  const close = async () => {
    await server.shutdown();
    dispose();
  };
  return { port: server.port, close };
}
