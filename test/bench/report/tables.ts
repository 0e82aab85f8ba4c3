import type { EndpointResult, Summary } from '../measure/endpoint-result.ts';
import type { MixResult } from '../measure/mix-run.ts';
import type { Distribution } from '../measure/percentiles.ts';
import type { RushResult } from '../measure/rush-result.ts';
import { CONTESTANTS, type ContestantName } from '../process/contestant.ts';
import type { BenchRun } from './bench-run.ts';
import { describeBudget, describeCalls, fitsBudget, goalsOf, servedAll } from './goals.ts';
import { type Cell, formatTable, milliseconds, percent } from './table.ts';

/** What each contestant is called in tables and in the chart. */
export const NAMES: Record<ContestantName, string> = {
  ours: 'this API',
  official: 'official client',
  naive: 'naive',
};

const TIMES = ['p50 ms', 'p95 ms', 'p99 ms'];

function timesOf(distribution: Distribution | null): Cell[] {
  if (!distribution) return ['–', '–', '–'];
  return [distribution.p50, distribution.p95, distribution.p99].map(milliseconds);
}

/** Results of one scenario next to each other, in the order in which the scenarios ran. */
function grouped<T extends { contestant: ContestantName }>(results: readonly T[], nameOf: (result: T) => string): T[] {
  const names = [...new Set(results.map(nameOf))];
  return names.flatMap((name) =>
    CONTESTANTS.flatMap((who) => results.filter((each) => each.contestant === who && nameOf(each) === name)),
  );
}

/** Every kind of request, cold and cached, for every contestant. */
export function endpointTable({ endpoints }: BenchRun): string {
  const headers = ['request', 'by', 'calls / rounds', 'asked', 'met', 'mean ms', ...TIMES];
  const more = ['own p50 ms', 'server p50 ms', '429', 'KB from HubSpot', 'samples', 'answers'];
  const rows = grouped(endpoints, ({ name }) => name).flatMap((result) => {
    const { contestant, name, cold, warm } = result;
    const ours = contestant === 'ours';
    const judged = ours && result.asked !== undefined;
    const first: Cell[] = [name, NAMES[contestant], describeCalls(result), judged ? describeBudget(result) : '–'];
    const rest = [judged ? yesNo(fitsBudget(result)) : '–', ...summaryCells(cold)];
    if (!warm) return [[...first, ...rest]];
    const asked = judged ? `≤ ${result.asked?.warmCalls ?? 0}` : '–';
    return [
      [...first, ...rest],
      [name, `${NAMES.ours}, cached`, String(warm.calls), asked, rest[0] ?? '–', ...summaryCells(warm)],
    ];
  });
  return formatTable([...headers, ...more], rows);
}

function summaryCells({ latencyMs, ownMs, serverMs, refused, bytes, wrong }: Summary): Cell[] {
  const times = [milliseconds(latencyMs.mean), ...timesOf(latencyMs)];
  const server = serverMs ? milliseconds(serverMs.p50) : '–';
  const answers = wrong.length === 0 ? 'right' : `WRONG: ${wrong.join(', ')}`;
  return [
    ...times,
    milliseconds(ownMs.p50),
    server,
    refused,
    Number((bytes / 1024).toFixed(1)),
    latencyMs.count,
    answers,
  ];
}

/** How each rush ended. */
export function rushTable({ rushes }: BenchRun): string {
  const headers = [
    'rush',
    'by',
    'served right',
    'booked',
    'told full',
    'failed',
    'untrue answers',
    'oversold',
    'HubSpot calls',
    '429',
  ];
  const more = ['KB from HubSpot', ...TIMES.map((time) => `booking ${time}`), 'visit p95 ms', 'Redis', 'all right'];
  const rows = grouped(rushes, ({ plan }) => plan.name).map((result) => {
    const { plan, contestant, right, booked, full, wrong, oversold, cost, bookingMs, journeyMs } = result;
    const told: Cell[] = [right, booked, full, plan.students - booked - full, sum(wrong), oversold];
    const paid = [cost.calls, cost.refused, Math.round(cost.bytes / 1024)];
    const { redis } = result;
    const shared = redis ? `${redis.commands} commands, ${redis.ms} ms` : '';
    const times = [...timesOf(bookingMs), milliseconds(journeyMs.p95), shared];
    return [plan.name, NAMES[contestant], ...told, ...paid, ...times, yesNo(servedAll(result))];
  });
  return formatTable([...headers, ...more], rows);
}

/** Where visits of the rushes failed, which answers were untrue and what was logged as an error, line by line. */
export function rushTroubles({ rushes }: BenchRun): string[] {
  return rushes.flatMap(({ plan, contestant, failures, wrong, errorsLogged }) => {
    const troubles = [...listCounts(failures), ...listCounts(wrong), ...listCounts(errorsLogged, 'logged: ')];
    return troubles.length === 0 ? [] : [`${plan.name}, ${NAMES[contestant]}: ${troubles.join('; ')}`];
  });
}

function listCounts(counts: Record<string, number>, prefix = ''): string[] {
  return Object.entries(counts).map(([what, count]) => `${count} × ${prefix}${what}`);
}

function sum(counts: Record<string, number>): number {
  return Object.values(counts).reduce((total, count) => total + count, 0);
}

/** The steady mix, by contestant and kind of request. */
export function mixTable({ mixes }: BenchRun): string {
  const headers = ['by', 'requests', 'failed', 'HubSpot calls', 'calls per request', '429', 'KB from HubSpot'];
  const actions = ['list', 'available', 'capacity', 'credits', 'create', 'cancel'] as const;
  const rows = grouped(mixes, () => '').map(({ contestant, requests, failures, cost, latencyMs }) => {
    const calls = [cost.calls, Number((cost.calls / requests).toFixed(2)), cost.refused, Math.round(cost.bytes / 1024)];
    const times = actions.map((action) => {
      const times = latencyMs[action];
      return times ? `${milliseconds(times.p50)} / ${milliseconds(times.p95)}` : '–';
    });
    return [NAMES[contestant], requests, sum(failures), ...calls, ...times];
  });
  return formatTable([...headers, ...actions.map((action) => `${action} p50 / p95 ms`)], rows);
}

/** How often the cache answered in the mix, by kind of data. */
export function hitRateTable({ hitRates }: MixResult): string {
  const rows = hitRates.map(({ kind, hits, lookUps }) => [kind, lookUps, hits, percent(hits / lookUps)]);
  return formatTable(['cached data', 'look-ups', 'hits', 'rate'], rows);
}

/** Everything that was asked for, with what was measured. */
export function goalTable(run: BenchRun): string {
  const rows = goalsOf(run).map(({ what, asked, measured, met }) => [what, asked, measured, yesNo(met)]);
  return formatTable(['goal', 'asked', 'measured', 'met'], rows);
}

function yesNo(met: boolean): string {
  return met ? 'yes' : 'NO';
}

/** One result by contestant and name. */
export function endpointOf(run: BenchRun, contestant: ContestantName, name: string): EndpointResult | undefined {
  return run.endpoints.find((result) => result.contestant === contestant && result.name === name);
}

export function rushOf(run: BenchRun, contestant: ContestantName, name: string): RushResult | undefined {
  return run.rushes.find((result) => result.contestant === contestant && result.plan.name === name);
}
