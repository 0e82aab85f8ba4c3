import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { Redis } from 'ioredis';

/** Whether the program is there. Where it is not, what needs it is skipped, and says so. */
export const hasRedis = spawnSync('redis-server', ['--version']).status === 0;
// oxlint-disable-next-line no-console
if (!hasRedis) console.warn('SKIPPED: tests over Redis, since redis-server is not installed');

/** The server ended at once. */
class PortTakenError extends Error {}

/** A server of its own, with nothing on disk. */
export class RedisServer {
  readonly port: number;
  #process: ChildProcess;

  private constructor(port: number, process: ChildProcess) {
    this.port = port;
    this.#process = process;
  }

  static async start(port?: number): Promise<RedisServer> {
    const own = port ?? (await freePort());
    try {
      return new RedisServer(own, await launch(own));
    } catch (error) {
      // Another test may have taken the port in between.
      if (port !== undefined || !(error instanceof PortTakenError)) throw error;
      return RedisServer.start();
    }
  }

  get url(): string {
    return `redis://127.0.0.1:${this.port}`;
  }

  freeze(): void {
    this.#process.kill('SIGSTOP');
  }

  thaw(): void {
    this.#process.kill('SIGCONT');
  }

  async kill(): Promise<void> {
    const ended = once(this.#process, 'exit');
    this.#process.kill('SIGKILL');
    await ended;
  }

  /** After {@link kill}: empty. */
  async restart(): Promise<void> {
    this.#process = await launch(this.port);
  }

  async command(...[name, ...args]: [string, ...string[]]): Promise<unknown> {
    const client = new Redis(this.url);
    try {
      return await client.call(name, ...args);
    } finally {
      client.disconnect();
    }
  }
}

/** A port that nobody listens on. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address ? address.port : 0;
}

async function launch(port: number): Promise<ChildProcess> {
  const files = ['--dir', tmpdir(), '--dbfilename', `redis-${port}.rdb`, '--rdb-del-sync-files', 'yes'];
  const options = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', ...files];
  const server = spawn('redis-server', options, { stdio: ['ignore', 'pipe', 'inherit'] });
  process.once('exit', () => server.kill('SIGKILL'));
  for await (const chunk of server.stdout.iterator({ destroyOnReturn: false })) {
    if (!String(chunk).includes('Ready to accept connections')) continue;
    server.stdout.resume();
    return server;
  }
  throw new PortTakenError(`redis-server did not start on port ${port}`);
}
