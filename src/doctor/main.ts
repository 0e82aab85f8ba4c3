import { once } from 'node:events';
import { createInterface } from 'node:readline/promises';
import { parseArgs } from 'node:util';
import { createHubSpotService } from '../hubspot/create-service.ts';
import { HubSpotError } from '../hubspot/errors.ts';
import { createLog } from '../observability/log.ts';
import { Telemetry } from '../observability/telemetry.ts';
import { ConfigError, environmentVariables, readConfig } from '../settings/config.ts';
import { type Clock, systemClock } from '../time/clock.ts';
import { Account } from './account.ts';
import { describe, examine, exitCodeOf } from './examine.ts';
import { makeProperties } from './make-properties.ts';
import type { Patient } from './patient.ts';

const USAGE = `npm run doctor -- [options]

Looks at a HubSpot account before this API runs on it, and says how to mend what it finds. It only reads.

  --json              the findings as JSON
  --make-properties   makes the two optional properties, each after asking
  --yes               does not ask
  --help              this text

The account is that of HS_PRIVATE_APP_TOKEN; all other settings count as they do for the API.
Ends with 0 when nothing has to be mended, 1 with problems, 2 when something could not be looked at.`;

const OPTIONS = {
  json: { type: 'boolean', default: false },
  'make-properties': { type: 'boolean', default: false },
  yes: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const;

/** Milliseconds that one call may take, its repeats included. */
const DEADLINE_MS = 60_000;

/** The API's own timers keep no process alive; here nothing else does. */
const patientClock: Clock = {
  ...systemClock,
  schedule: (delayMs, callback) => {
    const timer = setTimeout(callback, delayMs);
    return () => clearTimeout(timer);
  },
};

function meet(): Patient {
  const config = readConfig(environmentVariables());
  const clock = patientClock;
  const log = createLog(clock, 'silent', () => {});
  const telemetry = new Telemetry(false);
  const hubspot = createHubSpotService(config.hubspot, {
    clock,
    log,
    telemetry,
    random: Math.random,
    defaultDeadlineMs: DEADLINE_MS,
  });
  return { config, clock, hubspot, account: new Account(config.hubspot, clock) };
}

async function main(): Promise<number> {
  const { values } = parseArgs({ options: OPTIONS });
  if (values.help) return say(USAGE, 0);
  const patient = meet();
  if (values['make-properties']) {
    const lines = values.yes ? await makeProperties(patient, async () => true) : await makeAfterAsking(patient);
    return say(lines.join('\n'), 0);
  }
  const examination = await examine(patient);
  const code = exitCodeOf(examination);
  return say(values.json ? JSON.stringify({ ...examination, exitCode: code }, null, 2) : describe(examination), code);
}

function say(text: string, code: number): number {
  process.stdout.write(`${text}\n`);
  return code;
}

/** Makes what is wanted, and asks on the terminal before each; nobody there means no. */
async function makeAfterAsking(patient: Patient): Promise<string[]> {
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  const ended = once(terminal, 'close').then(() => 'no');
  try {
    return await makeProperties(patient, async (question) => {
      const answer = await Promise.race([ended, terminal.question(`${question} [y/N] `)]);
      return /^y(es)?$/i.test(answer.trim());
    });
  } finally {
    terminal.close();
  }
}

try {
  process.exitCode = await main();
} catch (error) {
  const isKnown =
    error instanceof ConfigError || error instanceof HubSpotError || (error instanceof Error && 'code' in error);
  process.stderr.write(`${isKnown ? error.message : String(error instanceof Error ? error.stack : error)}\n`);
  process.exitCode = 2;
}
