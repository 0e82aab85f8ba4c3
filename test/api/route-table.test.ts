import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import api, { ROUTES } from '../../api/index.ts';

const files = readdirSync('api/_routes', { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));

describe('the route table', () => {
  it('names every handler, and mirrors the URLs', async () => {
    const sources = readFileSync('api/index.ts', 'utf8');
    for (const file of files)
      expect(sources).toContain(`'/api/${file.replace(/\.ts$/, '')}': async () => import('./_routes/${file}')`);
  });

  it.each(Object.keys(ROUTES))('%s has a handler', async (pattern) => {
    const loaded = await ROUTES[pattern]?.();
    expect(Object.keys(loaded?.default.methods ?? {})).not.toHaveLength(0);
  });

  it.each(files)('%s is an adapter of at most 15 lines a method', (file) => {
    const source = readFileSync(`api/_routes/${file}`, 'utf8');
    const bodies = source.split(/\b(?:endpoint|webhook)\(/).slice(1);
    expect(bodies.length).toBeGreaterThan(0);
    for (const body of bodies) expect(body.split('\n').length).toBeLessThanOrEqual(15);
  });
});

describe('the Vercel function', () => {
  it('answers a clear 500, and logs what is missing, when it is not configured', async () => {
    const response = await api.fetch(new Request('https://bookings.example.com/api/health'));
    expect(response.status).toBe(500);
    expect(await response.json()).toMatchObject({ success: false, code: 'INTERNAL_ERROR' });
  });
});
