import { readFileSync } from 'node:fs';
import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { exampleFile, settingsTable } from '../support/settings-docs.ts';
import { ConfigError, readConfig } from '../../src/settings/config.ts';
import { ENVIRONMENT } from '../../src/settings/environment.ts';

const token = { HS_PRIVATE_APP_TOKEN: 'pat-na1-secret' };

describe('readConfig', () => {
  it('needs nothing but the token', () => {
    const config = readConfig(token);
    expect(config.port).toBe(3000);
    expect(config.hubspot).toMatchObject({ baseUrl: 'https://api.hubapi.com', apiVersion: 'v3', batchLimit: 100 });
    expect(config.objectTypes.bookings).toEqual({ id: '2-50158943', name: 'bookings' });
    expect(config.rateLimits).toMatchObject({ perAddress: 600, bookings: 30, available: 30, validateCredits: 20 });
  });

  it('names every missing and wrong variable at once, and not what it holds', () => {
    const wrong = { PORT: 'http', HUBSPOT_API_VERSION: 'v2', TIME_ZONE: 'Mars/Olympus', HUBSPOT_BATCH_LIMIT: '0' };
    const read = () => readConfig(wrong);
    expect(read).toThrow(ConfigError);
    for (const name of [...Object.keys(wrong), 'HS_PRIVATE_APP_TOKEN: is required but not set'])
      expect(read).toThrow(name);
    expect(read).not.toThrow('Mars/Olympus');
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
    expect(() => readConfig({ HS_PRIVATE_APP_TOKEN: '' })).toThrow('HS_PRIVATE_APP_TOKEN: is required but not set');
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

describe('the settings', () => {
  it('are all described', () => {
    for (const [name, schema] of Object.entries(ENVIRONMENT.shape)) expect(schema.description, name).toBeTruthy();
  });

  it('stand in the README and in .env.example as they are (else: node test/support/settings-docs.ts)', () => {
    expect(readFileSync('README.md', 'utf8')).toContain(settingsTable());
    expect(readFileSync('.env.example', 'utf8')).toBe(exampleFile());
  });
});
