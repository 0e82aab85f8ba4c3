import { createBackground } from '../request/background.ts';
import { CacheService } from '../cache/cache-service.ts';
import { cachePolicies } from '../cache/policies.ts';
import { type Clock, epochMs } from '../time/clock.ts';
import type { Config } from '../settings/config.ts';
import { CountWriter } from '../consistency/count-writer.ts';
import { InProcessIdempotency } from '../consistency/idempotency.ts';
import { InProcessJournal } from '../consistency/in-process-journal.ts';
import { InProcessLock } from '../consistency/keyed-lock.ts';
import { LostCreates } from '../consistency/lost-creates.ts';
import { InProcessReservations } from '../consistency/seat-reservations.ts';
import { SyncQueue } from '../consistency/sync-queue.ts';
import type { Deps } from './deps.ts';
import { HubSpotTimeoutError, isTransient } from '../hubspot/errors.ts';
import type { Log } from '../observability/log.ts';
import { countToProperties } from '../records/exam.ts';
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
  const writeCount = async (id: string, total: number) => {
    const update = { id, properties: countToProperties(total) };
    const { updatedAt } = await hubspot.updateObject(config.objectTypes.mockExams, update, { repeatable: true });
    return epochMs(updatedAt);
  };
  const failed = (label: string, error: Error) => log.error('background work failed', { label, error });
  const background = createBackground({ clock, waitUntil, failed, deadlineMs: config.backgroundDeadlineMs });
  const { enabled, maxEntries, maxBytes, ttlMs } = config.cache;
  const policies = cachePolicies(ttlMs);
  return {
    config,
    clock,
    log,
    hubspot,
    recordContext: { timeZone: config.timeZone, unreadable: logUnreadable(log) },
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
