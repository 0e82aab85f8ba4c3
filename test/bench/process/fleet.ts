import { RedisServer } from '../../support/redis-server.ts';
import type { RushPlan } from '../scenarios/rush.ts';
import { type ContestantName, SECRETS, startContestant } from './contestant.ts';

/** Instances of an API that take turns. */
export interface Fleet {
  urls: string[];
  errors: () => string[];
  /** What Redis has cost all of them so far; null without Redis. */
  redisCost: () => Promise<{ commands: number; ms: number } | null>;
  stop: () => Promise<void>;
}

/** Starts as many instances as the plan says, over a Redis of their own where it says so. */
export async function startFleet(contestant: ContestantName, hubspotUrl: string, plan: RushPlan): Promise<Fleet> {
  const isAlone = plan.fleet === 'one process';
  const redis = plan.fleet === 'three instances over Redis' ? await RedisServer.start() : null;
  const confirmation = isAlone ? 'never' : redis ? 'auto' : 'always';
  const env = { BOOKING_CONFIRMATION: confirmation, ...(redis ? { REDIS_URL: redis.url } : {}) };
  const start = async () => startContestant(contestant, hubspotUrl, env);
  const apis = await Promise.all(Array.from({ length: isAlone ? 1 : 3 }, start));
  return {
    urls: apis.map(({ url }) => url),
    errors: () => apis.flatMap(({ errors }) => errors),
    async redisCost() {
      if (!redis) return null;
      const costs = await Promise.all(apis.map(async ({ url }) => costOf(url)));
      const sum = (of: (cost: Cost) => number) => costs.reduce((total, cost) => total + of(cost), 0);
      return { commands: sum(({ commands }) => commands), ms: sum(({ ms }) => ms) };
    },
    async stop() {
      await Promise.all(apis.map(async (api) => api.stop()));
      await redis?.kill();
    },
  };
}

type Cost = { commands: number; ms: number };

async function costOf(url: string): Promise<Cost> {
  const headers = { Authorization: `Bearer ${SECRETS.monitoring}` };
  const response = await fetch(`${url}/api/health?deep=true`, { headers });
  return ((await response.json()) as { redis: Cost }).redis;
}
