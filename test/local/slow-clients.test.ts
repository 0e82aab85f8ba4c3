import { connect } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { createApp } from '../../src/http/app.ts';
import { createRouter } from '../../src/http/router.ts';
import { type LocalHost, type LocalHostOptions, startLocalHost } from '../../src/local/host.ts';
import { readConfig } from '../../src/settings/config.ts';
import { ROUTES } from '../../api/index.ts';

const CONFIG = readConfig({ HS_PRIVATE_APP_TOKEN: 'any', STUDENT_DEADLINE_MS: '150', LOG_LEVEL: 'silent' });
const SIGN_IN = 'POST /api/mock-exams/validate-credits HTTP/1.1\r\nHost: localhost\r\n';

describe('a client that takes its time', () => {
  let host: LocalHost | undefined;
  afterEach(async () => host?.close(5000));

  /** Sends `text`, then one more byte at a time; what came back by the time the connection ended. */
  const trickle = async (text: string, options: Partial<LocalHostOptions> = {}) => {
    const handler = createRouter(createApp(CONFIG, { waitUntil: () => {}, resume: async () => {} }), ROUTES);
    host = await startLocalHost({ handler, port: 0, trustedProxies: [], ...options });
    const socket = connect(Number(new URL(host.url).port), '127.0.0.1');
    // Writing on to a connection that was ended is an error of the client's making.
    socket.on('error', () => {});
    let received = '';
    socket.on('data', (chunk) => (received += chunk.toString()));
    socket.write(text);
    const drip = setInterval(() => socket.write('x'), 40);
    await new Promise((resolve) => socket.once('close', resolve));
    clearInterval(drip);
    return received;
  };

  it('over a body is told 408 at the deadline, and the connection ends', async () => {
    const received = await trickle(`${SIGN_IN}Content-Length: 9999\r\n\r\n{`);
    expect(received).toMatch(/^HTTP\/1.1 408 /);
    expect(received).toMatch(/\r\nconnection: close\r\n/i);
    expect(received).toContain('"code":"REQUEST_TIMEOUT"');
  });

  it('over a body without a length is told so, too', async () => {
    const received = await trickle(`${SIGN_IN}Transfer-Encoding: chunked\r\n\r\n9999\r\n{`);
    expect(received).toMatch(/^HTTP\/1.1 408 /);
  });

  it('and announces more than is taken is told 413, and the connection ends', async () => {
    const received = await trickle(`${SIGN_IN}Content-Length: 99999\r\n\r\n{`);
    expect(received).toMatch(/^HTTP\/1.1 413 /);
  });

  it('over the headers is cut off', async () => {
    const patience = { headersMs: 100, requestMs: 200, everyMs: 20 };
    expect(await trickle(`${SIGN_IN}X-Slow: `, { patience })).toMatch(/^HTTP\/1.1 408 /);
  });

  it('over a request that nobody reads is cut off', async () => {
    const patience = { headersMs: 100, requestMs: 200, everyMs: 20 };
    const handler = async () => new Promise<Response>(() => {});
    const received = await trickle(`${SIGN_IN}Content-Length: 9999\r\n\r\n{`, { patience, handler });
    expect(received).toMatch(/^(HTTP\/1.1 408 |$)/);
  });
});
