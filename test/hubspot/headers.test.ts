import { describe, expect, it } from 'vitest';
import { readRateLimits, readRetryAfterMs } from '../../src/hubspot/headers.ts';
import { CONTACTS, createScripted, json } from '../support/hubspot.ts';
import { NOW } from '../support/virtual-clock.ts';

const NOTHING = { window: undefined, day: undefined };
const MAX = 'x-hubspot-ratelimit-max';
const REMAINING = 'x-hubspot-ratelimit-remaining';
const INTERVAL = 'x-hubspot-ratelimit-interval-milliseconds';
const DAILY = 'x-hubspot-ratelimit-daily';
const DAILY_REMAINING = 'x-hubspot-ratelimit-daily-remaining';

describe('headers about limits', () => {
  it('tell the limit, what is used of it, and the interval it is for', () => {
    const headers = {
      [MAX]: '190',
      [REMAINING]: '150',
      [INTERVAL]: '10000',
      [DAILY]: '1000',
      [DAILY_REMAINING]: '400',
    };
    expect(readRateLimits(headers)).toEqual({
      window: { max: 190, used: 40, intervalMs: 10_000 },
      day: { max: 1000, used: 600 },
    });
  });

  it.each([
    ['absent', {}],
    ['empty', { [MAX]: '', [REMAINING]: '', [INTERVAL]: '', [DAILY]: '', [DAILY_REMAINING]: '' }],
    ['blank', { [MAX]: ' ', [REMAINING]: ' ', [DAILY]: ' ', [DAILY_REMAINING]: ' ' }],
    ['0', { [MAX]: '0', [REMAINING]: '0', [INTERVAL]: '0', [DAILY]: '0', [DAILY_REMAINING]: '0' }],
    ['nonsense', { [MAX]: 'unlimited', [REMAINING]: 'NaN', [DAILY]: '-1', [DAILY_REMAINING]: '0x10' }],
    ['a remainder without its limit', { [REMAINING]: '12', [DAILY_REMAINING]: '12' }],
    ['for an interval that nobody waits out', { [MAX]: '1000', [REMAINING]: '0', [INTERVAL]: '86400000' }],
  ])('say nothing when they are %s', (_name, headers) => {
    expect(readRateLimits(headers)).toEqual(NOTHING);
  });

  it.each([['absent'], [''], ['191'], ['-1']])('tell the limit alone when the remainder is "%s"', (remaining) => {
    const headers = { [MAX]: '190', ...(remaining === 'absent' ? {} : { [REMAINING]: remaining }) };
    expect(readRateLimits(headers).window).toEqual({ max: 190, used: undefined, intervalMs: 10_000 });
  });

  it.each(['', '0', 'ten'])('are for ten seconds when the interval is "%s"', (interval) => {
    const headers = { [MAX]: '190', [REMAINING]: '190', [INTERVAL]: interval };
    expect(readRateLimits(headers).window).toEqual({ max: 190, used: 0, intervalMs: 10_000 });
  });
});

describe('calls under HubSpot’s headers', () => {
  const read = async (headers: Record<string, string>, count: number) => {
    const { clock, hubspot } = createScripted([json({ id: '7', properties: {} }, 200, headers)], {
      COALESCING_ENABLED: 'false',
    });
    const one = async () => hubspot.getObject(CONTACTS, '7', { properties: [] });
    await clock.run(one);
    const started = clock.now();
    await clock.run(async () => Promise.all(Array.from({ length: count }, one)));
    return clock.now() - started;
  };

  it.each([
    ['absent', {}],
    ['empty', { [MAX]: '', [REMAINING]: '', [DAILY]: '', [DAILY_REMAINING]: '' }],
    ['0', { [MAX]: '0', [REMAINING]: '0', [DAILY]: '0', [DAILY_REMAINING]: '0' }],
    ['without their limit', { [REMAINING]: '0', [DAILY_REMAINING]: '0' }],
  ])('flow as before when they are %s', async (_name, headers) => {
    expect(await read(headers, 150)).toBe(0);
  });

  it('are 18 in any second for 19 in a second, not in ten', async () => {
    expect(await read({ [MAX]: '19', [REMAINING]: '18', [INTERVAL]: '1000' }, 90)).toBe(5000);
  });
});

describe('Retry-After', () => {
  const now = Date.parse(NOW);

  it.each([
    ['3', 3000],
    ['0', 0],
    ['1.5', 1500],
    ['Tue, 24 Nov 2026 12:00:04 GMT', 4000],
    ['Tue, 24 Nov 2026 11:59:00 GMT', 0],
  ])('of "%s" is %i ms', (value, ms) => {
    expect(readRetryAfterMs({ 'retry-after': value }, now)).toBe(ms);
  });

  it.each(['', ' ', '-5', 'soon', 'Infinity'])('of "%s" says nothing', (value) => {
    expect(readRetryAfterMs({ 'retry-after': value }, now)).toBeUndefined();
  });

  it('says nothing when it is absent', () => {
    expect(readRetryAfterMs({}, now)).toBeUndefined();
  });
});
