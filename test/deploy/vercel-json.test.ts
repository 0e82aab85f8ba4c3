import { globSync, readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { ROUTES } from '../../api/index.ts';
import packageJson from '../../package.json' with { type: 'json' };
import vercelConfig from '../../vercel.json' with { type: 'json' };
import { runsPerDay } from '../support/cron-schedule.ts';

/** Keys that Vercel does not know are ignored without a word: here they fail. So do `memory` and `runtime`. */
const VercelJson = z.strictObject({
  $schema: z.literal('https://openapi.vercel.sh/vercel.json'),
  fluid: z.literal(true),
  regions: z.tuple([z.string().regex(/^[a-z]{3}\d$/)]),
  outputDirectory: z.string(),
  functions: z.strictObject({
    'api/index.ts': z.strictObject({ maxDuration: z.literal(240), includeFiles: z.string() }),
  }),
  rewrites: z.tuple([z.strictObject({ source: z.string(), destination: z.literal('/api') })]),
  headers: z.array(
    z.strictObject({
      source: z.string(),
      headers: z.array(z.strictObject({ key: z.string(), value: z.string() })),
    }),
  ),
  crons: z.array(z.strictObject({ path: z.string(), schedule: z.string() })),
});

describe('vercel.json', () => {
  it('says only what Vercel understands', () => {
    expect(() => VercelJson.parse(vercelConfig)).not.toThrow();
  });

  it('sets limits for files that exist', () => {
    for (const pattern of Object.keys(vercelConfig.functions)) expect(globSync(pattern)).not.toEqual([]);
  });

  it('is for one function: whatever else is under api/ is hidden from Vercel', () => {
    const names = readdirSync('api', { recursive: true, encoding: 'utf8' });
    const functions = names.filter(
      (name) => /(?<!\.d)\.[mc]?[jt]sx?$/.test(name) && !name.split(/[/\\]/).some((part) => /^[_.]/.test(part)),
    );
    expect(functions).toEqual(['index.ts']);
  });

  it.each(Object.keys(ROUTES))('rewrites %s to the function', (pattern) => {
    expect(vercelConfig.rewrites.map(({ source }) => new RegExp(`^${source}$`).test(pattern))).toEqual([true]);
  });

  it('publishes nothing but robots.txt', () => {
    expect(readdirSync(vercelConfig.outputDirectory)).toEqual(['robots.txt']);
  });

  it.each(vercelConfig.crons)('schedules $path at $schedule: a route that answers GET', async ({ path, schedule }) => {
    const loaded = await ROUTES[path]?.();
    expect(Object.keys(loaded?.default.methods ?? {})).toContain('GET');
    expect(loaded?.default.audience).toBe('cron');
    expect(runsPerDay(schedule)).toBeGreaterThan(0);
  });
});

describe('package.json', () => {
  it('asks for Node 24 in words that Vercel takes', () => {
    expect(packageJson.engines).toEqual({ node: '24.x' });
  });
});

describe('a schedule', () => {
  it.each([
    ['*/10 * * * *', 144],
    ['7 * * * *', 24],
    ['0 11 * * *', 1],
    ['0,30 8-10 * * 1-5', 6],
    ['0 0/6 1 * *', 4],
  ])('%s runs %i times a day', (schedule, times) => {
    expect(runsPerDay(schedule)).toBe(times);
  });

  it.each([
    '0 0 11 * * *',
    'hello there',
    '60 * * * *',
    '0 24 * * *',
    '0 11 * * MON',
    '0 11 1 * 1',
    '*/0 * * * *',
    '5-1 * * * *',
    '0  11 * * *',
  ])('%s is none', (schedule) => {
    expect(() => runsPerDay(schedule)).toThrow(/is no|has not|names days/);
  });
});
