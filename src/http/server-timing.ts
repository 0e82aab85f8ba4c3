import type { HubSpotUsage } from '../request/usage.ts';

/**
 * What the answer cost, for a browser's network panel: time waited for HubSpot and for whatever else was waited for,
 * whether the cache had it, and the whole. Milliseconds.
 */
export function serverTiming(usage: HubSpotUsage, monotonicMs: number, durationMs: number): string {
  const { hubspot = 0, ...others } = waits(usage, monotonicMs);
  return [
    `hubspot;desc="${usage.calls} calls";dur=${hubspot.toFixed(1)}`,
    ...Object.entries(others).map(([wait, ms]) => `${wait};dur=${ms.toFixed(1)}`),
    `cache;desc=${usage.cacheOutcome}`,
    `total;dur=${durationMs.toFixed(1)}`,
  ].join(', ');
}

/** The same for the log: `hubspotMs`, and `lingerMs`, `budgetMs`, … where there was such a wait. */
export function usageFields(usage: HubSpotUsage, monotonicMs: number): Record<string, number | string> {
  const { hubspot = 0, ...others } = waits(usage, monotonicMs);
  const fields: Record<string, number | string> = {
    cache: usage.cacheOutcome,
    hubspotCalls: usage.calls,
    hubspotMs: Math.round(hubspot),
  };
  for (const [wait, ms] of Object.entries(others)) fields[`${wait}Ms`] = Math.round(ms);
  return fields;
}

function waits(usage: HubSpotUsage, monotonicMs: number): Record<string, number> {
  // What took no time worth telling is left out.
  return Object.fromEntries([...usage.waitedMs(monotonicMs)].filter(([wait, ms]) => wait === 'hubspot' || ms >= 0.5));
}
