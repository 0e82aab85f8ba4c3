import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { type Browser, chromium, type Page } from 'playwright-core';

const PROGRAMS = ['chromium', 'chromium-browser', 'google-chrome'];

/** The browser of this machine; undefined where there is none. Then what needs it is skipped, and says so. */
export const program = PROGRAMS.map((name) => spawnSync('which', [name], { encoding: 'utf8' }).stdout.trim()).find(
  Boolean,
);
// oxlint-disable-next-line no-console
if (!program) console.warn('SKIPPED: tests of the pages in a browser, since chromium is not installed');

export async function startBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: program ?? '', args: ['--no-sandbox'] });
}

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** What hinders people who cannot see, point or read small print; serious and critical faults alone. */
export async function hindrances(page: Page): Promise<unknown[]> {
  await page.evaluate(AXE);
  const { violations } = await page.evaluate<{ violations: { id: string; impact: string }[] }>('axe.run()');
  return violations.filter(({ impact }) => ['serious', 'critical'].includes(impact));
}

/** Pixels by which the page is wider than its window. */
export async function overflowOf(page: Page): Promise<unknown> {
  return page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth');
}
