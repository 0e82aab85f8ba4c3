import { type HitRate, rateOf } from '../measure/hit-rates.ts';
import { isTooLate } from './deadline.ts';
import { distribution } from '../measure/percentiles.ts';
import { tally } from '../measure/tally.ts';
import { formatTable, milliseconds, percent } from '../report/table.ts';
import type { LoadAction, LoadedAnswer } from './users.ts';

/** What HubSpot met during the load; undefined when its call log was not at hand. */
export interface HubSpotCalls {
  calls: number;
  refused: number;
}

export interface LoadOutcome {
  answers: readonly LoadedAnswer[];
  seconds: number;
  hubspot: HubSpotCalls | undefined;
  /** Undefined when the API did not show its counters. */
  hitRates: readonly HitRate[] | undefined;
}

/** Refusals that a student may well get: they are right answers. */
const EXPECTED = new Set(['EXAM_FULL', 'DUPLICATE_BOOKING', 'INSUFFICIENT_CREDITS']);

/** Whether an answer is neither a success nor a refusal with a reason, or came too late. */
export function isError({ action, answer }: LoadedAnswer): boolean {
  const { status, body } = answer;
  if (isTooLate(answer)) return true;
  if (status >= 200 && status < 300) return false;
  return !(action === 'create' && status === 400 && EXPECTED.has(String(body?.code)));
}

/** Whether the load was served without an error and without a refusal by HubSpot. */
export function isClean({ answers, hubspot }: LoadOutcome): boolean {
  return answers.length > 0 && !answers.some(isError) && (hubspot?.refused ?? 0) === 0;
}

const ACTIONS: LoadAction[] = ['list', 'available', 'capacity', 'credits', 'create', 'cancel'];

/** The outcome as text for a terminal. */
export function describeOutcome(outcome: LoadOutcome): string {
  const { answers, seconds, hubspot, hitRates } = outcome;
  const errors = answers.filter(isError);
  const rate = (answers.length / seconds).toFixed(1);
  return [
    latencyTable(answers),
    `${answers.length} requests in ${seconds.toFixed(0)} s (${rate} a second), ${errors.length} errors`,
    `statuses: ${describeCounts(tally(answers.map(({ answer }) => String(answer.status))))}`,
    ...(errors.length > 0 ? [`errors: ${describeCounts(tally(errors.map(describeError)))}`] : []),
    hubspot
      ? `HubSpot: ${hubspot.calls} calls, ${hubspot.refused} refused with 429`
      : 'HubSpot: its calls are not known here; give --emulator the address that npm start prints',
    ...(hitRates ? [hitTable(hitRates)] : ['cache: not shown; set MONITORING_TOKEN to the token of the instance']),
  ].join('\n\n');
}

function latencyTable(answers: readonly LoadedAnswer[]): string {
  const rows = ACTIONS.flatMap((action) => {
    const times = answers
      .filter((each) => each.action === action)
      .map(({ answer }) => answer.receivedAt - answer.sentAt);
    if (times.length === 0) return [];
    const { count, p50, p95, p99, max } = distribution(times);
    return [[action, count, ...[p50, p95, p99, max].map(milliseconds)]];
  });
  return formatTable(['request', 'count', 'p50 ms', 'p95 ms', 'p99 ms', 'max ms'], rows);
}

function hitTable(hitRates: readonly HitRate[]): string {
  const all = { kind: 'all', hits: 0, lookUps: 0 };
  for (const { hits, lookUps } of hitRates) {
    all.hits += hits;
    all.lookUps += lookUps;
  }
  const rows = [...hitRates, all].map((rate) => [rate.kind, rate.lookUps, rate.hits, percent(rateOf([rate]) ?? 0)]);
  return formatTable(['cached data', 'look-ups', 'hits', 'rate'], rows);
}

function describeError({ action, answer }: LoadedAnswer): string {
  if (isTooLate(answer)) return `${action} later than its deadline`;
  return `${action} ${answer.status} ${String(answer.body?.code ?? '')}`.trim();
}

function describeCounts(counts: Record<string, number>): string {
  return Object.entries(counts)
    .map(([what, count]) => `${count} × ${what}`)
    .join(', ');
}
