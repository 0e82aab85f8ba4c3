import { z } from 'zod';
import { queryFlag } from '../contract/fields.ts';
import { HubSpotError, isTransient } from '../hubspot/errors.ts';
import type { App } from './app.ts';
import { carriesBearer } from './bearer.ts';
import type { Reply } from './envelope.ts';

export const HealthInput = z.object({ deep: queryFlag('deep', false) });

const SERVICE = 'mocks-booking-api';
/** A deep check reaches HubSpot at most this often. */
const DEEP_CHECK_TTL_MS = 10_000;

interface DeepCheck {
  at: number;
  /** What failed; null when HubSpot answered. */
  problem: Promise<string | null>;
}
const lastChecks = new WeakMap<App, DeepCheck>();

/**
 * Whether this instance answers and, with `deep`, whether HubSpot does. Why not, what is used of HubSpot's limits, and the cache's counters, are shown only
 * to the monitoring token.
 */
export async function checkHealth(app: App, { deep }: z.infer<typeof HealthInput>, request: Request): Promise<Reply> {
  const body = { status: 'healthy', timestamp: new Date(app.clock.now()).toISOString(), service: SERVICE };
  if (!deep) return { status: 200, body };
  const problem = await deepCheck(app);
  const details = carriesBearer(request, app.config.http.monitoringToken) ? await readDetails(app, problem) : {};
  if (problem === null) return { status: 200, body: { ...body, ...details } };
  return { status: 503, body: { ...body, status: 'degraded', ...details } };
}

/** What only the operator is shown: what failed, and the counters of this instance. */
async function readDetails(app: App, problem: string | null) {
  const { cache, hubspot } = await app.deps();
  return { checks: { hubspot: problem ?? 'ok' }, hubspot: hubspot.budgetStats(), cache: cache.stats() };
}

async function deepCheck(app: App): Promise<string | null> {
  const last = lastChecks.get(app);
  if (last && app.clock.monotonicMs() - last.at < DEEP_CHECK_TTL_MS) return last.problem;
  const check = { at: app.clock.monotonicMs(), problem: reachHubSpot(app) };
  lastChecks.set(app, check);
  return check.problem;
}

async function reachHubSpot(app: App): Promise<string | null> {
  const { hubspot, config, log } = await app.deps();
  try {
    await hubspot.ping(config.objectTypes.contacts);
    return null;
  } catch (error) {
    if (!(error instanceof HubSpotError)) throw error;
    log[isTransient(error) ? 'warn' : 'error']('deep health check failed', { reason: error.message });
    return error.message;
  }
}
