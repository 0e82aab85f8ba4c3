import { describe, expect, it } from 'vitest';
import { RateBudget } from '../../src/hubspot/budget.ts';
import { newContext, runInContext } from '../../src/request/context.ts';
import { Emulator } from '../../src/emulator/emulator.ts';
import { CONTACTS, createClient } from '../support/hubspot.ts';
import { NOW, VirtualClock } from '../support/virtual-clock.ts';
import { serveInProcess } from '../support/wire.ts';

const HUBSPOTS_LIMIT = 190;
/** HubSpot's limit less the twentieth that is left alone. */
const CEILING = 180;

/** Instances that share nothing but HubSpot, which lets 190 calls through in any ten seconds. */
function setUp(count: number, callsPer10Seconds: number) {
  const clock = new VirtualClock(NOW);
  const emulator = new Emulator({
    clock,
    settings: { latency: { readMs: 150, writeMs: 200 }, limits: { per10Seconds: HUBSPOTS_LIMIT } },
  });
  serveInProcess(emulator);
  const instances = Array.from({ length: count }, () =>
    createClient({ COALESCING_ENABLED: 'false', HUBSPOT_CALLS_PER_10_SECONDS: String(callsPer10Seconds) }, clock),
  );
  clock.busy = () => instances.reduce((sum, { hubspot }) => sum + hubspot.activeCount, -emulator.waitingCount);
  /** Every instance is asked for `perSecond` reads a second, for `seconds`, each with eight seconds to be answered. */
  const rush = async (seconds: number, perSecond: number) =>
    clock.run(async () =>
      Promise.all(
        instances.flatMap(({ hubspot }, instance) =>
          Array.from({ length: seconds * perSecond }, async (_, index) => {
            await clock.sleep(Math.floor((index * 1000) / perSecond) + instance * 7);
            const context = newContext(clock.monotonicMs(), 8000);
            await runInContext(context, async () => hubspot.getObject(CONTACTS, '1', { properties: [] })).catch(
              () => {},
            );
          }),
        ),
      ),
    );
  const refused = () => emulator.log.calls.filter(({ status }) => status === 429).length;
  return { rush, refused, times: () => emulator.log.calls.map(({ startedAt }) => startedAt) };
}

/** Calls in the ten seconds that begin `fromMs` after the first one. */
function callsIn(times: readonly number[], fromMs: number): number {
  const from = Math.min(...times) + fromMs;
  return times.filter((at) => at >= from && at < from + 10_000).length;
}

describe('instances that divide HubSpot’s limit among them', () => {
  it.each([
    [1, 180],
    [2, 90],
    [4, 45],
  ])('use nearly all of it and never more: %i with %i each', async (count, callsPer10Seconds) => {
    const { rush, refused, times } = setUp(count, callsPer10Seconds);
    await rush(40, 40 / count);
    expect(refused()).toBe(0);
    for (const fromMs of [0, 10_000, 20_000, 30_000]) {
      expect(callsIn(times(), fromMs)).toBeGreaterThanOrEqual(165);
      expect(callsIn(times(), fromMs)).toBeLessThanOrEqual(CEILING);
    }
  });
});

describe('one instance', () => {
  const limits = { callsPer10Seconds: 90, associationCallsPer10Seconds: 0, searchesPerSecond: 0, callsPerDay: 0 };

  /** How many calls it makes at once when HubSpot has counted `used` calls besides the one that told so. */
  async function roomBeside(used: number) {
    const clock = new VirtualClock(NOW);
    const budget = new RateBudget(clock, limits);
    const first = await budget.acquire('objects.get', 0);
    first.left();
    first.answered({ window: { max: HUBSPOTS_LIMIT, used: used + 1, intervalMs: 10_000 }, day: undefined });
    first.end();
    let made = 1;
    const fits = async () => budget.acquire('objects.get', clock.monotonicMs() + 1);
    while (made < 1000 && (await fits().then(Boolean, () => false))) made += 1;
    return made;
  }

  it.each([
    ['its whole share while the others keep to theirs', 0, 90],
    ['its whole share beside others that use all of theirs', 90, 90],
    ['what others leave under HubSpot’s limit when they use more', 120, 60],
  ])('has %s', async (_name, used, own) => {
    expect(await roomBeside(used)).toBe(own);
  });
});
