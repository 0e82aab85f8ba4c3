import { inspect } from 'node:util';
import { HttpResponse } from 'msw';
import { describe, expect, it } from 'vitest';
import type { HubSpotError } from '../../src/hubspot/errors.ts';
import { CONTACTS, createEmulated, createScripted, json } from '../support/hubspot.ts';

const record = { id: '7', properties: { email: 'a@b.ca' }, createdAt: '', updatedAt: '', archived: false };
const ok = json(record);
const once = { HUBSPOT_MAX_ATTEMPTS: '1' };

async function failureOf(answers: (() => Response)[], env: Record<string, string> = once) {
  const { clock, hubspot } = createScripted(answers, env);
  const read = clock.run(async () => hubspot.getObject(CONTACTS, '7', { properties: ['email'] }));
  return read.then(
    () => expect.unreachable('the read should fail'),
    (error: unknown) => error as HubSpotError & Record<string, unknown>,
  );
}

describe('calls to HubSpot', () => {
  it('carry the token and name properties in one comma-separated parameter', async () => {
    const { clock, hubspot, requests } = createScripted([ok]);
    await clock.run(async () =>
      hubspot.getObject(CONTACTS, 'o+neil@b.ca', { idProperty: 'email', properties: ['email', 'firstname'] }),
    );
    expect(requests[0]?.headers.get('authorization')).toBe('Bearer pat-test-token');
    expect(requests[0]?.url.pathname).toBe('/crm/v3/objects/0-1/o%2Bneil%40b.ca');
    expect(requests[0]?.url.searchParams.get('properties')).toBe('email,firstname');
    expect(requests[0]?.url.searchParams.get('idProperty')).toBe('email');
  });

  it('give up on an attempt that takes too long, and say that the outcome is unknown', async () => {
    const { clock, hubspot, emulator } = createEmulated({ ...once, HUBSPOT_ATTEMPT_TIMEOUT_MS: '5000' });
    emulator.faults.add({ fault: { kind: 'hang' } });
    const started = clock.now();
    const read = clock.run(async () => hubspot.getObject(CONTACTS, '7', { properties: ['email'] }));
    await expect(read).rejects.toMatchObject({ name: 'HubSpotTimeoutError', outcome: 'unknown' });
    expect(clock.now() - started).toBe(5000);
  });

  it('turn a broken connection into a typed error', async () => {
    const failure = await failureOf([() => HttpResponse.error()]);
    expect(failure).toMatchObject({ name: 'HubSpotNetworkError', outcome: 'unknown', operation: 'objects.get' });
  });

  it('turn an error answer into status, category, codes and correlation id', async () => {
    const body = {
      category: 'VALIDATION_ERROR',
      correlationId: 'abc',
      message: 'm',
      errors: [{ code: 'INVALID_EMAIL' }],
    };
    expect(await failureOf([json(body, 400)])).toMatchObject({
      name: 'HubSpotApiError',
      status: 400,
      category: 'VALIDATION_ERROR',
      correlationId: 'abc',
      codes: ['INVALID_EMAIL'],
      outcome: 'refused',
    });
  });

  it.each([
    ['TEN_SECONDLY_ROLLING', 'TEN_SECONDLY_ROLLING'],
    ['SECONDLY', 'SECONDLY'],
    ['DAILY', 'DAILY'],
    ['SOMETHING_NEW', 'UNKNOWN'],
  ])('read the policy %s off a 429', async (policyName, policy) => {
    const failure = await failureOf([json({ policyName, message: 'm' }, 429, { 'Retry-After': '3' })]);
    expect(failure).toMatchObject({ name: 'HubSpotRateLimitError', policy, outcome: 'refused', retryAfterMs: 3000 });
  });

  it.each([
    ['a 200 in HTML', () => new Response('<html>', { status: 200 })],
    ['a 200 whose JSON breaks off', () => new Response('{"id":"7","prop', { status: 200 })],
    ['a 200 of another shape', json({ hello: 'world' })],
    ['a redirect', () => new Response(null, { status: 302, headers: { Location: 'https://evil.example.com' } })],
    ['a 404 in HTML', () => new Response('<html>', { status: 404 })],
    ['a 403 in HTML', () => new Response('<html>', { status: 403 })],
  ])('call %s unreadable, never an absence', async (_name, answer) => {
    expect(await failureOf([answer])).toMatchObject({ name: 'HubSpotInvalidReplyError', outcome: 'unknown' });
  });

  it('take a 5xx in HTML for what it is', async () => {
    const failure = await failureOf([() => new Response('<html>502</html>', { status: 502 })]);
    expect(failure).toMatchObject({ name: 'HubSpotApiError', status: 502, outcome: 'unknown' });
  });

  it('never show the token or HubSpot’s words in an error', async () => {
    const secretive = json({ message: 'Contact ada@example.com already exists', category: 'CONFLICT' }, 409);
    for (const answer of [secretive, () => HttpResponse.error()]) {
      const failure = await failureOf([answer]);
      const shown = `${inspect(failure, { depth: 10, showHidden: true })} ${failure.stack} ${JSON.stringify(failure)}`;
      expect(shown).not.toContain('pat-test-token');
      expect(shown).not.toContain('ada@example.com');
    }
  });

  it('are repeated after a passing failure, and then succeed', async () => {
    const { clock, hubspot, requests, lines } = createScripted([json({ message: 'm' }, 503), ok]);
    const found = await clock.run(async () => hubspot.getObject(CONTACTS, '7', { properties: ['email'] }));
    expect(found?.properties.email).toBe('a@b.ca');
    expect(requests).toHaveLength(2);
    expect(lines.join()).toContain('HubSpot call retried');
  });

  it('stop repeating when the next attempt would come after the deadline', async () => {
    const { clock, hubspot, requests } = createScripted([
      json({ policyName: 'TEN_SECONDLY_ROLLING' }, 429, { 'Retry-After': '10' }),
    ]);
    const read = clock.run(async () => hubspot.getObject(CONTACTS, '7', { properties: ['email'] }));
    await expect(read).rejects.toMatchObject({ name: 'HubSpotRateLimitError' });
    expect(requests).toHaveLength(1);
  });

  it('never run more at once than allowed', async () => {
    const { clock, hubspot, emulator } = createEmulated(
      { HUBSPOT_MAX_CONCURRENCY: '3', COALESCING_ENABLED: 'false' },
      { latency: { readMs: 100 } },
    );
    const read = async () => hubspot.getObject(CONTACTS, '7', { properties: ['email'] });
    await clock.run(async () => Promise.all(Array.from({ length: 9 }, read)));
    const starts = emulator.log.calls.map(({ startedAt }) => startedAt - (emulator.log.calls[0]?.startedAt ?? 0));
    expect(starts).toEqual([0, 0, 0, 100, 100, 100, 200, 200, 200]);
  });
});
