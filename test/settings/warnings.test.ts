import { describe, expect, it } from 'vitest';
import { createApp } from '../../src/http/app.ts';
import { createLog } from '../../src/observability/log.ts';
import { readConfig } from '../../src/settings/config.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

const SHORT = 'x1y2z3';
const LONG = 'a-secret-long-enough';
const base = { HS_PRIVATE_APP_TOKEN: 'pat-na1-secret', PUBLIC_URL: 'https://bookings.example.com' };
const warningsOf = (env: Record<string, string>) => readConfig({ ...base, ...env }).warnings;

describe('a variable nobody knows', () => {
  it.each([
    ['CACHE_TTL_EXAMS_MS', 'CACHE_TTL_EXAM_MS'],
    ['HUBSPOT_BATCHLIMIT', 'HUBSPOT_BATCH_LIMIT'],
    ['HS_PRIVATE_APP_TOKN', 'HS_PRIVATE_APP_TOKEN'],
    ['RATE_LIMITS_BOOKING', 'RATE_LIMIT_BOOKINGS'],
    ['CRON_SECRETS', 'CRON_SECRET'],
    ['HUBSPTO_WEBHOOK_SECRET', 'HUBSPOT_WEBHOOK_SECRET'],
    ['cron_secret', 'CRON_SECRET'],
  ])('%s is taken for a misspelt %s', (name, meant) => {
    expect(warningsOf({ [name]: '1' })).toEqual([`unknown variable ${name}: did you mean ${meant}?`]);
  });

  it.each([
    'PATH',
    'PORTS',
    'HOME',
    'HUBSPOT_TIMEOUT',
    'CACHE_DIR',
    'CACHE_TTL_EXAM',
    'VERCEL_ENV',
    'VERCEL_URL',
    'RATE_LIMIT',
    'CRON_SECRET_OLD_ONE',
  ])('%s is left alone', (name) => {
    expect(warningsOf({ [name]: '1' })).toEqual([]);
  });
});

describe('a limit above what HubSpot takes', () => {
  it.each([
    ['HUBSPOT_BATCH_LIMIT', '1000', 100],
    ['HUBSPOT_ASSOCIATION_BATCH_LIMIT', '1001', 1000],
    ['HUBSPOT_CALLS_PER_10_SECONDS', '500', 250],
    ['HUBSPOT_ASSOCIATION_CALLS_PER_10_SECONDS', '201', 200],
    ['HUBSPOT_SEARCHES_PER_SECOND', '6', 5],
  ])('%s=%s counts as %i, and is told', (name, value, most) => {
    expect(warningsOf({ [name]: value })).toEqual([`${name} is more than ${most}, which is used instead`]);
    expect(warningsOf({ [name]: String(most) })).toEqual([]);
    const { batchLimit, associationBatchLimit, limits } = readConfig({ ...base, [name]: value }).hubspot;
    expect([batchLimit, associationBatchLimit, ...Object.values(limits)]).toContain(most);
  });

  it('a time that no timer can wait counts as the longest', () => {
    const env = { BACKGROUND_DEADLINE_MS: '99999999999' };
    expect(warningsOf(env)).toEqual(['BACKGROUND_DEADLINE_MS is more than 2147483647, which is used instead']);
    expect(readConfig({ ...base, ...env }).backgroundDeadlineMs).toBe(2_147_483_647);
  });
});

describe('a secret', () => {
  it.each(['CRON_SECRET', 'MONITORING_TOKEN', 'HUBSPOT_WEBHOOK_SECRET'])('%s should not be short', (name) => {
    expect(warningsOf({ [name]: SHORT })).toEqual([`${name} is shorter than 16 characters: it can be guessed`]);
    expect(warningsOf({ [name]: LONG })).toEqual([]);
  });

  it('is looked at wherever it stands in a list', () => {
    expect(warningsOf({ HUBSPOT_WEBHOOK_SECRET: `${LONG}, ${SHORT}` })).toHaveLength(1);
  });

  it('for webhooks should come with the address they are signed for', () => {
    expect(warningsOf({ HUBSPOT_WEBHOOK_SECRET: LONG, PUBLIC_URL: '' })).toEqual([
      'HUBSPOT_WEBHOOK_SECRET is set without PUBLIC_URL: signatures are checked against the host that the headers of a proxy name',
    ]);
  });

  it('for webhooks is checked at an address that should be no longer than the host', () => {
    expect(warningsOf({ HUBSPOT_WEBHOOK_SECRET: LONG, PUBLIC_URL: 'https://bookings.example.com/api/' })).toEqual([
      'PUBLIC_URL has a path: webhooks are expected below it, at {PUBLIC_URL}/api/webhooks/booking-sync',
    ]);
  });
});

describe('the log', () => {
  const linesOf = (env: Record<string, string>) => {
    const clock = new VirtualClock(0);
    const lines: string[] = [];
    createApp(readConfig({ ...base, ...env }), {
      clock,
      log: createLog(clock, 'info', (line) => lines.push(line)),
      waitUntil: () => {},
      resume: async () => {},
    });
    return lines;
  };

  it('names all of it in one line at start, and no value', () => {
    const [line = '', ...others] = linesOf({
      CRON_SECRET: SHORT,
      CACHE_TTL_EXAMS_MS: '77777',
      HUBSPOT_BATCH_LIMIT: '888',
    });
    expect(others).toEqual([]);
    expect(JSON.parse(line)).toMatchObject({ level: 'warn', warnings: expect.any(Array) });
    for (const name of ['CRON_SECRET', 'CACHE_TTL_EXAMS_MS', 'HUBSPOT_BATCH_LIMIT']) expect(line).toContain(name);
    for (const value of [SHORT, '77777', '888', 'pat-na1']) expect(line).not.toContain(value);
  });

  it('has nothing to say where all is well', () => {
    expect(linesOf({})).toEqual([]);
  });
});

describe('deadlines that do not fit together', () => {
  it('are told: a debt that ends before its last look finds out nothing', () => {
    expect(warningsOf({ DEBT_DEADLINE_MS: '130000' })).toEqual([expect.stringContaining('too short')]);
    expect(warningsOf({ DEBT_DEADLINE_MS: '130000', WRITE_HORIZON_MS: '60000' })).toEqual([]);
  });
});
