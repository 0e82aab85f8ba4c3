import type { Clock } from '../time/clock.ts';
import type { Config } from '../settings/config.ts';
import type { Log } from '../observability/log.ts';
import type { Telemetry } from '../observability/telemetry.ts';
import { AssociationTypes } from './association-types.ts';
import { RateBudget } from './budget.ts';
import { CallExecutor } from './call-executor.ts';
import { DailyFacts } from './daily-facts.ts';
import { pathsFor } from './paths.ts';
import { Properties } from './properties.ts';
import { Queues } from './queues.ts';
import { HubSpotService } from './service.ts';
import { createTransport } from './transport.ts';

export interface ServicePorts {
  clock: Clock;
  log: Log;
  telemetry: Telemetry;
  /** See {@link CallExecutorOptions.admit}; nobody else makes calls, unless it is given. */
  admit?: (operation: string, leaveBy: number) => Promise<void>;
  /** Returns a number from 0 to 1. */
  random: () => number;
  /** Milliseconds a call may take where no request says otherwise. */
  defaultDeadlineMs: number;
}

/** Puts the service together, from the connection to its typed face. */
export function createHubSpotService(config: Config['hubspot'], ports: ServicePorts): HubSpotService {
  const { token, baseUrl, apiVersion, batchLimit, associationBatchLimit } = config;
  const { maxConcurrency, maxAttempts, attemptTimeoutMs, coalescing } = config;
  const { clock } = ports;
  const transport = createTransport({ baseUrl, token, clock });
  const budget = new RateBudget(clock, config.limits);
  const { admit = async () => {}, ...own } = ports;
  const limits = { maxConcurrency, maxAttempts, attemptTimeoutMs };
  const executor = new CallExecutor({ ...own, ...limits, admit, transport, budget });
  const paths = pathsFor(apiVersion);
  const associationTypes = new AssociationTypes(executor, paths, new DailyFacts(clock, ports.defaultDeadlineMs));
  const properties = new Properties(executor, paths, new DailyFacts(clock, ports.defaultDeadlineMs));
  const connection = { executor, paths, associationTypes, properties, batchLimit, associationBatchLimit };
  const { telemetry } = ports;
  const queues = new Queues(connection, { clock, telemetry, ...coalescing, pressure: () => budget.pressure });
  return new HubSpotService(connection, queues, budget);
}
