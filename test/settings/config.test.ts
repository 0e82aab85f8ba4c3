import { readFileSync } from 'node:fs';
import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { SETTINGS_PAGE, exampleFile, settingsTable } from '../support/settings-docs.ts';
import { ConfigError, readConfig } from '../../src/settings/config.ts';
import { ENVIRONMENT } from '../../src/settings/environment.ts';

const token = { HS_PRIVATE_APP_TOKEN: 'pat-na1-secret' };

describe('readConfig', () => {
  it('needs nothing but the token', () => {
    const config = readConfig(token);
    expect(config.port).toBe(3000);
    expect(config.hubspot).toMatchObject({ baseUrl: 'https://api.hubapi.com', apiVersion: 'v3', batchLimit: 100 });
    expect(config.objectTypes.bookings).toEqual({ id: '2-50158943', name: 'bookings' });
    expect(config.rateLimits).toMatchObject({
      perAddress: 3000,
      available: 600,
      capacity: 6000,
      bookings: 30,
      validateCredits: 20,
      sync: 5,
    });
  });

  it('names every missing and wrong variable at once, and not what it holds', () => {
    const wrong = { PORT: 'http', HUBSPOT_API_VERSION: 'v2', TIME_ZONE: 'Mars/Olympus', HUBSPOT_BATCH_LIMIT: '0' };
    const read = () => readConfig(wrong);
    expect(read).toThrow(ConfigError);
    for (const name of [...Object.keys(wrong), 'HS_PRIVATE_APP_TOKEN: is required but not set'])
      expect(read).toThrow(name);
    expect(read).not.toThrow('Mars/Olympus');
  });

  it.each([
    ['PORT', 'http', 'must be a whole number from 0 to 65535'],
    ['PORT', '70000', 'must be a whole number from 0 to 65535'],
    ['HUBSPOT_BATCH_LIMIT', '0', 'must be a whole number of at least 1'],
    ['CACHE_TTL_EXAM_MS', '5min', 'must be a whole number of at least 0'],
    ['CACHE_TTL_CONTACT_MS', '-1', 'must be a whole number of at least 0'],
    ['RATE_LIMIT_CAPACITY', '1.5', 'must be a whole number of at least 0'],
    ['STUDENT_DEADLINE_MS', '1e400', 'must be a whole number of at least 1'],
    ['LOG_LEVEL', 'loud', 'must be one of: debug, info, warn, error, silent'],
    ['HUBSPOT_API_VERSION', 'v2', 'must be one of: v3, 2026-09'],
    ['CACHE_ENABLED', 'perhaps', 'must be true or false'],
    ['PUBLIC_URL', 'bookings.example.com', 'must be an address such as https://bookings.example.com'],
    [
      'ALLOWED_ORIGINS',
      'book.example.com',
      'must be a comma-separated list of origins such as https://book.example.com, or *',
    ],
    ['TRUSTED_PROXIES', '10.0.0.0/99', 'must be a comma-separated list of addresses or CIDR ranges such as 10.0.0.0/8'],
    ['TIME_ZONE', 'Mars/Olympus', 'must be an IANA time zone such as America/Toronto'],
    ['HUBSPOT_OBJECT_TYPE_BOOKINGS', 'bookings', 'must be a HubSpot object type id such as 2-50158943'],
    ['HUBSPOT_BASE_URL', 'http://proxy.example.com', 'must be https (plain http is allowed for loopback only)'],
  ])('says in plain words what %s=%s should be', (name, value, words) => {
    expect(() => readConfig({ ...token, [name]: value })).toThrow(
      new ConfigError(`The configuration is wrong:\n  ${name}: ${words}`),
    );
  });

  it.each(['http://127.0.0.1:4010', 'http://localhost:4010/', 'http://[::1]:4010', 'https://proxy.example.com'])(
    'takes %s for HubSpot',
    (url) => {
      expect(readConfig({ ...token, HUBSPOT_BASE_URL: url }).hubspot.baseUrl).toBe(url.replace(/\/$/, ''));
    },
  );

  it.each(['http://proxy.example.com', 'http://127.0.0.1.example.com', 'ftp://localhost', 'hubapi.com'])(
    'does not send the token to %s',
    (url) => {
      expect(() => readConfig({ ...token, HUBSPOT_BASE_URL: url })).toThrow('HUBSPOT_BASE_URL');
    },
  );

  it('takes an empty variable for an unset one', () => {
    expect(readConfig({ ...token, PORT: '', TIME_ZONE: ' ' })).toMatchObject({
      port: 3000,
      timeZone: 'America/Toronto',
    });
    for (const blank of ['', '  ']) {
      const read = () => readConfig({ HS_PRIVATE_APP_TOKEN: blank });
      expect(read).toThrow('HS_PRIVATE_APP_TOKEN: is required but not set');
    }
  });

  it('splits lists at commas', () => {
    const { http } = readConfig({ ...token, ALLOWED_ORIGINS: 'https://a.ca, https://b.ca,' });
    expect(http.allowedOrigins).toEqual(['https://a.ca', 'https://b.ca']);
  });

  it('prints secrets as ***, however they are printed', () => {
    const config = readConfig({ ...token, MONITORING_TOKEN: 'pat-na1-secret' });
    const printed = [
      inspect(config, { depth: 9, showHidden: true }),
      JSON.stringify(config),
      String(config.hubspot.token),
    ];
    for (const text of printed) {
      expect(text).toContain('***');
      expect(text).not.toContain('pat-na1-secret');
    }
    expect(config.hubspot.token.reveal()).toBe('pat-na1-secret');
  });
});

describe('the lifetime of credits', () => {
  const contactMs = (env: Record<string, string>) => readConfig({ ...token, ...env }).cache.ttlMs.contact;
  const webhooks = { HUBSPOT_WEBHOOK_SECRET: 'a-secret-long-enough' };

  it('is long only where a webhook reaches every process there is', () => {
    expect(contactMs({})).toBe(60_000);
    expect(contactMs(webhooks)).toBe(30 * 60_000);
    expect(contactMs({ ...webhooks, VERCEL: '1' })).toBe(60_000);
    expect(contactMs({ ...webhooks, BOOKING_CONFIRMATION: 'always' })).toBe(60_000);
    expect(contactMs({ ...webhooks, VERCEL: '1', CACHE_TTL_CONTACT_MS: '5000' })).toBe(5000);
  });
});

describe('the settings', () => {
  it('are all described', () => {
    for (const [name, schema] of Object.entries(ENVIRONMENT.shape)) expect(schema.description, name).toBeTruthy();
  });

  it('stand on their page and in .env.example as they are (else: node test/support/settings-docs.ts)', () => {
    expect(readFileSync(SETTINGS_PAGE, 'utf8')).toContain(settingsTable());
    expect(readFileSync('.env.example', 'utf8')).toBe(exampleFile());
  });
});
