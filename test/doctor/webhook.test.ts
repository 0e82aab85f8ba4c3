import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { checkWebhook } from '../../src/doctor/checks/webhook.ts';
import type { Patient } from '../../src/doctor/patient.ts';
import { verifySignature } from '../../src/http/hubspot-signature.ts';
import { readConfig } from '../../src/settings/config.ts';
import { systemClock } from '../../src/time/clock.ts';

const SECRET = 'the-secret-of-the-hubspot-app';
let server: Server | undefined;
afterEach(() => server?.close());

/** Something that answers where the webhook target should be. */
async function serve(answer: (isBelieved: boolean) => number): Promise<string> {
  server = createServer((request, response) => {
    let body = '';
    request.on('data', (part) => (body += part));
    request.on('end', () => {
      const headers = new Headers(request.headers as Record<string, string>);
      const signed = { method: 'POST', url: `${url}${request.url}`, body: new TextEncoder().encode(body), headers };
      response.writeHead(answer(verifySignature(signed, [SECRET], Date.now()) === 'v3')).end();
    });
  });
  await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return url;
}

async function check(env: Record<string, string>) {
  const config = readConfig({ HS_PRIVATE_APP_TOKEN: 'any', ...env });
  const [finding] = await checkWebhook({ config, clock: systemClock } as Patient);
  return finding?.code;
}

it.each<[string, (isBelieved: boolean) => number, Record<string, string>, string]>([
  ['answers and believes the signature', (is) => (is ? 200 : 401), { HUBSPOT_WEBHOOK_SECRET: SECRET }, 'webhook'],
  [
    'has another secret',
    (is) => (is ? 200 : 401),
    { HUBSPOT_WEBHOOK_SECRET: 'another-secret-altogether' },
    'webhook-secret',
  ],
  ['answers, and no secret is known here', (is) => (is ? 200 : 401), {}, 'webhook-unsigned'],
  ['is another server', () => 404, { HUBSPOT_WEBHOOK_SECRET: SECRET }, 'webhook-wrong'],
])('a target that %s', async (_what, answer, env, code) => {
  const url = await serve(answer);
  expect(await check({ PUBLIC_URL: url, ...env })).toBe(code);
});

it('a target that does not answer', async () => {
  expect(await check({ PUBLIC_URL: 'http://127.0.0.1:1', HUBSPOT_WEBHOOK_SECRET: SECRET })).toBe('webhook-unreachable');
});
