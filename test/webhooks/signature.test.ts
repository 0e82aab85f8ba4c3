import { describe, expect, it } from 'vitest';
import {
  bookingEvent,
  deliver,
  SECRET,
  signedHeaders,
  statusEvent,
  v1Headers,
  WEBHOOK_ENV,
} from '../support/webhook.ts';
import { World } from '../support/world.ts';

const PATHS = ['webhooks/booking-sync', 'webhooks/cache-invalidation'];

describe.each(PATHS)('%s', (path) => {
  const post = async (world: World, body: string, headers: Record<string, string> = {}) =>
    world.request('POST', path, { body, headers });

  it('takes what HubSpot signed', async () => {
    const world = await World.create({ env: WEBHOOK_ENV });
    expect((await deliver(world, [], path)).status).toBe(200);
  });

  it.each(['javascript', 'mailto', 'ftp', ':', ''])(
    'refuses what comes over %j like anything else',
    async (protocol) => {
      const { PUBLIC_URL: _unset, ...env } = WEBHOOK_ENV;
      const world = await World.create({ env });
      const headers = signedHeaders(world, path, '[]', 'wrong');
      const answer = await post(world, '[]', { ...headers, 'X-Forwarded-Proto': protocol });
      expect([answer.status, world.logged('error')]).toEqual([401, []]);
    },
  );

  it('takes any of several secrets', async () => {
    const world = await World.create({ env: { ...WEBHOOK_ENV, HUBSPOT_WEBHOOK_SECRET: `other, ${SECRET}` } });
    expect((await post(world, '[]', signedHeaders(world, path, '[]', 'other'))).status).toBe(200);
    expect((await post(world, '[]', signedHeaders(world, path, '[]'))).status).toBe(200);
  });

  it('refuses everything else: 401', async () => {
    const world = await World.create({ env: WEBHOOK_ENV });
    const body = JSON.stringify([bookingEvent(world, 'creation', '1')]);
    const old = signedHeaders(world, path, body);
    const refusals = [
      await post(world, body),
      await post(world, body, signedHeaders(world, path, body, 'wrong')),
      await post(world, body, signedHeaders(world, 'webhooks/elsewhere', body)),
      await post(world, JSON.stringify(JSON.parse(body), null, 2), signedHeaders(world, path, body)),
    ];
    await world.clock.advance(300_001);
    refusals.push(await post(world, body, old));
    expect(refusals.map(({ status, body: answer }) => [status, answer.code])).toEqual(
      refusals.map(() => [401, 'UNAUTHORIZED']),
    );
    expect(world.takeCalls()).toEqual([]);
    const mismatch = `the signature is for another secret, body or address than ${WEBHOOK_ENV.PUBLIC_URL}/api/${path}`;
    expect(world.logged('warn').map(({ message, reason }) => [message, reason])).toEqual(
      [
        'the request has no signature',
        mismatch,
        mismatch,
        mismatch,
        'the timestamp of the signature is missing or more than 5 minutes off',
      ].map((reason) => ['webhook refused', reason]),
    );
  });

  it('refuses everything while no secret is set', async () => {
    const world = await World.create({ env: { PUBLIC_URL: WEBHOOK_ENV.PUBLIC_URL } });
    expect((await deliver(world, [], path)).status).toBe(401);
    expect((await post(world, '[]')).status).toBe(401);
    expect((await post(world, '[]', signedHeaders(world, path, '[]', ''))).status).toBe(401);
  });

  it('takes a v1 signature for events that are not older than HubSpot’s last try', async () => {
    const world = await World.create({ env: WEBHOOK_ENV });
    const at = (hours: number) =>
      JSON.stringify([statusEvent(world, '1', 'Active', { occurredAt: world.clock.now() - hours * 3_600_000 })]);
    const [young, old] = [at(24), at(26)];
    expect((await post(world, young, v1Headers(young))).status).toBe(200);
    expect((await post(world, old, v1Headers(old))).status).toBe(401);
  });

  it('checks the URL as the proxy in front names it, where none is configured', async () => {
    const world = await World.create({ env: { HUBSPOT_WEBHOOK_SECRET: SECRET } });
    const forwarded = { 'x-forwarded-host': 'api.prepdoctors.example', 'x-forwarded-proto': 'https' };
    const signed = signedHeaders(world, path, '[]');
    expect((await post(world, '[]', { ...signed, ...forwarded })).status).toBe(200);
    expect((await post(world, '[]', signed)).status).toBe(401);
  });

  it.each([
    [{ 'x-forwarded-proto': 'https,http' }],
    [{ 'x-forwarded-proto': 'HTTPS' }],
    [{ 'x-forwarded-proto': ' https , http' }],
    [{ 'x-forwarded-host': 'api.prepdoctors.example:443' }],
    [{ 'x-forwarded-host': 'api.prepdoctors.example, b.internal' }],
    [{ 'x-forwarded-host': 'API.PrepDoctors.example' }],
    [{ 'x-forwarded-host': 'API.prepdoctors.example:443,b.internal', 'x-forwarded-proto': 'Https, http' }],
    [{ 'x-forwarded-host': '', host: 'api.prepdoctors.example:443' }],
  ])('reads the URL out of what several proxies wrote: %j', async (written) => {
    const world = await World.create({ env: { HUBSPOT_WEBHOOK_SECRET: SECRET } });
    const seen = { 'x-forwarded-host': 'api.prepdoctors.example', 'x-forwarded-proto': 'https', ...written };
    expect((await post(world, '[]', { ...signedHeaders(world, path, '[]'), ...seen })).status).toBe(200);
  });

  it.each([
    [{ 'x-forwarded-host': 'b.internal, api.prepdoctors.example' }],
    [{ 'x-forwarded-host': 'api.prepdoctors.example:8443' }],
    [{ 'x-forwarded-proto': 'http,https' }],
    [{ 'x-forwarded-host': 'not a host' }],
  ])('refuses what was signed for another URL than %j', async (written) => {
    const world = await World.create({ env: { HUBSPOT_WEBHOOK_SECRET: SECRET } });
    const seen = { 'x-forwarded-host': 'api.prepdoctors.example', 'x-forwarded-proto': 'https', ...written };
    expect((await post(world, '[]', { ...signedHeaders(world, path, '[]'), ...seen })).status).toBe(401);
  });

  it('refuses what is no list of events, and a body over 1 MB', async () => {
    const world = await World.create({ env: WEBHOOK_ENV });
    for (const body of ['{}', '"text"', 'null', '[1', '']) {
      const { status, body: answer } = await post(world, body, signedHeaders(world, path, body));
      expect([status, answer.code]).toEqual([400, 'VALIDATION_ERROR']);
    }
    const large = `["${'x'.repeat(1_048_576)}"]`;
    expect((await post(world, large, signedHeaders(world, path, large))).status).toBe(413);
  });

  it('ignores what is no event it knows', async () => {
    const world = await World.create({ env: WEBHOOK_ENV });
    const odd = [
      null,
      1,
      'text',
      {},
      { subscriptionType: 'deal.creation', objectId: 1 },
      { objectId: '../x', subscriptionType: 'object.creation' },
    ];
    const { status, body } = await deliver(world, odd, path);
    expect([status, body.data.processed]).toEqual([200, 6]);
    expect(world.takeCalls()).toEqual([]);
  });

  it('is for no browser', async () => {
    const world = await World.create({ env: WEBHOOK_ENV });
    const { headers } = await deliver(world, [], path);
    expect(headers.get('access-control-allow-origin')).toBeNull();
    expect((await world.request('GET', path)).status).toBe(405);
  });
});
