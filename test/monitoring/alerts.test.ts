import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { sendBooking } from '../support/booking.ts';
import { login } from '../support/looking.ts';
import { World } from '../support/world.ts';

const RUNBOOK = readFileSync('.github/RUNBOOK.md', 'utf8');
const ALERTS = readFileSync('.github/alerts.yml', 'utf8');

const hasPromtool = spawnSync('promtool', ['--version']).status === 0;
// oxlint-disable-next-line no-console
if (!hasPromtool) console.warn('SKIPPED: checks by promtool, since it is not installed (Debian: prometheus)');

function promtool(args: readonly string[], input = ''): string {
  const { status, stdout, stderr } = spawnSync('promtool', args, { input, encoding: 'utf8' });
  return status === 0 ? '' : `${stdout}${stderr}`;
}

async function metricsOfEverything(): Promise<string> {
  const world = await World.create({ env: { MONITORING_TOKEN: 'watch-me' } });
  const [exam, student] = [world.account.exam(), world.account.student()];
  await world.clock.run(async () => sendBooking(world, student, { exam }));
  await world.get('bookings/list', login(student));
  const headers = { Authorization: 'Bearer watch-me' };
  return String((await world.request('GET', 'monitoring/metrics', { headers })).body);
}

describe.skipIf(!hasPromtool)('promtool', () => {
  it('finds nothing wrong with the rules, and they fire when they should', () => {
    expect(promtool(['check', 'rules', '.github/alerts.yml'])).toBe('');
    expect(promtool(['test', 'rules', '.github/alerts.test.yml'])).toBe('');
  });

  it('finds nothing wrong with the metrics', async () => {
    expect(promtool(['check', 'metrics'], await metricsOfEverything())).toBe('');
  });
});

describe('the alerts', () => {
  const names = [...ALERTS.matchAll(/alert: (\w+)/g)].map(([, name = '']) => name);

  it.each(names)('%s stands in the runbook, and is tested', (name) => {
    expect(RUNBOOK).toContain(`### ${name}\n`);
    expect(readFileSync('.github/alerts.test.yml', 'utf8')).toContain(`alertname: ${name}\n`);
  });

  it('rest on metrics that there are', async () => {
    const metrics = await metricsOfEverything();
    const used = new Set(ALERTS.match(/\b(?:mocks|http)_\w+(?=[{[) ])/g));
    // Those are counted only when something has happened.
    const rare = ['mocks_sessions_overbooked_total', 'mocks_webhook_lag_seconds_bucket', 'mocks_redis_up'];
    const labels = ['http_response_status_code', 'http_route'];
    const unknown = [...used].filter((name) => !metrics.includes(`${name}{`) && !metrics.includes(`${name} `));
    expect(unknown.filter((name) => !rare.includes(name) && !labels.includes(name))).toEqual([]);
  });
});

describe('the runbook', () => {
  const sources = readdirSync('src', { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !/^(emulator|local|pages)/.test(name))
    .map((name) => readFileSync(join('src', name), 'utf8'));
  const lines = sources.flatMap((text) => [...text.matchAll(/log\.error\(\s*['`]([^'`]*check[^'`]*)['`]/g)]);

  it('tells of every line that asks for a hand', () => {
    expect(lines.length).toBeGreaterThan(5);
    // What is put in by the code may be anything.
    const patterns = lines.map(([, line = '']) =>
      line
        .split(/\$\{[^}]*\}/)
        .map((part) => RegExp.escape(part))
        .join('[^`]*'),
    );
    expect(patterns.filter((pattern) => !new RegExp(pattern).test(RUNBOOK))).toEqual([]);
  });
});
