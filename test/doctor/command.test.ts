import { execFile } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Emulator } from '../../src/emulator/emulator.ts';
import { type EmulatorServer, serveEmulator } from '../../src/emulator/server.ts';

let server: EmulatorServer;
beforeAll(async () => {
  server = await serveEmulator(new Emulator());
});
afterAll(async () => server.close());

async function run(
  args: string[],
  env: Record<string, string>,
  input = '',
): Promise<{ code: number; out: string; err: string }> {
  return new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      ['src/doctor/main.ts', ...args],
      { env: { PATH: process.env['PATH'], ...env } },
      (error, out, err) => resolve({ code: error ? Number(error.code) : 0, out, err }),
    );
    child.stdin?.end(input);
  });
}

const account = () => ({ HS_PRIVATE_APP_TOKEN: 'pat-secret', HUBSPOT_BASE_URL: server.url });

describe('npm run doctor', () => {
  it('looks at an account to its end, and says what it found', async () => {
    const { code, out, err } = await run([], account());
    expect([code, err]).toEqual([0, '']);
    expect(out).toContain('0 problems, 3 warnings.');
    expect(out).not.toContain('pat-secret');
  });

  it('tells the same as JSON', async () => {
    const { out } = await run(['--json'], account());
    expect(JSON.parse(out)).toMatchObject({ exitCode: 0, failures: [] });
  });

  it('makes nothing when nobody answers its question', async () => {
    const { code, out } = await run(['--make-properties'], account());
    expect([code, out.match(/was not made/g)]).toEqual([0, ['was not made', 'was not made']]);
  });

  it.each<[string, string[], Record<string, string>, string]>([
    ['without a token', [], {}, 'HS_PRIVATE_APP_TOKEN: is required but not set'],
    ['with an option that there is not', ['--nope'], {}, "Unknown option '--nope'"],
  ])('%s says what is wrong, and ends with 2', async (_when, args, env, message) => {
    const { code, err } = await run(args, env);
    expect([code, err]).toEqual([2, expect.stringContaining(message)]);
    expect(err).not.toContain('    at ');
  });
});
