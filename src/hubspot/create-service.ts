import type { Clock } from '../clock.ts';
import type { Config } from '../config.ts';
import type { Log } from '../observability/log.ts';
import { AssociationTypes } from './association-types.ts';
import { CallExecutor } from './call-executor.ts';
import { pathsFor } from './paths.ts';
import { HubSpotService } from './service.ts';
import { createTransport } from './transport.ts';

export interface ServicePorts {
  clock: Clock;
  log: Log;
  /** Returns a number from 0 to 1. */
  random: () => number;
  /** Milliseconds a call may take where no request says otherwise. */
  defaultDeadlineMs: number;
}

/** Puts the service together, from the connection to its typed face. */
export function createHubSpotService(config: Config['hubspot'], ports: ServicePorts): HubSpotService {
  const { token, baseUrl, apiVersion, batchLimit, associationBatchLimit } = config;
  const { maxConcurrency, maxAttempts, attemptTimeoutMs } = config;
  const transport = createTransport({ baseUrl, token, clock: ports.clock });
  const executor = new CallExecutor({ ...ports, transport, maxConcurrency, maxAttempts, attemptTimeoutMs });
  const paths = pathsFor(apiVersion);
  const associationTypes = new AssociationTypes(executor, paths, ports.clock);
  return new HubSpotService({ executor, paths, associationTypes, batchLimit, associationBatchLimit });
}
