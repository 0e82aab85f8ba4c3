import { createBackground, createOwed, type RunInBackground } from '../request/background.ts';
import { CacheService } from '../cache/cache-service.ts';
import { cachePolicies } from '../cache/policies.ts';
import type { Clock } from '../time/clock.ts';
import type { Config } from '../settings/config.ts';
import { createSeal } from '../settings/seal.ts';
import { CountWriter } from '../consistency/count-writer.ts';
import { InProcessIdempotency } from '../consistency/idempotency.ts';
import { InProcessJournal } from '../consistency/in-process-journal.ts';
import { InProcessLock } from '../consistency/keyed-lock.ts';
import type { Debt } from '../consistency/debts.ts';
import { InProcessDebts } from '../consistency/in-process-debts.ts';
import { connectRedis, type RedisConnection } from '../shared/redis.ts';
import type { RecordContext } from '../records/values.ts';
import { share, type Shared } from '../shared/share.ts';
import { Pursuit } from '../consistency/pursuit.ts';
import { SyncQueue } from '../consistency/sync-queue.ts';
import type { Deps } from './deps.ts';
import { HubSpotTimeoutError, isTransient } from '../hubspot/errors.ts';
import type { Log } from '../observability/log.ts';
import type { Telemetry } from '../observability/telemetry.ts';
import { countStore } from './count-store.ts';
import { logUnreadable } from './unreadable-log.ts';

/** What the surroundings provide; tests pass their own. */
export interface Ports {
  clock: Clock;
  /** Returns a number from 0 to 1. */
  random: () => number;
  log: Log;
  telemetry: Telemetry;
  /** Carries on what another instance owes and did not get to. */
  resume: (deps: Deps, debt: Debt) => Promise<void>;
  /** Another instance met a failed login of that sealed name. */
  loginFailed: (key: string) => void;
  /** Keeps the instance alive until the promise settles, as Vercel's `waitUntil` does. */
  waitUntil: (promise: Promise<unknown>) => void;
  /** A connection to Redis, in place of the real one. */
  redis?: { connect: () => Promise<RedisConnection>; serverNow: () => number };
  /** When this process began, in milliseconds of the monotonic clock. */
  startedAtMs: number;
}

/** Loaded on first use, so that an answer without HubSpot does not wait for axios to load. */
export async function createDeps(config: Config, ports: Ports): Promise<Deps> {
  const { clock, log, telemetry, random, waitUntil } = ports;
  const { createHubSpotService } = await import('../hubspot/create-service.ts');
  const defaultDeadlineMs = config.http.studentDeadlineMs;
  const failed = (label: string, error: Error) => log.error('background work failed', { label, error });
  const running = { clock, waitUntil, failed };
  const background = createBackground({ ...running, deadlineMs: config.backgroundDeadlineMs });
  const recordContext = createRecordContext(config, log);
  const seal = createSeal(config.hubspot.token);
  const { shared, ...known } = createConsistency(config, ports, { background, seal });
  const { debts } = known;
  const hubspot = createHubSpotService(config.hubspot, {
    clock,
    log,
    telemetry,
    random,
    defaultDeadlineMs,
    ...(shared && { admit: shared.admit }),
  });
  const cache = createCache(config, clock, background, shared);
  shared?.attach({ cache, loginFailed: ports.loginFailed });
  const store = countStore(hubspot, config.objectTypes.mockExams, recordContext);
  const counts = createCounts(config, store, { clock, log, background });
  const pursuing = { clock, debts, horizonMs: config.writeHorizonMs, attemptMs: config.hubspot.attemptTimeoutMs };
  const deps: Deps = {
    config,
    clock,
    log,
    telemetry,
    hubspot,
    recordContext,
    cache,
    logins: new InProcessLock(clock, config.lockWaitMs, true),
    ...known,
    pursue: (debt, turn) => new Pursuit(pursuing, debt, turn),
    counts,
    idempotency: new InProcessIdempotency(clock),
    syncQueue: new SyncQueue(clock),
    seal,
    shared,
    sync: async () => takeOver(deps, ports.resume),
    background,
    owed: createOwed({ ...running, deadlineMs: config.debtDeadlineMs }),
    stop(graceMs) {
      for (const each of [hubspot, counts]) each.hurry();
      debts.stop(graceMs);
    },
  };
  return deps;
}

function createCounts(
  { afterthoughtLingerMs: lingerMs }: Config,
  store: ReturnType<typeof countStore>,
  ports: Pick<Deps, 'clock' | 'log' | 'background'>,
): CountWriter {
  return new CountWriter({ ...ports, ...store, lingerMs, isOutage: isTransient });
}

function createRecordContext({ timeZone, properties: { bookingKey } }: Config, log: Log): RecordContext {
  return { timeZone, bookingKey, unreadable: logUnreadable(log) };
}

/** Gets to know what others did, and begins with what they owe and did not get to. */
async function takeOver(deps: Deps, resume: Ports['resume']): Promise<void> {
  const { shared, debts, owed } = deps;
  if (!(await shared?.ledger.pull())) return;
  const taken = await Promise.all(debts.takeOverdue().map(async (id) => debts.adopt(id)));
  for (const debt of taken) if (debt) owed('debt of another instance', async () => resume(deps, debt));
}

/** What this process keeps by itself or, with Redis, shares with others. */
function createConsistency(
  config: Config,
  { clock, log, startedAtMs, redis }: Ports,
  { background, seal }: Pick<Deps, 'background' | 'seal'>,
): Pick<Deps, 'journal' | 'debts' | 'locks' | 'shared'> {
  const journal = new InProcessJournal(clock);
  const { url } = config.redis;
  const assurance = config.confirmBookings ? ('rank' as const) : ('certain' as const);
  const own = { journal, assurance, knowsAllAtMs: startedAtMs + config.consistencyLagMs };
  if (url === null) {
    const locks = new InProcessLock(clock, config.lockWaitMs, !config.confirmBookings);
    return { journal, debts: new InProcessDebts({ clock, ...own }), locks, shared: null };
  }
  const connect = redis?.connect ?? (async () => connectRedis(url));
  const serverNow = redis?.serverNow ?? null;
  const shared = share(config, own, { clock, log, background, seal, connect, serverNow });
  return { journal: shared.journal, debts: shared.debts, locks: shared.locks, shared };
}

function createCache(
  { cache, http }: Config,
  clock: Clock,
  background: RunInBackground,
  shared: Shared | null,
): CacheService {
  const { enabled, maxEntries, maxBytes, ttlMs } = cache;
  return new CacheService({
    clock,
    enabled,
    maxEntries,
    maxBytes,
    policies: cachePolicies(ttlMs),
    background,
    isOutage: isTransient,
    loadDeadlineMs: http.studentDeadlineMs,
    secondLevel: shared?.values ?? null,
    trustedSinceMs: () => shared?.ledger.trustedSinceMs ?? -Infinity,
    dropped: (stale) => shared?.values.drop(stale),
    late: (kind) => new HubSpotTimeoutError(`cache.${kind}`, `${kind} did not arrive before the deadline`),
  });
}
