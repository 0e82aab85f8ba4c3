import { startProcess } from '../support/start-process.ts';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { type LocalHost, startLocalHost } from '../../src/local/host.ts';

describe('the local host', () => {
  let host: LocalHost | undefined;
  afterEach(async () => host?.close(5000));

  const start = async (handler: (request: Request) => Promise<Response>) => {
    host = await startLocalHost({ handler, port: 0, trustedProxies: [] });
    return host.url;
  };

  it('hands URL, query, headers and raw body on as they came, with the caller’s address', async () => {
    const url = await start(async (request) =>
      Response.json({
        url: request.url,
        ip: request.headers.get('x-real-ip'),
        method: request.method,
        body: await request.text(),
      }),
    );
    const sent = {
      method: 'POST',
      body: '{"a" : 1}',
      headers: { 'x-real-ip': '6.6.6.6', 'x-forwarded-for': '198.51.100.1' },
    };
    const { url: seen, ...rest } = (await (await fetch(`${url}/api/x?q=a%20b`, sent)).json()) as Record<string, string>;
    expect(new URL(seen ?? '').pathname + new URL(seen ?? '').search).toBe('/api/x?q=a%20b');
    expect(rest).toEqual({ ip: '198.51.100.1', method: 'POST', body: '{"a" : 1}' });
  });

  it('serves only what vercel.json rewrites to the function', async () => {
    const url = await start(async () => new Response('function'));
    expect((await fetch(`${url}/src/app.ts`)).status).toBe(404);
    expect(await (await fetch(`${url}/api/anything`)).text()).toBe('function');
  });
});

describe('npm start', () => {
  it('says where it is, answers over the embedded HubSpot, refuses a taken port, and ends cleanly', async () => {
    const { child, line } = await startProcess({ PORT: '0', HS_PRIVATE_APP_TOKEN: '' });
    const url = /http:\/\/localhost:\d+/.exec(line)?.[0] ?? '';
    expect(line).toContain('over the embedded HubSpot');
    const query = 'student_id=1599999&email=maya.obrien@example.com&filter=upcoming';
    const answer = (await (await fetch(`${url}/api/bookings/list?${query}`)).json()) as Record<string, unknown>;
    expect(answer).toMatchObject({ success: true, data: { pagination: { total: 5 } } });

    const second = await startProcess({ PORT: new URL(url).port });
    expect(second.line).toContain('is taken: set PORT to another one');
    expect(second.child.exitCode ?? (await once(second.child, 'exit'))[0]).toBe(1);

    child.kill('SIGINT');
    expect(await once(child, 'exit')).toEqual([0, null]);
  }, 30_000);

  it('names a wrong setting and does not start', async () => {
    const { child, line } = await startProcess({ HS_PRIVATE_APP_TOKEN: 'pat-secret', TIME_ZONE: 'Mars' });
    expect(line).toBe('The configuration is wrong:');
    expect(child.exitCode ?? (await once(child, 'exit'))[0]).toBe(1);
  }, 30_000);

  it('over demo data says so where HubSpot’s address is set, and names no value', async () => {
    const env = {
      PORT: '0',
      HS_PRIVATE_APP_TOKEN: '',
      HUBSPOT_BASE_URL: 'https://proxy.example.com',
      LOG_LEVEL: 'warn',
    };
    const { child, line, find } = await startProcess(env);
    expect(JSON.parse(line)).toMatchObject({ level: 'warn' });
    expect(line).toContain('HUBSPOT_BASE_URL is set without HS_PRIVATE_APP_TOKEN');
    expect(line).not.toContain('proxy.example.com');
    await find(/^API on/);
    child.kill('SIGINT');
    expect(await once(child, 'exit')).toEqual([0, null]);
  }, 30_000);

  it.each([
    ['that rejects the token is one error line', 401, 'error', 'check HS_PRIVATE_APP_TOKEN'],
    ['that lacks a scope is one error line', 403, 'error', 'check HS_PRIVATE_APP_TOKEN'],
    ['that cannot be reached is a warning', 0, 'warn', 'HubSpot cannot be reached'],
  ])(
    'with a token asks HubSpot once, and goes on: one %s',
    async (_what, status, level, message) => {
      let calls = 0;
      const hubspot = createServer((_request, response) => {
        calls += 1;
        if (status === 0) return response.destroy();
        const body = { status: 'error', message: 'no', category: 'INVALID_AUTHENTICATION', correlationId: 'c-1' };
        return response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(body));
      });
      hubspot.listen(0, '127.0.0.1');
      await once(hubspot, 'listening');
      const address = `http://127.0.0.1:${(hubspot.address() as AddressInfo).port}`;
      const { child, find } = await startProcess({
        PORT: '0',
        HS_PRIVATE_APP_TOKEN: 'pat-na1-wrong',
        HUBSPOT_BASE_URL: address,
        HUBSPOT_MAX_ATTEMPTS: '1',
        LOG_LEVEL: 'warn',
      });
      const told = await find(new RegExp(message));
      expect(JSON.parse(told)).toMatchObject({ level });
      expect(told).not.toContain('pat-na1-wrong');
      const url = /http:\/\/localhost:\d+/.exec(await find(/^API on/))?.[0] ?? '';
      expect((await fetch(`${url}/api/health`)).status).toBe(200);
      expect(calls).toBe(1);
      child.kill('SIGINT');
      expect(await once(child, 'exit')).toEqual([0, null]);
      hubspot.close();
    },
    30_000,
  );
});
