import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ROUTES } from '../../api/index.ts';
import packageJson from '../../package.json' with { type: 'json' };
import { measureFunction } from '../bench/built-function.ts';
import { firstAnswer } from '../support/first-answer.ts';
import {
  buildForVercel,
  copyOut,
  filesIn,
  functionsOf,
  INSTALL_CLI,
  isCliInstalled,
  type VercelBuild,
} from '../support/vercel-build.ts';
import { DeployedApi } from './deployed-api.ts';
import { REQUESTS } from './requests.ts';

const isWanted = isCliInstalled() || Boolean(process.env['CI']);
// oxlint-disable-next-line no-console
if (!isWanted) console.warn(`What Vercel would build is NOT tested: the Vercel CLI is missing. Run: ${INSTALL_CLI}`);

describe.skipIf(!isWanted)('what vercel build makes of this project', { timeout: 60_000 }, () => {
  const lastBuilt = () => statSync('.vercel', { throwIfNoEntry: false })?.mtimeMs;
  const before = lastBuilt();
  let build: VercelBuild;
  beforeAll(async () => {
    build = await buildForVercel();
  }, 300_000);
  afterAll(() => build?.dispose());

  describe('the output', () => {
    it('is one function, on Node 24, that may take 60 s', () => {
      const [built, ...others] = functionsOf(build);
      expect(others).toEqual([]);
      expect(built?.path).toBe('api/index');
      expect(built?.config).toMatchObject({ handler: 'api/index.js', runtime: 'nodejs24.x', maxDuration: 240 });
    });

    it('publishes robots.txt and nothing else', () => {
      expect(filesIn(join(build.output, 'static'))).toEqual(['robots.txt']);
    });

    it('holds all handlers, but no test, no emulator, no local host and no package for development', () => {
      const files = functionsOf(build).flatMap(({ directory }) => filesIn(directory));
      for (const file of filesIn('api/_routes')) {
        expect(files).toContain(`api/_routes/${file.replace(/\.ts$/, '.js')}`);
      }
      expect(files.filter((file) => /^(test|src\/(emulator|local))\//.test(file))).toEqual([]);
      expect(files.filter((file) => /\.(ts|md)$/.test(file) && !file.startsWith('node_modules/'))).toEqual([]);
      const packages = new Set(files.flatMap((file) => /^node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(file)?.[1] ?? []));
      expect([...packages].filter((name) => name in packageJson.devDependencies)).toEqual([]);
      expect([...packages]).toEqual(expect.arrayContaining(Object.keys(packageJson.dependencies)));
    });

    it('schedules what vercel.json says', () => {
      const config = JSON.parse(readFileSync(join(build.output, 'config.json'), 'utf8'));
      expect(config.crons).toEqual(JSON.parse(readFileSync('vercel.json', 'utf8')).crons);
    });

    it('leaves nothing behind in the repository', () => {
      expect(lastBuilt()).toBe(before);
    });
  });

  describe('the function, served outside the repository', () => {
    let api: DeployedApi;
    beforeAll(async () => {
      api = await DeployedApi.start(build);
    }, 60_000);
    afterAll(async () => api?.close());

    it('gets a request on every route', () => {
      expect(Object.keys(REQUESTS).toSorted()).toEqual(Object.keys(ROUTES).toSorted());
    });

    it.each(Object.keys(REQUESTS))('answers %s', async (pattern) => {
      const { called } = api;
      await REQUESTS[pattern]?.(async (method, options) => api.call(method, pattern, options), api, pattern);
      expect(called).toContain(pattern);
    });

    it('answers 404 for other URLs of the API; nothing is there outside it but robots.txt', async () => {
      const { by, status, text } = await api.send('GET', '/api/nothing/here');
      expect([by, status, JSON.parse(text).code]).toEqual(['function', 404, 'NOT_FOUND']);
      for (const path of ['/', '/src/app.ts', '/package.json', '/vercel.json']) {
        expect([path, (await api.send('GET', path)).by]).toEqual([path, 'none']);
      }
      expect(await api.send('GET', '/robots.txt')).toMatchObject({ by: 'file', status: 200 });
    });
  });

  describe('a fresh instance', () => {
    const loadedBy = async (url: string, env: Record<string, string>) => {
      const [built] = functionsOf(build);
      if (!built) throw new Error('nothing was built');
      const { directory, dispose } = copyOut(built);
      try {
        const entry = join(directory, built.config.handler);
        const answer = await firstAnswer({ entry, url, record: true, env: { LOG_LEVEL: 'silent', ...env } });
        return {
          ...answer,
          loaded: answer.loaded.flatMap((module) => module.split(/\/vercel-function-\w+\//)[1] ?? []),
        };
      } finally {
        dispose();
      }
    };
    /** What reaching HubSpot takes; its errors are known everywhere. */
    const ofHubSpot = (loaded: string[]) =>
      loaded.filter((module) => /^(node_modules\/axios|src\/hubspot(?!\/errors\.js))\//.test(module));

    it('answers health without loading axios or the HubSpot client', async () => {
      const env = { HS_PRIVATE_APP_TOKEN: 'unused' };
      const { status, loaded } = await loadedBy('https://bookings.example.com/api/health', env);
      expect(status).toBe(200);
      expect(loaded).toContain('api/_routes/health.js');
      expect(ofHubSpot(loaded)).toEqual([]);
    });

    it('answers the first request without loading what monitoring needs', async () => {
      const env = { HS_PRIVATE_APP_TOKEN: 'unused', MONITORING_TOKEN: 'watch-me' };
      const { status, loaded } = await loadedBy('https://bookings.example.com/api/health', env);
      expect(status).toBe(200);
      expect(loaded.filter((module) => module.includes('@opentelemetry'))).toEqual([]);
    });

    it('loads both once HubSpot is to be reached', async () => {
      const env = { HS_PRIVATE_APP_TOKEN: 'unused', HUBSPOT_BASE_URL: 'http://127.0.0.1:9', HUBSPOT_MAX_ATTEMPTS: '1' };
      const { status, loaded } = await loadedBy('https://bookings.example.com/api/health?deep=true', env);
      expect(status).toBe(503);
      expect(ofHubSpot(loaded)).toEqual(
        expect.arrayContaining(['node_modules/axios/index.js', 'src/hubspot/transport.js']),
      );
    });

    it('can be measured', async () => {
      const measures = await measureFunction(build, 1);
      const files = functionsOf(build).flatMap(({ directory }) => filesIn(directory));
      expect(measures.files).toBe(files.length);
      expect(measures.bytes).toBeGreaterThan(files.length);
      for (const [name, value] of Object.entries(measures)) expect([name, value > 0]).toEqual([name, true]);
      expect(measures.firstHealthMs).toBeGreaterThan(measures.importMs);
    });
  });
});
