import { readFileSync } from 'node:fs';
import { Emulator } from '../../../src/emulator/emulator.ts';
import { PORTAL_WITH_KEYS, PREPDOCTORS_PORTAL } from '../../../src/emulator/prepdoctors-portal.ts';
import { serveEmulator } from '../../../src/emulator/server.ts';
import { LIFELIKE_SETTINGS } from '../../../src/emulator/settings.ts';
import { AccountBuilder, type TestStudent } from '../../support/account-builder.ts';
import { RedisServer } from '../../support/redis-server.ts';
import type { SessionFacts } from '../accounts/sessions.ts';
import { type ApiProcess, startApi } from '../process/api-process.ts';
import { NO_INBOUND_LIMITS, SECRETS } from '../process/contestant.ts';

/** Shorter than by default, so that all is settled soon after the end; writes come late by less than the horizon. */
export const HORIZON_MS = 25_000;
const DEBT_DEADLINE_MS = 80_000;
/** Everything owed is settled within this time. */
export const SETTLED_AFTER_MS = DEBT_DEADLINE_MS + 10_000;

const STUDENTS = 40;
export const CREDITS = 6;
const SESSIONS = 8;
const CAPACITY = 12;

export interface SoakOptions {
  seconds: number;
  instances: number;
  /** Whether they share a Redis. */
  redis: boolean;
  /** Whether the account has the two optional properties. */
  properties: boolean;
  faults: boolean;
  seed: number;
}

/** One HubSpot, the instances over it, and who and what is in it. */
export interface Stage {
  emulator: Emulator;
  account: AccountBuilder;
  students: TestStudent[];
  sessions: SessionFacts[];
  apis: ApiProcess[];
  /** What the instances share; null for nothing. */
  redis: RedisServer | null;
  /** Kills an instance and starts another one in its place. */
  replaceOne: () => Promise<void>;
  stop: () => Promise<void>;
}

export async function setStage({ instances, properties, redis: isShared }: SoakOptions): Promise<Stage> {
  const portal = properties ? PORTAL_WITH_KEYS : PREPDOCTORS_PORTAL;
  const emulator = new Emulator({ settings: LIFELIKE_SETTINGS, portal });
  const account = new AccountBuilder(emulator);
  const students = Array.from({ length: STUDENTS }, () => account.student({ sj_credits: CREDITS }));
  const sessions = Array.from({ length: SESSIONS }, (_each, index) => {
    const date = `2099-12-${10 + index}`;
    return { id: account.exam({ date, capacity: CAPACITY }), date, type: 'Situational Judgment', capacity: CAPACITY };
  });
  const server = await serveEmulator(emulator);
  const redis = isShared ? await RedisServer.start() : null;
  const env = { ...instanceEnv(server.url, instances, properties), ...(redis ? shared(redis) : {}) };
  const start = async () => startApi('src/local/main.ts', env);
  const apis = await Promise.all(Array.from({ length: instances }, start));
  const replaceOne = async () => {
    await apis.shift()?.stop();
    apis.push(await start());
  };
  const stop = async () => {
    await Promise.all(apis.map(async (api) => api.stop()));
    await redis?.kill();
    await server.close();
  };
  return { emulator, account, students, sessions, apis, redis, replaceOne, stop };
}

/** One budget for all of them, and nothing to confirm. */
function shared({ url }: RedisServer): Record<string, string> {
  return { REDIS_URL: url, VERCEL: '1', BOOKING_CONFIRMATION: 'auto', HUBSPOT_CALLS_PER_10_SECONDS: '180' };
}

function instanceEnv(hubspotUrl: string, instances: number, properties: boolean): Record<string, string> {
  return {
    PORT: '0',
    HS_PRIVATE_APP_TOKEN: 'pat-soak',
    HUBSPOT_BASE_URL: hubspotUrl,
    HUBSPOT_CALLS_PER_10_SECONDS: String(Math.floor(180 / instances)),
    BOOKING_CONFIRMATION: instances > 1 ? 'always' : 'never',
    WRITE_HORIZON_MS: String(HORIZON_MS),
    DEBT_DEADLINE_MS: String(DEBT_DEADLINE_MS),
    CRON_SECRET: SECRETS.cron,
    HUBSPOT_WEBHOOK_SECRET: SECRETS.webhook,
    ...NO_INBOUND_LIMITS,
    ...(properties
      ? { HUBSPOT_PROPERTY_BOOKING_KEY: 'booking_key', HUBSPOT_PROPERTY_CREDIT_OP: 'mock_credit_op' }
      : {}),
  };
}

/** Resident memory of a process in megabytes; undefined where the system does not tell. */
export function residentMb({ pid }: ApiProcess): number | undefined {
  try {
    const kilobytes = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    return kilobytes === undefined ? undefined : Number(kilobytes) / 1024;
  } catch {
    return undefined;
  }
}
