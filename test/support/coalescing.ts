import type { HubSpotError } from '../../src/hubspot/errors.ts';
import type { NewObject } from '../../src/hubspot/create-objects.ts';
import { createEmulated } from './hubspot.ts';

const PACE = { latency: { readMs: 100, writeMs: 200 } };
export const VERSIONS = ['v3', '2026-09'];

/** A service over an emulator at its usual pace, for calls made side by side. */
export function setUpTogether(version: string, env: Record<string, string> = {}) {
  const emulated = createEmulated({ HUBSPOT_API_VERSION: version, HUBSPOT_MAX_ATTEMPTS: '1', ...env }, PACE);
  const { clock, emulator, hubspot, account } = emulated;
  const together = async <T>(works: readonly (() => Promise<T>)[]) =>
    clock.run(async () => Promise.allSettled(works.map(async (work) => work())));
  const operations = () => emulator.log.calls.map(({ operation }) => operation).filter((name) => !/labels/.test(name));
  const booking = (name: string, properties: Record<string, string> = {}): NewObject => {
    const all = { booking_id: name, email: `${name}@example.com`, is_active: 'Active', ...properties };
    return { properties: all, associations: [], identity: ['booking_id', 'email'] };
  };
  const names = () =>
    account
      .all('bookings')
      .map(({ booking_id: name = '' }) => name)
      .toSorted();
  return { ...emulated, together, operations, booking, names, hubspot };
}

/** What the fulfilled ones came to. */
export function values<T>(results: readonly PromiseSettledResult<T>[]): T[] {
  return results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
}

/** Why the rejected ones failed. */
export function failures(results: readonly PromiseSettledResult<unknown>[]): HubSpotError[] {
  return results.flatMap((result) => (result.status === 'rejected' ? [result.reason as HubSpotError] : []));
}
