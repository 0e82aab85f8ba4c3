import { type Finding, fine, problem, warning } from '../finding.ts';
import type { Patient } from '../patient.ts';

/** A rush needs room: with less of the day left than this, do not switch today. */
const LEAST_DAY_SHARE = 0.2;

/** How many calls HubSpot allows, and how many are left. */
export async function checkLimits({ account, config }: Patient): Promise<Finding[]> {
  const usage = await account.dailyUsage();
  return [...windowFindings(account.limits.window, config.hubspot.limits.callsPer10Seconds), ...dayFindings(usage)];
}

function windowFindings(window: Patient['account']['limits']['window'], ours: number): Finding[] {
  if (!window) {
    const fix = 'Look at the limit in HubSpot, and set HUBSPOT_CALLS_PER_10_SECONDS below it.';
    return [warning('window-untold', 'HubSpot’s answers do not tell how many calls it allows in ten seconds.', fix)];
  }
  const { max, used } = window;
  const text = `HubSpot allows ${max} calls in ${window.intervalMs / 1000} s; ${used ?? 'an unknown number'} of them were used a moment ago.`;
  if (ours > max) {
    const fix = `Set HUBSPOT_CALLS_PER_10_SECONDS to ${Math.floor(max * 0.9)}, or buy the API add-on.`;
    return [problem('window-small', `${text} HUBSPOT_CALLS_PER_10_SECONDS is ${ours}.`, fix)];
  }
  return [fine('window', text)];
}

function dayFindings(usage: Awaited<ReturnType<Patient['account']['dailyUsage']>>): Finding[] {
  if (!usage?.usageLimit) return [fine('day', 'HubSpot tells no limit of calls a day.')];
  const left = usage.usageLimit - usage.currentUsage;
  const text = `${left} of ${usage.usageLimit} calls of today are left, for all private apps together.`;
  if (left >= usage.usageLimit * LEAST_DAY_SHARE) return [fine('day', text)];
  return [warning('day-short', text, 'Do not switch today, or find out which app makes so many calls.')];
}
