import { createHmac } from 'node:crypto';
import { createBackground, createOwed, type RunInBackground } from '../request/background.ts';
import { CacheService } from '../cache/cache-service.ts';
import { cachePolicies } from '../cache/policies.ts';
import type { Clock } from '../time/clock.ts';
import type { Config, Secret } from '../settings/config.ts';
import { CountWriter } from '../consistency/count-writer.ts';
import { InProcessIdempotency } from '../consistency/idempotency.ts';
import { InProcessJournal } from '../consistency/in-process-journal.ts';
import { InProcessLock } from '../consistency/keyed-lock.ts';
import { InProcessDebts } from '../consistency/in-process-debts.ts';
import { Pursuit } from '../consistency/pursuit.ts';
import { SyncQueue } from '../consistency/sync-queue.ts';
import type { Deps } from './deps.ts';
import { HubSpotTimeoutError, isTransient } from '../hubspot/errors.ts';
import type { Log } from '../observability/log.ts';
import { countStore } from './count-store.ts';
import { logUnreadable } from './unreadable-log.ts';

/** What the surroundings provide; tests pass their own. */
export interface Ports {
  clock: Clock;
  /** Returns a number from 0 to 1. */
  random: () => number;
  log: Log;
  /** Keeps the instance alive until the promise settles, as Vercel's `waitUntil` does. */
  waitUntil: (promise: Promise<unknown>) => void;
  /** When this process began, in milliseconds of the monotonic clock. */
  startedAtMs: number;
}

/** Loaded on first use, so that an answer without HubSpot does not wait for axios to load. */
export async function createDeps(config: Config, ports: Ports): Promise<Deps> {
  const { clock, log, random, waitUntil, startedAtMs } = ports;
  const { createHubSpotService } = await import('../hubspot/create-service.ts');
  const defaultDeadlineMs = config.http.studentDeadlineMs;
  const hubspot = createHubSpotService(config.hubspot, { clock, log, random, defaultDeadlineMs });
  const journal = new InProcessJournal(clock);
  const debts = new InProcessDebts({
    clock,
    journal,
    assurance: config.confirmBookings ? 'rank' : 'certain',
    knowsAllAtMs: startedAtMs + config.consistencyLagMs,
  });
  const failed = (label: string, error: Error) => log.error('background work failed', { label, error });
  const running = { clock, waitUntil, failed };
  const background = createBackground({ ...running, deadlineMs: config.backgroundDeadlineMs });
  const recordContext = {
    timeZone: config.timeZone,
    bookingKey: config.properties.bookingKey,
    unreadable: logUnreadable(log),
  };
  const store = countStore(hubspot, config.objectTypes.mockExams, recordContext);
  const counts = new CountWriter({ clock, log, background, lingerMs: config.afterthoughtLingerMs, ...store });
  const pursuing = { clock, debts, horizonMs: config.writeHorizonMs, attemptMs: config.hubspot.attemptTimeoutMs };
  return {
    config,
    clock,
    log,
    hubspot,
    recordContext,
    cache: createCache(config, clock, background),
    logins: new InProcessLock(clock, config.lockWaitMs, true),
    locks: new InProcessLock(clock, config.lockWaitMs, !config.confirmBookings),
    journal,
    debts,
    pursue: (debt, turn) => new Pursuit(pursuing, debt, turn),
    counts,
    idempotency: new InProcessIdempotency(clock),
    syncQueue: new SyncQueue(clock),
    seal: createSeal(config.hubspot.token),
    background,
    owed: createOwed({ ...running, deadlineMs: config.debtDeadlineMs }),
    stop: (graceMs) => {
      hubspot.hurry();
      counts.hurry();
      debts.stop(graceMs);
    },
  };
}

/** Keyed by what only the instances of one account share. */
function createSeal(token: Secret): Deps['seal'] {
  return (text) => createHmac('sha256', token.reveal()).update(text).digest('base64url').slice(0, 22);
}

function createCache({ cache, http }: Config, clock: Clock, background: RunInBackground): CacheService {
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
    late: (kind) => new HubSpotTimeoutError(`cache.${kind}`, `${kind} did not arrive before the deadline`),
  });
}
