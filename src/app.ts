import { createBackground } from './background.ts';
import { CacheService } from './cache/cache-service.ts';
import { cachePolicies } from './cache/policies.ts';
import { type Clock, epochMs, systemClock } from './clock.ts';
import type { Config } from './config.ts';
import { CountWriter } from './consistency/count-writer.ts';
import { InProcessIdempotency } from './consistency/idempotency.ts';
import { InProcessJournal } from './consistency/journal.ts';
import { InProcessLock } from './consistency/keyed-lock.ts';
import { LostCreates } from './consistency/lost-creates.ts';
import { InProcessReservations } from './consistency/seat-reservations.ts';
import { SyncQueue } from './consistency/sync-queue.ts';
import type { Deps } from './deps.ts';
import type { App } from './http/app.ts';
import { RateLimits } from './http/rate-limits.ts';
import { HubSpotTimeoutError, isTransient } from './hubspot/errors.ts';
import { createLog, type Log } from './observability/log.ts';
import { countToProperties } from './records/exam.ts';

/** What the surroundings provide; tests pass their own. */
export interface Ports {
  clock: Clock;
  /** Returns a number from 0 to 1. */
  random: () => number;
  log: Log;
  /** Keeps the instance alive until the promise settles, as Vercel's `waitUntil` does. */
  waitUntil: (promise: Promise<unknown>) => void;
}

/** Builds one instance from its configuration: clients and limits live as long as it does. */
export function createApp(config: Config, ports: Partial<Ports> & Pick<Ports, 'waitUntil'>): App {
  const clock = ports.clock ?? systemClock;
  const log = ports.log ?? createLog(clock, config.logLevel, (line) => console.log(line));
  const complete: Ports = { random: Math.random, ...ports, clock, log };
  let deps: Promise<Deps> | undefined;
  return {
    config,
    clock,
    log,
    rateLimits: new RateLimits(config.rateLimits),
    async deps() {
      deps ??= createDeps(config, complete);
      try {
        return await deps;
      } catch (error) {
        deps = undefined;
        throw error;
      }
    },
  };
}

/** Loaded on first use, so that an answer without HubSpot does not wait for axios to load. */
async function createDeps(config: Config, { clock, log, random, waitUntil }: Ports): Promise<Deps> {
  const startedAtMs = clock.now();
  const { createHubSpotService } = await import('./hubspot/create-service.ts');
  const defaultDeadlineMs = config.http.studentDeadlineMs;
  const hubspot = createHubSpotService(config.hubspot, { clock, log, random, defaultDeadlineMs });
  const journal = new InProcessJournal(clock);
  const writeCount = async (id: string, total: number) => {
    const update = { id, properties: countToProperties(total) };
    const { updatedAt } = await hubspot.updateObject(config.objectTypes.mockExams, update, { repeatable: true });
    return epochMs(updatedAt);
  };
  const background = createBackground({ clock, log, waitUntil, deadlineMs: config.backgroundDeadlineMs });
  const { enabled, maxEntries, maxBytes, ttlMs } = config.cache;
  const policies = cachePolicies(ttlMs);
  return {
    config,
    clock,
    log,
    hubspot,
    cache: new CacheService({
      clock,
      enabled,
      maxEntries,
      maxBytes,
      policies,
      background,
      isOutage: isTransient,
      loadDeadlineMs: defaultDeadlineMs,
      late: (kind) => new HubSpotTimeoutError(`cache.${kind}`, `${kind} did not arrive before the deadline`),
    }),
    locks: new InProcessLock(clock, config.lockWaitMs),
    journal,
    reservations: new InProcessReservations(clock, journal),
    lostCreates: new LostCreates(),
    counts: new CountWriter(clock, log, writeCount),
    idempotency: new InProcessIdempotency(clock),
    syncQueue: new SyncQueue(clock),
    startedAtMs,
    background,
  };
}
