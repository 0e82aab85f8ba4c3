import { parseArgs } from 'node:util';
import type { CacheStats } from '../../../src/cache/stats.ts';
import type { LoggedCall } from '../../../src/emulator/call-log.ts';
import { Emulator } from '../../../src/emulator/emulator.ts';
import { seedAccount } from '../../../src/emulator/seed/seed.ts';
import { hitRates } from '../measure/hit-rates.ts';
import { send } from '../measure/wire.ts';
import { startApi } from '../process/api-process.ts';
import { exitOnSignals } from '../process/exit-on-signals.ts';
import { availableRequest } from '../scenarios/requests.ts';
import { describeOutcome, type HubSpotCalls, isClean } from './outcome.ts';
import { soak } from './soak.ts';
import { runUser, type OfferedSession } from './users.ts';

const USAGE = `npm run load -- [options]

  --url URL        the instance to load (default: one of its own, over the embedded HubSpot); loopback only
  --emulator URL   the embedded HubSpot of that instance, as npm start prints it, to count its calls
  --seconds N      how long, 1 to 120 (default 30)
  --users N        how many, 1 to 400, each with one request a second (default 100)
  --soak N         instead: N seconds, 10 to 600, of booking and cancelling over a HubSpot that answers late or never,
                   with staff at work; then everything that HubSpot holds is checked
  --instances N    of a soak, 1 to 3 (default 1)
  --redis          of a soak: the instances share a Redis, which stands still once and is emptied once; one of them is killed
  --properties     of a soak: the account has the two optional properties
  --no-faults      of a soak: nothing goes wrong
  --seed N         of a soak: the chances of an earlier one

MONITORING_TOKEN names the instance's token, to see its cache.`;

const OPTIONS = {
  url: { type: 'string' },
  emulator: { type: 'string' },
  seconds: { type: 'string', default: '30' },
  users: { type: 'string', default: '100' },
  soak: { type: 'string' },
  instances: { type: 'string', default: '1' },
  redis: { type: 'boolean', default: false },
  properties: { type: 'boolean', default: false },
  'no-faults': { type: 'boolean', default: false },
  seed: { type: 'string' },
  help: { type: 'boolean', default: false },
} as const;

const OWN_TOKEN = 'load-monitoring';
const TYPES = ['Situational Judgment', 'Clinical Skills', 'Mini-mock'];
/** The first booking of a young instance waits for HubSpot's lag: that is not what is measured. */
const INSTANCE_AGE_MS = 3500;

interface Target {
  url: string;
  emulatorUrl: string | undefined;
  monitoringToken: string;
  stop: () => Promise<void>;
}

/** A whole number from 1 to `most`. @throws for anything else. */
function whole(name: string, text: string, most: number): number {
  const number = Number(text);
  if (Number.isInteger(number) && number >= 1 && number <= most) return number;
  throw new Error(`--${name} must be a whole number from 1 to ${most}, not ${text}`);
}

/** The address without a trailing slash. @throws unless it is on this machine. */
function loopback(name: string, text: string): string {
  const url = URL.parse(text);
  if (url?.protocol === 'http:' && /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/.test(url.hostname)) return url.origin;
  throw new Error(`--${name} must be http on this machine, such as http://localhost:3000: nothing else is loaded`);
}

async function startTarget(): Promise<Target> {
  const api = await startApi('src/local/main.ts', { PORT: '0', MONITORING_TOKEN: OWN_TOKEN });
  const emulatorUrl = /its calls: (http:\/\/\S+)\/_emulator/.exec(api.greeting)?.[1];
  await new Promise((resolve) => {
    setTimeout(resolve, INSTANCE_AGE_MS);
  });
  return { url: api.url, emulatorUrl, monitoringToken: OWN_TOKEN, stop: api.stop };
}

async function offeredSessions(baseUrl: string): Promise<OfferedSession[]> {
  const answers = await Promise.all(TYPES.map(async (type) => send(baseUrl, availableRequest(type, false))));
  return answers.flatMap(({ status, body }) => {
    if (status !== 200) throw new Error(`the instance does not answer as this API does: ${status}`);
    const exams = body.data as { mock_exam_id: string; exam_date: string; mock_type: string }[];
    return exams.map((exam) => ({ id: exam.mock_exam_id, date: exam.exam_date, type: exam.mock_type }));
  });
}

async function cacheStats({ url, monitoringToken }: Target): Promise<CacheStats | undefined> {
  const headers = { Authorization: `Bearer ${monitoringToken}` };
  const { body } = await send(url, { method: 'GET', path: 'health?deep=true', headers });
  return body?.cache as CacheStats | undefined;
}

async function countCalls(emulatorUrl: string | undefined): Promise<HubSpotCalls | undefined> {
  if (emulatorUrl === undefined) return undefined;
  const { calls } = (await (await fetch(`${emulatorUrl}/_emulator/calls`)).json()) as { calls: LoggedCall[] };
  return { calls: calls.length, refused: calls.filter(({ status }) => status === 429).length };
}

async function load(target: Target, users: number, seconds: number): Promise<boolean> {
  const { students } = seedAccount(new Emulator().account, Date.now());
  const sessions = await offeredSessions(target.url);
  const before = await cacheStats(target);
  if (target.emulatorUrl) await fetch(`${target.emulatorUrl}/_emulator/calls`, { method: 'DELETE' });
  const startedAt = Date.now();
  const options = { baseUrl: target.url, sessions, until: startedAt + seconds * 1000 };
  const answers = (
    await Promise.all(students.slice(0, users).map(async (student, index) => runUser(options, student, index)))
  ).flat();
  const after = await cacheStats(target);
  const outcome = {
    answers,
    seconds: (Date.now() - startedAt) / 1000,
    hubspot: await countCalls(target.emulatorUrl),
    hitRates: before && after ? hitRates(before, after) : undefined,
  };
  process.stdout.write(`${describeOutcome(outcome)}\n`);
  return isClean(outcome);
}

async function main(): Promise<void> {
  const { values } = parseArgs({ options: OPTIONS });
  if (values.help) return void process.stdout.write(`${USAGE}\n`);
  if (values.soak !== undefined) {
    const isRight = await soak({
      seconds: whole('soak', values.soak, 600),
      instances: whole('instances', values.instances, 3),
      redis: values.redis,
      properties: values.properties,
      faults: !values['no-faults'],
      seed: values.seed === undefined ? Date.now() % 1_000_000 : whole('seed', values.seed, 1_000_000),
    });
    if (!isRight) process.exitCode = 1;
    return;
  }
  const [seconds, users] = [whole('seconds', values.seconds, 120), whole('users', values.users, 400)];
  const emulatorUrl = values.emulator && loopback('emulator', values.emulator);
  const target = values.url
    ? {
        url: loopback('url', values.url),
        emulatorUrl,
        monitoringToken: process.env['MONITORING_TOKEN'] ?? '',
        stop: async () => {},
      }
    : await startTarget();
  process.stdout.write(`${users} users for ${seconds} s at ${target.url}\n\n`);
  try {
    if (!(await load(target, users, seconds))) process.exitCode = 1;
  } finally {
    await target.stop();
  }
}

exitOnSignals();
try {
  await main();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
