import { createLog, type Log } from '../observability/log.ts';
import { BackgroundWork } from '../request/background-work.ts';
import { waitingFor } from '../request/context.ts';
import type { Config } from '../settings/config.ts';
import { createSeal } from '../settings/seal.ts';
import { type Clock, systemClock, waitAtMost } from '../time/clock.ts';
import { createDeps, type Ports } from '../wiring/create-deps.ts';
import type { Deps } from '../wiring/deps.ts';
import { type LazyMonitoring, monitorLazily } from '../monitoring/lazily.ts';
import { Telemetry } from '../observability/telemetry.ts';
import { RateLimits } from './rate-limits.ts';

/** What serving HTTP needs; whatever reaches HubSpot is loaded only when a handler asks for `deps`. */
export interface App extends LazyMonitoring {
  config: Config;
  clock: Clock;
  log: Log;
  rateLimits: RateLimits;
  telemetry: Telemetry;
  deps: () => Promise<Deps>;
  /** The same, if a handler has asked for them before. */
  loaded: () => Deps | undefined;
  /** Finishes what goes on after the answers, within `graceMs`; what could not be finished is one line of the log. */
  stop: (graceMs: number) => Promise<void>;
}

/** Builds one instance from its configuration: clients and limits live as long as it does. */
export function createApp(
  config: Config,
  ports: Partial<Omit<Ports, 'loginFailed'>> & Pick<Ports, 'waitUntil' | 'resume'>,
): App {
  const clock = ports.clock ?? systemClock;
  const log = ports.log ?? createLog(clock, config.logLevel, (line) => console.log(line));
  const work = new BackgroundWork();
  const waitUntil = (promise: Promise<unknown>) => {
    work.waitUntil(promise);
    ports.waitUntil(promise);
  };
  const seal = createSeal(config.hubspot.token);
  const tellFailed = (key: string) => void deps?.then(({ shared }) => shared?.tell(() => ['loginFailed', key]));
  const rateLimits = new RateLimits(clock, config.rateLimits, seal, tellFailed);
  const loginFailed = (key: string) => rateLimits.failed(key);
  const isMonitored = config.http.monitoringToken !== undefined || config.monitoring.otlp !== null;
  const telemetry = new Telemetry(isMonitored || config.overEmulator);
  const complete = { random: Math.random, startedAtMs: 0, ...ports, clock, log, telemetry, waitUntil, loginFailed };
  if (config.warnings.length > 0) log.warn('suspicious settings', { warnings: config.warnings });
  let deps: Promise<Deps> | undefined;
  let ready: Deps | undefined;
  const loaded = () => ready;
  return {
    config,
    clock,
    log,
    rateLimits,
    telemetry,
    loaded,
    ...monitorLazily({ config: config.monitoring, clock, log, telemetry, loaded }, waitUntil),
    async deps() {
      const loading = (deps ??= createDeps(config, complete));
      try {
        const made = await waitingFor(clock, 'start', async () => loading);
        await made.sync();
        ready = made;
        return made;
      } catch (error) {
        if (deps === loading) deps = undefined;
        throw error;
      }
    },
    stop: async (graceMs) => stop(await deps, { clock, log, work }, graceMs),
  };
}

/** Finishes what goes on after the answers. */
async function stop(
  loaded: Deps | undefined,
  { clock, log, work }: { clock: Clock; log: Log; work: BackgroundWork },
  graceMs: number,
): Promise<void> {
  if (!loaded) return;
  loaded.stop(graceMs);
  await waitAtMost(clock, graceMs, work.done());
  loaded.shared?.redis.close();
  const unsettled = (await loaded.debts.unsettled()).filter((debt) => loaded.debts.isOwn(debt));
  const debts = unsettled.map(({ kind, bookingId, contactId, examId }) => {
    return `${kind}: bookingId ${bookingId ?? 'unknown'}, contactId ${contactId}, examId ${examId}`;
  });
  if (debts.length > 0 || !work.isDone) log.error('stopped before everything was finished: check it', { debts });
}
