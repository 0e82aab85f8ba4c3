import { once } from 'node:events';
import { Agent, createServer, request } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { json } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Emulator } from '../../src/emulator/emulator.ts';
import { type EmulatorServer, serveEmulator } from '../../src/emulator/server.ts';
import { Sockets } from '../../src/emulator/sockets.ts';

/** Long enough for an answer over loopback to have come. */
const PATIENCE_MS = 300;

interface Answer {
  status: number | undefined;
  reused: boolean;
  body: unknown;
}

describe('connections that died unnoticed', () => {
  let emulator: Emulator;
  let server: EmulatorServer;
  let agent: Agent;

  beforeEach(async () => {
    emulator = new Emulator();
    server = await serveEmulator(emulator);
    agent = new Agent({ keepAlive: true, maxSockets: 1 });
  });
  afterEach(async () => {
    agent.destroy();
    await server.close();
  });

  /** Through a pool of one connection, which is used again. */
  const send = async (path = '/crm/v3/objects/contacts', method = 'GET', body = '') =>
    new Promise<Answer>((resolve, reject) => {
      const headers = { authorization: 'Bearer x' };
      const sent = request(`${server.url}${path}`, { method, agent, headers, timeout: PATIENCE_MS }, (response) => {
        json(response).then(
          (parsed) => resolve({ status: response.statusCode, reused: sent.reusedSocket, body: parsed }),
          reject,
        );
      });
      sent.on('error', reject).on('timeout', () => sent.destroy(new Error('no answer came')));
      sent.end(body);
    });

  it('are used again as long as they live', async () => {
    await send();
    expect(await send()).toMatchObject({ status: 200, reused: true });
  });

  it('swallow what is sent on them, and nothing of it arrives', async () => {
    await send();
    expect(server.freezeSockets('silent')).toBe(1);
    await expect(send()).rejects.toThrow('no answer came');
    expect(emulator.log.calls).toHaveLength(1);
    expect(await send()).toMatchObject({ status: 200, reused: false });
  });

  it('are reset on their next use', async () => {
    await send();
    server.freezeSockets('reset');
    await expect(send()).rejects.toMatchObject({ code: 'ECONNRESET' });
    expect(emulator.log.calls).toHaveLength(1);
    expect(await send()).toMatchObject({ status: 200, reused: false });
  });

  it('keep the answer to themselves when they die meanwhile', async () => {
    emulator.settings.latency.readMs = 50;
    const call = send();
    const outcome = Promise.allSettled([call]);
    while (emulator.log.calls.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    server.freezeSockets('silent');
    expect(await outcome).toMatchObject([{ reason: new Error('no answer came') }]);
    expect(emulator.log.calls[0]).toMatchObject({ status: 200 });
  });

  it('are made by a page of the emulator, which still answers itself', async () => {
    const others = new Agent({ keepAlive: true });
    const mine = agent;
    await send();
    agent = others;
    expect(await send('/_emulator/sockets')).toMatchObject({ body: { open: 2, frozen: 0 } });
    const frozen = await send('/_emulator/sockets', 'POST', JSON.stringify({ mode: 'reset' }));
    expect(frozen.body).toEqual({ frozen: 1 });
    expect((await send('/_emulator/sockets')).body).toEqual({ open: 2, frozen: 1 });
    agent = mine;
    await expect(send()).rejects.toMatchObject({ code: 'ECONNRESET' });
    others.destroy();
  });
});

describe('a silent connection', () => {
  it.each([
    [false, 0],
    [true, 1],
  ])('is not closed by the server’s own idle limit (frozen: %s)', async (frozen, open) => {
    const idle = { keepAliveTimeout: 20, keepAliveTimeoutBuffer: 0 };
    const http = createServer(idle, (_request, response) => response.end());
    const sockets = new Sockets();
    sockets.watch(http);
    await once(http.listen(0), 'listening');
    const { port } = http.address() as AddressInfo;
    const client = connect(port).setEncoding('utf8');
    client.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n');
    await once(client, 'data');
    if (frozen) sockets.freeze('silent');
    await new Promise((resolve) => setTimeout(resolve, 10 * idle.keepAliveTimeout));
    expect(sockets.counts.open).toBe(open);
    client.destroy();
    http.close();
  });
});
