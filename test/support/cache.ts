import { createBackground } from '../../src/request/background.ts';
import { CacheService, type CacheOptions } from '../../src/cache/cache-service.ts';
import type { CacheKey } from '../../src/cache/entry.ts';
import { type CacheKind, cachePolicies } from '../../src/cache/policies.ts';
import { BackgroundWork } from '../../src/request/background-work.ts';
import { createLog } from '../../src/observability/log.ts';
import { NOW, VirtualClock } from './virtual-clock.ts';

export const TTL_MS = {
  exam: 300_000,
  sessions: 180_000,
  seats: 60_000,
  contact: 60_000,
  enrollment: 300_000,
  booking: 60_000,
  association: 3_600_000,
  bookingList: 30_000,
};

/** So long a load takes. */
export const LOAD_MS = 100;

/** So long a load may take, whoever began it. */
export const LOAD_DEADLINE_MS = 9000;

/** HubSpot cannot be reached. */
export class Outage extends Error {}

export function testKey(kind: CacheKind, id: string, tags: string[] = [`tag:${id}`]): CacheKey<string | null> {
  return { kind, key: `${kind}:${id}`, tags };
}

/** A cache over a source that takes 100 ms a load and can be told to fail. */
export function createCache(options: Partial<CacheOptions> = {}) {
  const clock = new VirtualClock(NOW);
  const work = new BackgroundWork();
  const log = createLog(clock, 'silent', () => {});
  const background = createBackground({
    clock,
    failed: (label, error) => log.error('background work failed', { label, error }),
    waitUntil: work.waitUntil,
    deadlineMs: 50_000,
  });
  const cache = new CacheService({
    clock,
    enabled: true,
    maxEntries: 1000,
    maxBytes: 1_000_000,
    policies: cachePolicies(TTL_MS),
    background,
    isOutage: (error) => error instanceof Outage,
    loadDeadlineMs: LOAD_DEADLINE_MS,
    secondLevel: null,
    trustedSinceMs: () => -Infinity,
    dropped: () => {},
    late: (kind) => new Outage(`${kind} is late`),
    ...options,
  });
  const source = { value: 'one' as string | null, failing: undefined as Error | undefined, loads: 0 };
  const load = async () => {
    source.loads += 1;
    const { value } = source;
    await clock.sleep(LOAD_MS);
    if (source.failing) throw source.failing;
    return value;
  };
  const fetch = async (key: CacheKey<string | null>, fetchOptions = {}) =>
    clock.run(async () => cache.fetch(key, load, fetchOptions));
  const settle = async () => clock.run(work.done);
  return { clock, cache, source, load, fetch, settle };
}
