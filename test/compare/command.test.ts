import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startProcess } from '../support/start-process.ts';

const folder = mkdtempSync(join(tmpdir(), 'compare-'));
let api: Awaited<ReturnType<typeof startProcess>>;
let url: string;

beforeAll(async () => {
  api = await startProcess({ PORT: '0' });
  url = /http:\/\/\S+/.exec(await api.find(/^API on/))?.[0] ?? '';
});
afterAll(() => {
  api.child.kill('SIGKILL');
  rmSync(folder, { recursive: true });
});

async function run(args: string[], env = {}): Promise<{ code: number; out: string; err: string }> {
  const options = { env: { ...process.env, ...env } };
  return new Promise((resolve) => {
    execFile(process.execPath, ['src/compare/main.ts', ...args], options, (error, out, err) => {
      resolve({ code: error ? Number(error.code) : 0, out, err });
    });
  });
}

describe('npm run compare', () => {
  it('finds that this API answers as itself, by the requests it comes with', async () => {
    const [json, html] = [join(folder, 'report.json'), join(folder, 'report.html')];
    const args = ['--baseline', url, '--candidate', url, '--per-minute', '0', '--json', json, '--html', html];
    const { code, out, err } = await run(args);
    expect([code, out]).toEqual([0, expect.stringContaining('14 requests compared: 14 the same, 0 different.')]);
    expect(err).toContain('HS_PRIVATE_APP_TOKEN is not set');
    expect(JSON.parse(readFileSync(json, 'utf8'))).toMatchObject({ exitCode: 0 });
    expect(readFileSync(html, 'utf8')).toContain('14 the same');
  });

  it('watches how much of HubSpot’s window is left, and says so when HubSpot does not tell', async () => {
    const hubspot = /http:\/\/[\w.:]+(?=\/_emulator)/.exec(api.lines.join('\n'))?.[0] ?? '';
    const args = ['--baseline', url, '--candidate', url, '--per-minute', '0'];
    const watched = await run(args, { HS_PRIVATE_APP_TOKEN: 'any', HUBSPOT_BASE_URL: hubspot });
    expect([watched.code, watched.err]).toEqual([0, '']);
    const unheard = await run(args, { HS_PRIVATE_APP_TOKEN: 'any', HUBSPOT_BASE_URL: 'http://127.0.0.1:1' });
    expect([unheard.code, unheard.err]).toEqual([2, 'HubSpot does not answer\n']);
  });

  it.each([
    [['--candidate', 'http://localhost:1'], '--baseline is missing'],
    [['--baseline', 'ftp://x', '--candidate', 'http://localhost:1'], '--baseline must be an http or https address'],
    [['--baseline', 'http://a', '--candidate', 'http://b', '--per-minute', 'many'], '--per-minute must be a number'],
    [['--baseline', 'http://a', '--candidate', 'http://b', '--requests', 'nowhere.txt'], 'nowhere.txt'],
    [['--baselin', 'http://a'], "Unknown option '--baselin'"],
  ])('%j says what is wrong with it', async (args, message) => {
    const { code, err } = await run(args);
    expect([code, err]).toEqual([2, expect.stringContaining(message)]);
    expect(err).not.toContain('    at ');
  });
});
