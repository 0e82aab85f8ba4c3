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

  it('changes a record as somebody in HubSpot would: HubSpot tells the API, which reads it again', async () => {
    const page = await open();
    const list = page.getByRole('button', { name: "A student's upcoming bookings" });
    await list.click();
    await page.getByText(/200 in \d+ ms: [1-9] HubSpot calls?/).waitFor();
    await list.click();
    await page.getByText(/200 in \d+ ms: 0 HubSpot calls/).waitFor();
    const shown = await page.locator('#answer pre').innerText();
    const [booking] = (JSON.parse(shown) as { data: { bookings: { id: string }[] } }).data.bookings;
    await page.getByLabel('Object type').selectOption({ label: 'bookings' });
    await page.locator('#newest').getByText('Active').first().waitFor();
    await page.getByLabel('Record id').fill(booking?.id ?? '');
    await page.getByLabel('Property').selectOption('is_active');
    await page.getByLabel('Value').fill('Cancelled');
    await page.getByRole('button', { name: 'Change', exact: true }).click();
    await page.getByText('Changed is_active').waitFor();
    await page.locator('#deliveries').getByRole('cell', { name: '200' }).first().waitFor();
    // The event is on its way for half a second.
    const answer = async () => {
      await list.click();
      return page.locator('#answer pre').innerText();
    };
    await expect.poll(answer, { timeout: 20_000 }).not.toContain(`"${booking?.id}"`);
    expect(complaints).toEqual([]);
    await page.close();
  });

  it.each([
    ['what is no record', 404, { type: '0-1', id: '1', property: 'email', value: 'x' }],
    ['what HubSpot refuses', 400, { type: '2-50158943', id: '38800100001', property: 'nowhere', value: 'x' }],
    ['half a change', 400, { type: '0-1' }],
  ])('refuses to change %s', async (_what, status, body) => {
    const headers = { 'Content-Type': 'application/json' };
    const answer = await fetch(`${url}/local/records`, { method: 'POST', headers, body: JSON.stringify(body) });
    expect([answer.status, await answer.json()]).toEqual([status, { error: expect.any(String) }]);
  });

  it('lets no other page change anything unasked', async () => {
    const answer = await fetch(`${url}/local/records`, { method: 'POST', body: '{}' });
    expect(answer.status).toBe(415);
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
