import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

/** Who is measured: this project, an API that asks record by record, and one over HubSpot's official client. */
export const CONTESTANTS = ['ours', 'official', 'naive'] as const;
export type ContestantName = (typeof CONTESTANTS)[number];

const ENTRIES: Record<ContestantName, string> = {
  ours: 'src/local/main.ts',
  official: 'test/bench/official/main.ts',
  naive: 'test/bench/naive/main.ts',
};

/** Secrets of the instances that are measured; they are good for nothing else. */
export const SECRETS = { cron: 'bench-cron', webhook: 'bench-webhook', monitoring: 'bench-monitoring' };

const ENVIRONMENT = {
  PORT: '0',
  HS_PRIVATE_APP_TOKEN: 'bench',
  BOOKING_CONFIRMATION: 'never',
  CRON_SECRET: SECRETS.cron,
  HUBSPOT_WEBHOOK_SECRET: SECRETS.webhook,
  MONITORING_TOKEN: SECRETS.monitoring,
};

/** Lets one caller ask as often as the measurement needs. */
export const NO_INBOUND_LIMITS = {
  RATE_LIMIT_PER_ADDRESS: '0',
  RATE_LIMIT_BOOKINGS: '0',
  RATE_LIMIT_AVAILABLE: '0',
  RATE_LIMIT_VALIDATE_CREDITS: '0',
  RATE_LIMIT_SYNC: '0',
};

/** An API in a process of its own. */
export interface Contestant {
  /** On loopback, without a trailing slash. */
  url: string;
  /** Lines of its log at level error. */
  errors: string[];
  stop: () => Promise<void>;
}

/**
 * Starts an API as `npm start` does, on a free port, over the HubSpot at `hubspotUrl`.
 * @throws when it does not start, with what it said.
 */
export async function startContestant(
  name: ContestantName,
  hubspotUrl: string,
  env: Record<string, string> = {},
): Promise<Contestant> {
  const child = spawn(process.execPath, [ENTRIES[name]], {
    env: { ...ENVIRONMENT, ...env, PATH: process.env['PATH'], HUBSPOT_BASE_URL: hubspotUrl },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const errors: string[] = [];
  const complaints: string[] = [];
  createInterface({ input: child.stderr }).on('line', (line) => complaints.push(line));
  const started = Promise.withResolvers<string>();
  createInterface({ input: child.stdout }).on('line', (line) => {
    const url = /^API on (http:\/\/\S+)/.exec(line)?.[1];
    if (url) started.resolve(url);
    if (line.includes('"level":"error"')) errors.push(line);
  });
  child.once('exit', (code) => started.reject(new Error(`${name} ended with code ${code}: ${complaints.join('\n')}`)));
  const url = await started.promise;
  return { url: url.replace('localhost', '127.0.0.1'), errors, stop: async () => stop(child) };
}

/** At once: nobody waits for what is still under way. */
async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
}
