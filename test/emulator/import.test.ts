import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Emulator } from '../../src/emulator/emulator.ts';
import { PortalFile, readJsonFile, toPortal } from '../../src/emulator/portal-file.ts';
import { type EmulatorServer, serveEmulator } from '../../src/emulator/server.ts';

const folder = mkdtempSync(join(tmpdir(), 'import-'));
const out = join(folder, 'portal.json');
let real: Emulator;
let server: EmulatorServer;

beforeAll(async () => {
  real = new Emulator();
  server = await serveEmulator(real);
});
afterAll(async () => {
  await server.close();
  rmSync(folder, { recursive: true });
});

async function run(args: string[], env: Record<string, string>): Promise<{ code: number; text: string }> {
  return new Promise((resolve) => {
    const options = { env: { PATH: process.env['PATH'], HUBSPOT_BASE_URL: server.url, ...env } };
    execFile(process.execPath, ['src/emulator/main.ts', ...args], options, (error, stdout, stderr) =>
      resolve({ code: error ? Number(error.code) : 0, text: stdout + stderr }),
    );
  });
}

const TOKEN = { HS_PRIVATE_APP_TOKEN: 'pat-secret' };

async function tell(emulator: Emulator, path: string): Promise<unknown> {
  const response = await emulator.fetch(
    new Request(`https://api.hubapi.com${path}`, { headers: { Authorization: 'Bearer any' } }),
  );
  return response.json();
}

describe('npm run emulator -- import', () => {
  it('makes a portal file of an account, which emulates it: properties and labels are the same', async () => {
    const { code, text } = await run(['import', '--out', out], TOKEN);
    expect([code, text]).toEqual([0, expect.stringContaining('6 object types')]);
    expect(readFileSync(out, 'utf8')).not.toContain('pat-secret');
    const copy = new Emulator({ portal: toPortal(out, readJsonFile(out, PortalFile)) });
    const types = ['0-1', '0-3', '0-46', '2-50158943', '2-50158913', '2-41701559'];
    for (const type of types) {
      const [own, copied] = await Promise.all(
        [real, copy].map(async (each) => tell(each, `/crm/v3/properties/${type}`)),
      );
      expect(copied).toEqual(own);
    }
    for (const [from, to] of types.flatMap((from) => types.map((to) => [from, to]))) {
      const path = `/crm/v4/associations/${from}/${to}/labels`;
      const [own, copied] = await Promise.all([real, copy].map(async (each) => tell(each, path)));
      expect([path, JSON.stringify(copied)]).toEqual([path, JSON.stringify(own)]);
    }
  });

  it('only reads', () => {
    expect(new Set(real.log.calls.map(({ method }) => method))).toEqual(new Set(['GET']));
  });

  it.each<[string, string[], Record<string, string>, string]>([
    ['without a token', ['import', '--out', out], {}, 'HS_PRIVATE_APP_TOKEN must hold a token'],
    ['without a file', ['import'], TOKEN, '--out must say where the portal file goes'],
    ['with another word', ['imports'], TOKEN, 'There is no command imports'],
  ])('%s says what is missing', async (_when, args, env, message) => {
    const { code, text } = await run(args, env);
    expect([code, text]).toEqual([1, expect.stringContaining(message)]);
    expect(text).not.toContain('    at ');
  });

  it.each<[string, string[], Record<string, string>, string]>([
    [
      'a token with a line break',
      ['import', '--out', out],
      { HS_PRIVATE_APP_TOKEN: 'pat-secret\nx' },
      'HS_PRIVATE_APP_TOKEN holds blanks',
    ],
    [
      'a token with an umlaut',
      ['import', '--out', out],
      { HS_PRIVATE_APP_TOKEN: 'pat-secretä' },
      'HS_PRIVATE_APP_TOKEN holds blanks',
    ],
    [
      'an address where nobody is',
      ['import', '--out', out],
      { ...TOKEN, HUBSPOT_BASE_URL: 'http://127.0.0.1:1' },
      'http://127.0.0.1:1 does not answer',
    ],
    ['no address', ['import', '--out', out], { ...TOKEN, HUBSPOT_BASE_URL: 'nonsense' }, 'HUBSPOT_BASE_URL must be'],
    [
      'a folder that is not there',
      ['import', '--out', '/nonexistent/p.json'],
      TOKEN,
      'there is no folder /nonexistent',
    ],
    ['a folder in place of a file', ['import', '--out', tmpdir()], TOKEN, 'is a folder'],
  ])('%s is one line, and never the token', async (_what, args, env, message) => {
    const { code, text } = await run(args, env);
    expect([code, text]).toEqual([1, expect.stringContaining(message)]);
    for (const unwanted of ['pat-secret', '    at ', 'TypeError']) expect(text).not.toContain(unwanted);
  });

  it('says where HubSpot refuses, without the token', async () => {
    const lift = real.faults.add({ fault: { kind: 'status', status: 401 }, times: Infinity });
    const { code, text } = await run(['import', '--out', out], TOKEN);
    lift();
    expect([code, text.trim()]).toEqual([1, '/account-info/v3/details answers 401']);
  });
});
