import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildPage, PAGES } from '../../src/pages/build.ts';
import { readFileSync } from 'node:fs';
import { hindrances, overflowOf, program, startBrowser } from '../support/browser.ts';
import { startProcess } from '../support/start-process.ts';

const TOKEN = 'the-token-of-the-operator';
it.each(PAGES)('the page %s is what its sources make (else: npm run pages)', async (name) => {
  expect(readFileSync(`src/pages/built/${name}.ts`, 'utf8')).toBe(await buildPage(name));
});

/** A browser, the API as `npm start` runs it, and time as it passes. */
describe.skipIf(!program)('the dashboard in a browser', { timeout: 60_000 }, () => {
  let browser: Browser;
  let url: string;
  let stop: () => void;
  const complaints: string[] = [];

  beforeAll(async () => {
    const { child, line } = await startProcess({ PORT: '0', MONITORING_TOKEN: TOKEN });
    stop = () => child.kill('SIGKILL');
    url = /http:\/\/[\w.:]+/.exec(line)?.[0] ?? '';
    browser = await startBrowser();
  });
  afterAll(async () => {
    await browser.close();
    stop();
  });

  async function open(options: Parameters<Browser['newPage']>[0] = {}): Promise<Page> {
    const page = await browser.newPage(options);
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('console', (message) => {
      // A browser tells of every answer of 401 itself: whoever is not signed in gets one.
      if (message.type() === 'error' && !message.text().includes('401')) complaints.push(message.text());
    });
    await page.goto(`${url}/api/monitoring`);
    return page;
  }

  async function signIn(page: Page): Promise<void> {
    await page.getByLabel('Monitoring token').fill(TOKEN);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('status').waitFor();
  }

  const figure = async (page: Page, what: string) =>
    page
      .locator('dt', { hasText: new RegExp(`^${what}$`) })
      .locator('xpath=following-sibling::dd')
      .textContent();

  it('asks for the token, and shows what the metrics say', async () => {
    const list = `${url}/api/bookings/list?student_id=1599999&email=maya.obrien@example.com`;
    for (let count = 0; count < 3; count += 1) expect((await fetch(list)).status).toBe(200);
    expect((await fetch(list.replace('1599999', '1'))).status).toBe(401);
    const page = await open();
    await page.getByLabel('Monitoring token').fill('wrong');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByText('That is not the monitoring token.').waitFor();
    await signIn(page);
    const headers = { Authorization: `Bearer ${TOKEN}` };
    const metrics = await (await fetch(`${url}/api/monitoring/metrics`, { headers })).text();
    const answered =
      /duration_seconds_count\{http_route="\/api\/bookings\/list",http_request_method="GET",http_response_status_code="200"\} (\d+)/;
    expect(answered.exec(metrics)?.[1]).toBe('3');
    const row = page.locator('#latency tr', { hasText: 'GET bookings/list' });
    await expect.poll(async () => row.locator('td').first().textContent()).toBe('4');
    expect(await page.locator('#requests').textContent()).toContain('AUTH_FAILED');
    expect(await figure(page, 'calls')).toBe(String(countOf(metrics, 'http_client_request_duration_seconds_count')));
    await page.close();
  });

  it.each([
    ['light', 1280],
    ['dark', 390],
  ] as const)('is in order for everybody: %s, %i pixels wide', async (colorScheme, width) => {
    const page = await open({ colorScheme, viewport: { width, height: 800 } });
    await signIn(page);
    expect(await overflowOf(page)).toBe(0);
    expect(await hindrances(page)).toEqual([]);
    await page.close();
  });

  it('says so when the API does not answer, and goes on showing what it knows', async () => {
    const page = await open();
    await signIn(page);
    await page.route('**/api/monitoring/data', async (route) => route.fulfill({ status: 503, body: '{}' }));
    await page.getByLabel('Figures of').selectOption('all the time');
    await page.getByText('the API answers 503').waitFor();
    expect(await page.getByRole('status').isVisible()).toBe(true);
    await page.close();
  });

  it('has nothing to complain of', () => {
    expect(complaints.filter((text) => !text.includes('503'))).toEqual([]);
  });
});

function countOf(metrics: string, name: string): number {
  const lines = metrics.split('\n').filter((line) => line.startsWith(`${name}{`));
  return lines.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' '))), 0);
}
