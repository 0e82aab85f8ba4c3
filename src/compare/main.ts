import { createReadStream, type ReadStream, statSync, writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Api, NoAnswerError } from './api.ts';
import { compareApis } from './compare.ts';
import { shareLeftByToken } from './hubspot-window.ts';
import { type Options, readOptions, USAGE, UsageError } from './options.ts';
import { environmentVariables } from '../settings/config.ts';
import { toPage } from './report-page.ts';
import { toText } from './report-text.ts';
import { toReport } from './report.ts';
import type { Tally } from './tally.ts';

const STARTER = fileURLToPath(new URL('requests.txt', import.meta.url));
const BAR_WIDTH = 30;
const PROGRESS_EVERY_MS = 200;

async function main(): Promise<number> {
  const options = readOptions(process.argv.slice(2), environmentVariables());
  if (options === 'help') {
    process.stdout.write(`${USAGE}\n`);
    return 0;
  }
  if (options.token === null) {
    process.stderr.write('HS_PRIVATE_APP_TOKEN is not set: nobody watches how much of HubSpot’s window is left.\n');
  }
  const shareLeft = options.token === null ? null : shareLeftByToken(options.hubspotUrl, options.token);
  // A token that tells nothing is better found out now than in the middle.
  if (shareLeft && (await shareLeft()) === null)
    throw new UsageError('HubSpot does not tell how much of its window is left');
  const file = options.requests ?? STARTER;
  const { size } = statSync(file);
  const input = createReadStream(file);
  const lines = createInterface({ input, crlfDelay: Infinity });
  const tally = await compareApis(lines, {
    baseline: new Api('baseline', options.baseline, now),
    candidate: new Api('candidate', options.candidate, now),
    clock: { now, sleep },
    random: Math.random,
    perMinute: options.perMinute,
    shareLeft,
    writesFor: options.writesFor,
    progress: progressBar(input, size),
  });
  return write(tally, options);
}

function write(tally: Tally, { json, html }: Options): number {
  const report = toReport(tally);
  process.stdout.write(`${toText(report)}\n`);
  if (json !== null) writeFileSync(json, `${JSON.stringify(report, null, 2)}\n`);
  if (html !== null) writeFileSync(html, toPage(report));
  return report.exitCode;
}

const now = (): number => performance.now();

/** One line that is written over, where somebody watches. A short file is read at once: the bar tells of what is left. */
function progressBar(input: ReadStream, size: number): (tally: Tally) => void {
  let nextAt = 0;
  return (tally) => {
    if (!process.stderr.isTTY || now() < nextAt) return;
    nextAt = now() + PROGRESS_EVERY_MS;
    const share = input.bytesRead / Math.max(1, size);
    const bar = '#'.repeat(Math.round(share * BAR_WIDTH)).padEnd(BAR_WIDTH, '.');
    const counts = `${tally.sum('equal')} the same, ${tally.sum('different')} different, ${tally.sum('unanswered')} not answered`;
    process.stderr.write(`\r\u001B[K[${bar}] ${counts}`);
  };
}

try {
  process.exitCode = await main();
} catch (error) {
  const isKnown =
    error instanceof UsageError || error instanceof NoAnswerError || (error instanceof Error && 'code' in error);
  process.stderr.write(`${isKnown ? error.message : String(error instanceof Error ? error.stack : error)}\n`);
  process.exitCode = 2;
}
