import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createLog } from '../../src/observability/log.ts';
import { Secret } from '../../src/settings/secret.ts';
import { checkRedis } from '../../src/shared/check.ts';
import { connectRedis, GuardedRedis, UnreachableError } from '../../src/shared/redis.ts';
import { systemClock } from '../../src/time/clock.ts';
import { freePort, hasRedis, RedisServer } from '../support/redis-server.ts';

const KEYS = ['{test}:state', '{test}:news', '{test}:debts', '{test}:due'];
const ARGS = ['', 'me', '', '0'];
const pull = async (redis: GuardedRedis) => redis.use(async (connection) => connection.run('pull', KEYS, ARGS));
/** What becomes of a command: its reply, or that there was none. */
const attempt = async (redis: GuardedRedis) => {
  try {
    return (await pull(redis)) as string[];
  } catch (error) {
    if (!(error instanceof UnreachableError)) throw error;
    return null;
  }
};

describe.skipIf(!hasRedis)('the connection to Redis', () => {
  let server: RedisServer;
  let redis: GuardedRedis;
  let lines: string[];

  const connectTo = (url: string) => {
    lines = [];
    const log = createLog(systemClock, 'info', (line) => lines.push(line));
    return new GuardedRedis(systemClock, log, async () => connectRedis(new Secret(url)));
  };

  beforeEach(async () => {
    server = await RedisServer.start();
    redis = connectTo(server.url);
  });
  afterEach(async () => {
    redis.close();
    await server.kill();
  });

  it('is one, and made with the first command', async () => {
    const clients = async () =>
      String(await server.command('CLIENT', 'LIST'))
        .trim()
        .split('\n').length - 1;
    expect(await clients()).toBe(0);
    await Promise.all([pull(redis), pull(redis), pull(redis)]);
    expect(await clients()).toBe(1);
  });

  it('a server that stands still: two commands fail, then nobody waits; one line tells it, and one that it is over', async () => {
    await pull(redis);
    server.freeze();
    expect([await attempt(redis), await attempt(redis)]).toEqual([null, null]);
    const { commands } = redis.stats();
    expect(await Promise.all(Array.from({ length: 20 }, async () => attempt(redis)))).toEqual(Array(20).fill(null));
    expect(redis.stats().commands).toBe(commands);
    server.thaw();
    await sleep(600);
    expect(await attempt(redis)).not.toBe(null);
    expect(lines.map((line) => (JSON.parse(line) as { message: string }).message)).toEqual([
      'Redis does not answer',
      'Redis answers again',
    ]);
  });

  it('a server that ends and begins again: the next connection finds it, and its state is another one', async () => {
    const [, birth] = (await pull(redis)) as string[];
    await server.kill();
    expect(await attempt(redis)).toBe(null);
    await server.restart();
    const [, next] = (await pull(redis)) as string[];
    expect(Number(next)).toBeGreaterThan(Number(birth));
  });

  it('a server that refuses INFO serves all the same, and is told of', async () => {
    await server.command('ACL', 'SETUSER', 'default', '-info');
    expect(await pull(redis)).toHaveLength(5);
    expect(await checkRedis(redis)).toEqual([expect.stringContaining('Redis does not answer: NOPERM')]);
  });

  it('a server that may evict what is shared is told of', async () => {
    expect(await checkRedis(redis)).toEqual([]);
    await server.command('CONFIG', 'SET', 'maxmemory-policy', 'allkeys-lru');
    expect(await checkRedis(redis)).toEqual([expect.stringContaining('allkeys-lru')]);
  });

  it('a password is needed and used, and tells itself to nobody', async () => {
    await server.command('CONFIG', 'SET', 'requirepass', 'open-sesame');
    expect(await attempt(redis)).toBe(null);
    const known = connectTo(server.url.replace('redis://', 'redis://:open-sesame@'));
    expect(await attempt(known)).not.toBe(null);
    const wrong = connectTo(server.url.replace('redis://', 'redis://:close-sesame@'));
    expect([await attempt(wrong), await attempt(wrong)]).toEqual([null, null]);
    expect(lines.join('\n')).not.toContain('sesame');
    for (const each of [known, wrong]) each.close();
  });

  it('TLS', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'redis-tls-'));
    const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
    const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost'];
    const files = ['-keyout', key, '-out', cert];
    execFileSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', ...subject, ...files], {
      stdio: 'ignore',
    });
    const port = await freePort();
    for (const [name, value] of [
      ['tls-cert-file', cert],
      ['tls-key-file', key],
      ['tls-ca-cert-file', cert],
      ['tls-auth-clients', 'no'],
      ['tls-port', String(port)],
    ] as const) {
      await server.command('CONFIG', 'SET', name, value);
    }
    // A certificate that nobody vouches for is refused.
    const secure = connectTo(`rediss://localhost:${port}`);
    expect(await attempt(secure)).toBe(null);
    secure.close();
    const plain = connectTo(`redis://localhost:${port}`);
    expect(await attempt(plain)).toBe(null);
    plain.close();
    // One that this process trusts is not: Node takes further authorities at its start only.
    const script = `
      import { connectRedis } from './src/shared/redis.ts';
      import { Secret } from './src/settings/secret.ts';
      const redis = await connectRedis(new Secret('rediss://localhost:${port}'), { connectMs: 5000, commandMs: 5000 });
      console.log(String(await redis.ask('PING')));
      redis.close();`;
    const env = { ...process.env, NODE_EXTRA_CA_CERTS: cert };
    const output = execFileSync(process.execPath, ['--input-type=module', '-e', script], { env, encoding: 'utf8' });
    expect(output.trim()).toBe('PONG');
    rmSync(folder, { recursive: true });
  });
});
