import { createServer, type IncomingMessage, type Server as HttpServer, type ServerResponse } from 'node:http';
import { type AddressInfo, connect, createServer as createTcpServer, type Server, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { createHubSpotService } from '../../src/hubspot/create-service.ts';
import type { HubSpotService } from '../../src/hubspot/service.ts';
import { createLog } from '../../src/observability/log.ts';
import { Telemetry } from '../../src/observability/telemetry.ts';
import { readConfig } from '../../src/settings/config.ts';
import { systemClock } from '../../src/time/clock.ts';
import { CONTACTS } from '../support/hubspot-client.ts';

const FREEZE_MS = 12_000;

/** Real time, but for a wall clock that jumps as when the machine was frozen. */
function freezableClock() {
  let frozenMs = 0;
  const clock = { ...systemClock, now: () => systemClock.now() + frozenMs };
  return { clock, freeze: () => (frozenMs += FREEZE_MS) };
}

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

async function listen(server: Server): Promise<number> {
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

/** Stands for HubSpot; `answer` says what becomes of a request on a connection, of which it is the nth. */
async function serve(answer: (nth: number, response: ServerResponse) => void) {
  const seen: string[] = [];
  const counts = new WeakMap<Socket, number>();
  const handle = (request: IncomingMessage, response: ServerResponse) => {
    const nth = (counts.get(request.socket) ?? 0) + 1;
    counts.set(request.socket, nth);
    seen.push(`${request.method} ${nth}`);
    request.resume().on('end', () => answer(nth, response));
  };
  const server: HttpServer = createServer({ keepAliveTimeout: 60_000 }, handle);
  return { port: await listen(server), seen };
}

function ok(response: ServerResponse): void {
  response.setHeader('Content-Type', 'application/json').end(JSON.stringify({ id: '7', properties: {} }));
}

function client(port: number) {
  const { clock, freeze } = freezableClock();
  const config = readConfig({
    HS_PRIVATE_APP_TOKEN: 'pat-test-token',
    HUBSPOT_BASE_URL: `http://127.0.0.1:${port}`,
    HUBSPOT_MAX_ATTEMPTS: '1',
    COALESCING_ENABLED: 'false',
  });
  const log = createLog(clock, 'silent', () => {});
  const hubspot = createHubSpotService(config.hubspot, {
    clock,
    log,
    telemetry: new Telemetry(false),
    random: () => 0,
    defaultDeadlineMs: 9000,
  });
  return { hubspot, freeze };
}

const read = async (hubspot: HubSpotService) => hubspot.getObject(CONTACTS, '7', { properties: [] });
const write = async (hubspot: HubSpotService) =>
  hubspot.updateObject(CONTACTS, { id: '7', properties: { sj_credits: '1' } });
/** Four calls at once, which leave four connections in the pool. */
const fillPool = async (hubspot: HubSpotService) => Promise.all([1, 2, 3, 4].map(async () => read(hubspot)));

async function timed(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await work();
  return performance.now() - started;
}

describe('connections kept alive', () => {
  it('are used again', async () => {
    const { port, seen } = await serve((_nth, response) => ok(response));
    const { hubspot } = client(port);
    await read(hubspot);
    await write(hubspot);
    expect(seen).toEqual(['GET 1', 'PATCH 2']);
  });

  it('are not used again once the wall clock says that they were idle for more than four seconds', async () => {
    const { port, seen } = await serve((_nth, response) => ok(response));
    const { hubspot, freeze } = client(port);
    await read(hubspot);
    freeze();
    await read(hubspot);
    await read(hubspot);
    expect(seen).toEqual(['GET 1', 'GET 1', 'GET 2']);
  });
});

describe('connections dropped without a word during a freeze', () => {
  /** A proxy between us and HubSpot that forgets, when told so, every connection it has. */
  async function forgetful(target: number) {
    const pairs = new Set<[Socket, Socket]>();
    const server = createTcpServer((near) => {
      const far = connect(target, '127.0.0.1');
      pairs.add([near, far]);
      near.on('error', () => {}).pipe(far);
      far.on('error', () => {}).pipe(near);
    });
    const forget = () => {
      for (const [near, far] of pairs) {
        near.unpipe(far).resume();
        far.destroy();
      }
      pairs.clear();
    };
    return { port: await listen(server), forget };
  }

  it.each([
    ['a read', read],
    ['a write', write],
  ])('cost %s less than a second', async (_name, call) => {
    const { port: target, seen } = await serve((_nth, response) => ok(response));
    const { port, forget } = await forgetful(target);
    const { hubspot, freeze } = client(port);
    await fillPool(hubspot);
    forget();
    freeze();
    expect(await timed(async () => call(hubspot))).toBeLessThan(1000);
    expect(seen).toHaveLength(5);
  });
});

describe('connections that are reset when they are used again', () => {
  const resetting = async () =>
    serve((nth, response) => {
      if (nth === 1) ok(response);
      else response.socket?.resetAndDestroy();
    });

  it('cost a read nothing but a new one: no attempt and no pause', async () => {
    const { port, seen } = await resetting();
    const { hubspot } = client(port);
    await fillPool(hubspot);
    seen.length = 0;
    expect(await timed(async () => read(hubspot))).toBeLessThan(1000);
    expect(seen).toEqual(['GET 2', 'GET 1']);
  });

  it('leave a write unknown', async () => {
    const { port, seen } = await resetting();
    const { hubspot } = client(port);
    await fillPool(hubspot);
    seen.length = 0;
    await expect(write(hubspot)).rejects.toMatchObject({ name: 'HubSpotNetworkError', outcome: 'unknown' });
    expect(seen).toEqual(['PATCH 2']);
  });

  it('leave a repeatable write to the rules of repeats', async () => {
    const { port, seen } = await resetting();
    const { hubspot } = client(port);
    await fillPool(hubspot);
    seen.length = 0;
    const { failures } = await hubspot.batchUpdateObjects(CONTACTS, [{ id: '7', properties: { sj_credits: '1' } }]);
    expect(failures.get('7')).toMatchObject({ outcome: 'unknown' });
    expect(seen).toEqual(['PATCH 2']);
  });

  it('make a read fail when the new one is reset, too', async () => {
    let broken = false;
    const { port, seen } = await serve((_nth, response) => {
      if (broken) response.socket?.resetAndDestroy();
      else ok(response);
    });
    const { hubspot } = client(port);
    await read(hubspot);
    broken = true;
    await expect(read(hubspot)).rejects.toMatchObject({ name: 'HubSpotNetworkError' });
    expect(seen).toEqual(['GET 1', 'GET 2', 'GET 1']);
  });

  it('are told from new ones, which a read does not try twice', async () => {
    const { port, seen } = await serve((_nth, response) => response.socket?.resetAndDestroy());
    const { hubspot } = client(port);
    await expect(read(hubspot)).rejects.toMatchObject({ name: 'HubSpotNetworkError' });
    expect(seen).toEqual(['GET 1']);
  });
});
