import { describe, expect, it } from 'vitest';
import { signV3, verifySignature } from '../../src/http/hubspot-signature.ts';

/** A worked example: the digests were computed outside this project. */
const SECRET = 'demo-client-secret-0001';
const URL = 'https://hooks.example.test/hubspot/webhooks';
const BODY =
  '[{"eventId":100,"subscriptionId":7,"portalId":123456,"appId":55,"occurredAt":1764000000000,"subscriptionType":"object.propertyChange","attemptNumber":0,"objectId":987,"objectTypeId":"2-42","propertyName":"seats_left","propertyValue":"3","changeSource":"CRM_UI","sourceId":"userId:9"}]';
const TIMESTAMP = '1764000000500';
const V3 = 'hgWTQ3lscbay4qGw+zrYx6LZ8ON0U0rIo7srl5Ch4IA=';
const V1 = 'a6f628eabccb5fda84d326d60f00e04e80ec99adbd8f78f286e9284fc07bba3c';
const NOW = 1_764_000_001_000;

const bytes = (text: string) => new TextEncoder().encode(text);
const v3Headers = { 'X-HubSpot-Signature-v3': V3, 'X-HubSpot-Request-Timestamp': TIMESTAMP };

function verify(changes: Record<string, unknown> = {}, { secrets = [SECRET], now = NOW } = {}) {
  const { headers = v3Headers, body = BODY, ...rest } = changes as { headers?: Record<string, string>; body?: string };
  const request = { method: 'POST', url: URL, body: bytes(body), headers: new Headers(headers), ...rest };
  return verifySignature(request, secrets, now);
}

describe('a v3 signature', () => {
  it('fits the worked example', () => {
    expect(bytes(BODY)).toHaveLength(284);
    expect(verify()).toBe('v3');
  });

  it('fits any of several secrets', () => {
    expect(verify({}, { secrets: ['another', SECRET] })).toBe('v3');
  });

  it.each([
    ['another secret', {}, { secrets: ['another'] }],
    ['no secret', {}, { secrets: [] }],
    ['another method', { method: 'PUT' }, {}],
    ['another URL', { url: `${URL}/` }, {}],
    ['another body', { body: BODY.replace('"3"', '"4"') }, {}],
    ['a body that was parsed and written again', { body: JSON.stringify(JSON.parse(BODY), null, 1) }, {}],
    ['another time', { headers: { ...v3Headers, 'X-HubSpot-Request-Timestamp': '1764000000501' } }, {}],
    ['no time', { headers: { 'X-HubSpot-Signature-v3': V3 } }, {}],
    ['a shorter digest', { headers: { ...v3Headers, 'X-HubSpot-Signature-v3': V3.slice(1) } }, {}],
    ['more than five minutes', {}, { now: 1_764_000_000_500 + 300_001 }],
    ['a time in the future', {}, { now: 1_764_000_000_500 - 300_001 }],
  ])('does not fit %s', (_name, changes, options) => {
    expect(verify(changes, options)).toBeNull();
  });

  it('is good for five minutes', () => {
    expect(verify({}, { now: 1_764_000_000_500 + 300_000 })).toBe('v3');
  });

  it('is over the URL with only those characters decoded that HubSpot decodes', () => {
    const encoded = { method: 'POST', url: `${URL}?ref=a%3Ab%2Fc%20d&e=%40x%26y`, body: bytes(BODY) };
    const signed = { ...encoded, url: `${URL}?ref=a:b/c%20d&e=@x%26y` };
    expect(signV3(SECRET, encoded, TIMESTAMP)).toBe(signV3(SECRET, signed, TIMESTAMP));
    expect(signV3(SECRET, encoded, TIMESTAMP)).not.toBe(
      signV3(SECRET, { ...encoded, url: `${URL}?ref=a:b/c d&e=@x&y` }, TIMESTAMP),
    );
  });
});

describe('a v1 signature', () => {
  it.each([
    ['with its version', { 'X-HubSpot-Signature': V1, 'X-HubSpot-Signature-Version': 'v1' }],
    ['without a version', { 'X-HubSpot-Signature': V1 }],
  ])('fits the worked example, %s', (_name, headers) => {
    expect(verify({ headers })).toBe('v1');
  });

  it('does not fit another body, or when it says to be another version', () => {
    expect(verify({ headers: { 'X-HubSpot-Signature': V1 }, body: `${BODY} ` })).toBeNull();
    expect(verify({ headers: { 'X-HubSpot-Signature': V1, 'X-HubSpot-Signature-Version': 'v2' } })).toBeNull();
  });

  it('does not count beside a v3 header that does not fit', () => {
    const headers = { ...v3Headers, 'X-HubSpot-Signature-v3': 'AAAA', 'X-HubSpot-Signature': V1 };
    expect(verify({ headers })).toBeNull();
  });
});
