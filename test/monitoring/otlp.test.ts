import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { LIFELIKE, login } from '../support/looking.ts';
import { World } from '../support/world.ts';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';

/** Time stands still for nothing but HubSpot: what takes real time to load is loaded before. */
beforeAll(async () => {
  await Promise.all([
    import('../../src/monitoring/monitoring.ts'),
    import('../../src/monitoring/traces.ts'),
    import('@opentelemetry/exporter-metrics-otlp-proto'),
    import('@opentelemetry/exporter-trace-otlp-proto'),
  ]);
});

interface Received {
  path: string;
  type: string | undefined;
  key: string | string[] | undefined;
  /** Protobuf holds texts as they are. */
  bytes: Buffer;
}

let collector: Server | undefined;
afterEach(() => collector?.close());

async function start(status = 200) {
  const received: Received[] = [];
  const receive = async (request: IncomingMessage, response: ServerResponse) => {
    const { headers, url: path = '' } = request;
    received.push({ path, type: headers['content-type'], key: headers['api-key'], bytes: await buffer(request) });
    response.writeHead(status).end();
  };
  collector = createServer((request, response) => void receive(request, response)).listen(0, '127.0.0.1');
  await once(collector, 'listening');
  const { port } = collector.address() as AddressInfo;
  const env = {
    OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}`,
    OTEL_EXPORTER_OTLP_HEADERS: 'api-key=key%20of%20ours',
  };
  const world = await World.create({ env, settings: LIFELIKE });
  /** What is sent to the collector takes no time by the world's clock. */
  const sent = async (count: number) => vi.waitFor(() => expect(received).toHaveLength(count), { interval: 5 });
  return { world, received, sent };
}

describe('with an OTLP endpoint', () => {
  it('metrics and traces are sent after the answers, in protobuf, with the headers that are set', async () => {
    const { world, received, sent } = await start();
    const student = world.account.student();
    await world.get('bookings/list', login(student));
    await sent(2);
    expect(received.map(({ path }) => path).toSorted((a, b) => a.localeCompare(b))).toEqual([
      '/v1/metrics',
      '/v1/traces',
    ]);
    for (const { type, key } of received) expect([type, key]).toEqual(['application/x-protobuf', 'key of ours']);
    const [metrics, traces] = ['metrics', 'traces'].map((name) => received.find(({ path }) => path.endsWith(name)));
    expect(metrics?.bytes.includes('http.server.request.duration')).toBe(true);
    for (const name of ['GET /api/bookings/list', 'hubspot objects.get', 'load contact', 'linger']) {
      expect([name, traces?.bytes.includes(name)]).toEqual([name, true]);
    }
    const all = Buffer.concat(received.map(({ bytes }) => bytes));
    expect([student.email, student.studentId].filter((text) => all.includes(text))).toEqual([]);
  });

  it('many answers within five seconds are sent together', async () => {
    const { world, received, sent } = await start();
    for (let count = 0; count < 5; count += 1) await world.get('health');
    await sent(2);
    for (let count = 0; count < 5; count += 1) await world.get('health');
    expect(received).toHaveLength(2);
    await world.clock.advance(5000);
    await sent(4);
  });

  it('a trace that the caller has begun goes on, and the log names it', async () => {
    const { world, received, sent } = await start();
    const headers = { traceparent: `00-${TRACE}-00f067aa0ba902b7-01` };
    await world.request('GET', 'health', { headers });
    await sent(2);
    expect(world.requests()[0]).toMatchObject({ traceId: TRACE });
    const traces = received.find(({ path }) => path === '/v1/traces');
    expect(traces?.bytes.includes(Buffer.from(TRACE, 'hex'))).toBe(true);
    expect(traces?.bytes.includes(Buffer.from('00f067aa0ba902b7', 'hex'))).toBe(true);
  });

  it.each(['', 'nonsense', `00-${'0'.repeat(32)}-00f067aa0ba902b7-01`, `01-${TRACE}-00f067aa0ba902b7-01-x`])(
    'without one that can be read (%j) it is a trace of its own, named like the request',
    async (traceparent) => {
      const world = await World.create();
      await world.request('GET', 'health', { headers: { traceparent } });
      const [line] = world.requests();
      expect(line?.['traceId']).toBe(String(line?.['requestId']).replaceAll('-', ''));
    },
  );

  it('an endpoint that fails harms nobody: one warning, without what was sent', async () => {
    const { world, sent } = await start(401);
    expect((await world.get('health')).status).toBe(200);
    await sent(2);
    const warnings = await vi.waitFor(() => {
      expect(world.logged('warn').length).toBeGreaterThan(0);
      return world.logged('warn');
    });
    expect(JSON.stringify(warnings)).not.toContain('key of ours');
  });
});
