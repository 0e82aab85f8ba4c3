import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hindrances, overflowOf, program, startBrowser } from '../support/browser.ts';
import { startProcess } from '../support/start-process.ts';

describe.skipIf(!program)('the page at the address of npm start', { timeout: 60_000 }, () => {
  let browser: Browser;
  let url: string;
  let stop: () => void;
  const complaints: string[] = [];

  beforeAll(async () => {
    const { child, line } = await startProcess({ PORT: '0' });
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
      if (message.type() === 'error') complaints.push(message.text());
    });
    await page.goto(url);
    return page;
  }

  it('says what runs, sends a request, and shows what it cost HubSpot; the second one costs nothing', async () => {
    const page = await open();
    await page.getByText('runs over the embedded HubSpot').waitFor();
    const button = page.getByRole('button', { name: 'Sessions with seats counted' });
    await button.click();
    await page.getByText(/200 in \d+ ms: [3-6] HubSpot calls in [234] rounds, cache miss/).waitFor();
    await button.click();
    await page.getByText(/200 in \d+ ms: 0 HubSpot calls in 0 rounds, cache hit/).waitFor();
    await page.locator('#log').getByText('objects.search').first().waitFor();
    expect(complaints).toEqual([]);
    await page.close();
  });

  it('leads to the reference and the dashboard', async () => {
    const page = await open();
    for (const [name, heading] of [
      ['API reference', 'Error codes'],
      ['Dashboard', 'Cache'],
    ] as const) {
      await page.getByRole('link', { name, exact: true }).click();
      await page.getByRole('heading', { name: heading, exact: true }).waitFor();
      await page.goBack();
    }
    expect(complaints).toEqual([]);
    await page.close();
  });

  it.each([
    ['', 'light', 1280],
    ['', 'dark', 390],
    ['/api/reference', 'light', 1280],
    ['/api/reference', 'dark', 390],
  ] as const)('%s is in order for everybody: %s, %i pixels wide', async (path, colorScheme, width) => {
    const page = await open({ colorScheme, viewport: { width, height: 800 } });
    await page.goto(`${url}${path}`);
    await page.getByRole('heading', { level: 2 }).first().waitFor();
    expect(await overflowOf(page)).toBe(0);
    expect(await hindrances(page)).toEqual([]);
    await page.close();
  });

  it('answers other paths with 404 in JSON', async () => {
    const answer = await fetch(`${url}/nothing`);
    expect([answer.status, ((await answer.json()) as { code: string }).code]).toEqual([404, 'NOT_FOUND']);
  });
});
