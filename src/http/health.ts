import { z } from 'zod';
import { queryFlag } from '../contract/fields.ts';
import { HubSpotError, isTransient } from '../hubspot/errors.ts';
import { TIMED_OUT, waitAtMost } from '../time/clock.ts';
import { checkRedis } from '../shared/check.ts';
import type { Deps } from '../wiring/deps.ts';
import type { App } from './app.ts';
import { carriesBearer } from './bearer.ts';
import type { Reply } from './envelope.ts';

export const HealthInput = z.object({ deep: queryFlag('deep', false) });

const SERVICE = 'mocks-booking-api';
/** A deep check reaches HubSpot at most this often. */
const DEEP_CHECK_TTL_MS = 10_000;
/** Longer nobody waits for it: monitors have deadlines of their own. */
const DEEP_CHECK_WAIT_MS = 3000;

interface DeepCheck {
  /** When it began, in milliseconds of the monotonic clock. */
  at: number;
  checkedAt: string;
  /** What failed; null when HubSpot answered. */
  problem: Promise<string | null>;
}
const lastChecks = new WeakMap<App, DeepCheck>();

/**
 * Whether this instance answers and, with `deep`, whether HubSpot does. Why not, what is used of HubSpot's limits, and
 * the cache's counters, are shown only to the monitoring token.
 */
export async function checkHealth(app: App, { deep }: z.infer<typeof HealthInput>, request: Request): Promise<Reply> {
  const body = { status: 'healthy', timestamp: new Date(app.clock.now()).toISOString(), service: SERVICE };
  if (!deep) return { status: 200, body };
  const check = await deepCheck(app);
  const outcome = await waitAtMost(app.clock, DEEP_CHECK_WAIT_MS, check.problem);
  const problem = outcome === TIMED_OUT ? `no answer within ${DEEP_CHECK_WAIT_MS} ms` : outcome;
  const details = carriesBearer(request, app.config.http.monitoringToken) ? await readDetails(app, problem) : {};
  const looked = { ...body, checked_at: check.checkedAt, ...details };
  return problem === null ? { status: 200, body: looked } : { status: 503, body: { ...looked, status: 'degraded' } };
}

/** What only the operator is shown: what failed, and the counters of this instance. */
async function readDetails(app: App, problem: string | null) {
  const { cache, hubspot, shared } = await app.deps();
  const oddities = shared && (await checkRedis(shared.redis));
  const redis = oddities && { redis: oddities.length === 0 ? 'ok' : oddities.join('; ') };
  return {
    checks: { hubspot: problem ?? 'ok', ...redis },
    hubspot: hubspot.budgetStats(),
    cache: cache.stats(),
    ...(shared && { redis: shared.redis.stats() }),
  };
}

/** The check of the last seconds, or a new one, which ends even if nobody waits for it any more. */
async function deepCheck(app: App): Promise<DeepCheck> {
  const deps = await app.deps();
  const last = lastChecks.get(app);
  if (last && app.clock.monotonicMs() - last.at < DEEP_CHECK_TTL_MS) return last;
  const problem = reachHubSpot(deps);
  deps.background('deep health check', async () => problem);
  const check = { at: app.clock.monotonicMs(), checkedAt: new Date(app.clock.now()).toISOString(), problem };
  lastChecks.set(app, check);
  return check;
}

async function reachHubSpot({ hubspot, config, log }: Deps): Promise<string | null> {
  try {
    await hubspot.ping(config.objectTypes.contacts);
    return null;
  } catch (error) {
    if (!(error instanceof HubSpotError)) throw error;
    log[isTransient(error) ? 'warn' : 'error']('deep health check failed', { reason: error.message });
    return error.message;
  }
}
