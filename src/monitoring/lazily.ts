import { randomUUID } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import type { Monitoring, MonitoringOptions } from './monitoring.ts';

/** Monitoring whose code is loaded after the first answer: neither a cold start nor that answer waits for it. */
export interface LazyMonitoring {
  /** Loads it, if need be. */
  monitoring: () => Promise<Monitoring>;
  /** To be called after each answer. */
  answered: () => void;
}

export function monitorLazily(
  options: Omit<MonitoringOptions, 'instanceId'>,
  waitUntil: (promise: Promise<unknown>) => void,
): LazyMonitoring {
  const { telemetry, log } = options;
  const instanceId = randomUUID();
  const load = async () => {
    const { startMonitoring } = await import('./monitoring.ts');
    return startMonitoring({ ...options, instanceId });
  };
  let loading: Promise<Monitoring> | undefined;
  const monitoring = async () => (loading ??= load());
  /** Whatever fails here must not fail anything else. */
  const flush = async () => {
    try {
      // The answer goes first.
      await setImmediate();
      await (await monitoring()).flush();
    } catch (error) {
      log.warn('monitoring failed', { reason: error instanceof Error ? error.name : 'unknown' });
    }
  };
  return { monitoring, answered: () => (telemetry.isOn ? waitUntil(flush()) : undefined) };
}
