import type { Meter, ObservableResult } from '@opentelemetry/api';
import type { Deps } from '../wiring/deps.ts';

/** What counts already becomes visible by being looked at; nothing, as long as no request has needed HubSpot. */
type Loaded = () => Deps | undefined;

/** Lets a meter look at the budget, the cache, the debts and Redis whenever somebody asks. */
export function observe(meter: Meter, loaded: Loaded): void {
  observeBudget(meter, loaded);
  observeCache(meter, loaded);
  observeDebts(meter, loaded);
  observeRedis(meter, loaded);
}

type Look = (deps: Deps, result: ObservableResult) => void | Promise<void>;

interface Looks {
  gauge: (name: string, description: string, look: Look, unit?: string) => void;
  counter: (name: string, description: string, look: Look) => void;
}

function looksOf(meter: Meter, loaded: Loaded): Looks {
  const whenLoaded = (look: Look) => async (result: ObservableResult) => {
    const deps = loaded();
    if (deps) await look(deps, result);
  };
  return {
    gauge: (name, description, look, unit = '') =>
      meter.createObservableGauge(name, { description, unit }).addCallback(whenLoaded(look)),
    counter: (name, description, look) =>
      meter.createObservableCounter(name, { description }).addCallback(whenLoaded(look)),
  };
}

function observeBudget(meter: Meter, loaded: Loaded): void {
  const { gauge, counter } = looksOf(meter, loaded);
  gauge('mocks.hubspot.window.used', 'HubSpot calls in the rolling window of ten seconds', ({ hubspot }, result) => {
    result.observe(hubspot.budgetStats().used);
  });
  gauge('mocks.hubspot.window.limit', 'HubSpot calls that fit into the window', ({ hubspot }, result) => {
    const { limit } = hubspot.budgetStats();
    if (Number.isFinite(limit)) result.observe(limit);
  });
  gauge('mocks.hubspot.waiting', 'HubSpot calls that wait for room', ({ hubspot }, result) => {
    for (const [priority, count] of Object.entries(hubspot.budgetStats().waiting)) result.observe(count, { priority });
  });
  counter('mocks.hubspot.refused', 'HubSpot calls refused for want of room before their deadline', (deps, result) => {
    for (const [priority, count] of Object.entries(deps.hubspot.budgetStats().refused)) {
      result.observe(count, { priority });
    }
  });
  gauge('mocks.hubspot.calls_today', "HubSpot calls of the day, all of the account's", ({ hubspot }, result) => {
    result.observe(hubspot.budgetStats().usedToday);
  });
}

function observeCache(meter: Meter, loaded: Loaded): void {
  const { gauge, counter } = looksOf(meter, loaded);
  counter('mocks.cache.lookups', 'Look-ups in the cache by what came of them', ({ cache }, result) => {
    for (const [kind, { hits, staleHits, misses }] of Object.entries(cache.stats())) {
      result.observe(hits, { kind, outcome: 'hit' });
      result.observe(staleHits, { kind, outcome: 'stale' });
      for (const [reason, count] of Object.entries(misses)) result.observe(count, { kind, outcome: 'miss', reason });
    }
  });
  counter('mocks.cache.evictions', 'Values that had to make room', ({ cache }, result) => {
    for (const [kind, { evictions }] of Object.entries(cache.stats())) result.observe(evictions, { kind });
  });
  counter(
    'mocks.cache.retired',
    'Values that are not kept any more, by whether anybody asked for them',
    (deps, result) => {
      for (const [kind, { retired }] of Object.entries(deps.cache.stats())) {
        result.observe(retired.used, { kind, used: true });
        result.observe(retired.unused, { kind, used: false });
      }
    },
  );
  counter('mocks.cache.loads', 'Loads into the cache', ({ cache }, result) => {
    for (const [kind, { loads }] of Object.entries(cache.stats())) result.observe(loads, { kind });
  });
  gauge('mocks.cache.entries', 'Values in the cache', ({ cache }, result) => {
    for (const [kind, { entries }] of Object.entries(cache.stats())) result.observe(entries, { kind });
  });
  gauge('mocks.cache.bytes', 'Size of the values in the cache, as JSON', ({ cache }, result) => {
    for (const [kind, { bytes }] of Object.entries(cache.stats())) result.observe(bytes, { kind });
  });
}

function observeDebts(meter: Meter, loaded: Loaded): void {
  const { gauge } = looksOf(meter, loaded);
  gauge('mocks.debts.open', 'Bookings and cancellings that are not finished', async ({ debts }, result) => {
    result.observe((await debts.unsettled()).length);
  });
  gauge(
    'mocks.debts.oldest',
    'Age of the oldest of them',
    async ({ debts, clock, config }, result) => {
      const open = await debts.unsettled();
      const openedAtMs = Math.min(...open.map(({ deadlineAt }) => deadlineAt - config.debtDeadlineMs));
      result.observe(open.length === 0 ? 0 : (clock.monotonicMs() - openedAtMs) / 1000);
    },
    's',
  );
}

function observeRedis(meter: Meter, loaded: Loaded): void {
  const { gauge, counter } = looksOf(meter, loaded);
  gauge('mocks.redis.up', 'Whether Redis answers, where it is used', ({ shared }, result) => {
    if (shared) result.observe(shared.redis.problem === null ? 1 : 0);
  });
  counter('mocks.redis.commands', 'Commands sent to Redis', ({ shared }, result) => {
    if (shared) result.observe(shared.redis.stats().commands);
  });
}
