import { type HitRate, rateOf } from '../measure/hit-rates.ts';
import type { EndpointResult } from '../measure/endpoint-result.ts';
import type { RushResult } from '../measure/rush-result.ts';
import type { BenchRun } from './bench-run.ts';
import { milliseconds, percent } from './table.ts';

/** A target and what was measured of it. */
export interface Goal {
  what: string;
  asked: string;
  measured: string;
  met: boolean;
}

const MOST_OWN_MS = 3;
const MOST_SERVER_MS = 1;
/** Of the calls the naive API needs for the same requests. */
const LEAST_SAVED = 0.85;
/** By kind of cached data. */
const LEAST_HIT_RATES = [
  { kind: 'bookingList', what: 'lists', least: 0.6 },
  { kind: 'contact', what: 'credits', least: 0.7 },
  { kind: 'sessions', what: 'sessions', least: 0.8 },
];
const LEAST_HIT_RATE = 0.8;

/** Everything that was asked for, whether or not it was reached; what was not measured in this run is left out. */
export function goalsOf(run: BenchRun): Goal[] {
  const endpoints = run.endpoints.filter(({ contestant }) => contestant === 'ours');
  // Instances that know nothing of each other finish some bookings after the answer.
  const rushes = run.rushes.filter(({ contestant, plan }) => contestant === 'ours' && plan.fleet !== 'three instances');
  return [
    ...endpoints.flatMap(budgetGoals),
    ...timeGoals(endpoints),
    ...rushes.flatMap(rushGoals),
    ...mixGoals(run),
    ...run.micro.map(({ name, mostMicroseconds, microseconds }) => ({
      what: name,
      asked: `≤ ${mostMicroseconds} µs`,
      measured: `${microseconds.toFixed(2)} µs`,
      met: microseconds <= mostMicroseconds,
    })),
    ...refusedGoal(run),
    ...builtGoal(run),
  ];
}

/** Customer's wish: a cold start that nobody notices. */
const MOST_IMPORT_MS = 150;

function builtGoal({ built }: BenchRun): Goal[] {
  if (!built) return [];
  const { importMs, startRatio, firstHealthMs, files, bytes } = built;
  const size = `${files} files, ${(bytes / 1_000_000).toFixed(1)} MB`;
  const times = `${importMs.toFixed(0)} ms, health answered after ${firstHealthMs.toFixed(0)} ms`;
  const measured = `${times}; ${startRatio.toFixed(1)} times the start of an empty module; ${size}`;
  return [
    { what: 'the built function: import', asked: `≤ ${MOST_IMPORT_MS} ms`, measured, met: importMs <= MOST_IMPORT_MS },
  ];
}

/** What the contract allows, in its own words: `≤ 5 / 3 + 1`. */
export function describeBudget({ asked }: EndpointResult): string {
  if (!asked) return '–';
  return `≤ ${asked.calls} / ${asked.rounds}${asked.after === undefined ? '' : ` + ${asked.after}`}`;
}

/** Calls and rounds in the same form. */
export function describeCalls({ asked, cold }: EndpointResult): string {
  if (asked?.after === undefined) return `${cold.calls} / ${cold.rounds}`;
  return `${cold.awaitedCalls} / ${cold.rounds} + ${cold.calls - cold.awaitedCalls}`;
}

/** Calls after the answer count as before it where that is less: all of them must fit into the budget. */
export function fitsBudget({ asked, cold, warm }: EndpointResult): boolean {
  if (!asked) return true;
  const { calls, rounds, after = 0, warmCalls = 0 } = asked;
  const fits = cold.awaitedCalls <= calls && cold.calls <= calls + after && cold.rounds <= rounds;
  return fits && (!warm || warm.calls <= warmCalls) && isRight({ cold, warm });
}

function isRight({ cold, warm }: Pick<EndpointResult, 'cold' | 'warm'>): boolean {
  return cold.wrong.length === 0 && (!warm || warm.wrong.length === 0);
}

function budgetGoals(result: EndpointResult): Goal[] {
  const { name, asked, warm } = result;
  if (!asked) return [];
  const cached = warm ? `, ${warm.calls} cached` : '';
  const askedCached = warm ? `, ≤ ${asked.warmCalls ?? 0} cached` : '';
  return [
    {
      what: `${name}: calls / rounds`,
      asked: `${describeBudget(result)}${askedCached}`,
      measured: `${describeCalls(result)}${cached}${isRight(result) ? '' : ', wrong answers'}`,
      met: fitsBudget(result),
    },
  ];
}

function timeGoals(endpoints: readonly EndpointResult[]): Goal[] {
  const own = slowest(endpoints, ({ cold }) => cold.ownMs.p50);
  const server = slowest(endpoints, ({ warm }) => warm?.serverMs?.p50);
  return [
    ...(own ? [atMost('own time above HubSpot’s and a bare client’s, p50 of the slowest', MOST_OWN_MS, own)] : []),
    ...(server ? [atMost('server time of a cached answer, p50 of the slowest', MOST_SERVER_MS, server)] : []),
  ];
}

interface Slowest {
  name: string;
  ms: number;
}

function slowest(
  endpoints: readonly EndpointResult[],
  pick: (result: EndpointResult) => number | undefined,
): Slowest | undefined {
  const all = endpoints.flatMap((result) => {
    const ms = pick(result);
    return ms === undefined ? [] : [{ name: result.name, ms }];
  });
  return all.toSorted((a, b) => b.ms - a.ms)[0];
}

function atMost(what: string, mostMs: number, { name, ms }: Slowest): Goal {
  return { what, asked: `≤ ${mostMs} ms`, measured: `${milliseconds(ms)} ms (${name})`, met: ms <= mostMs };
}

/** Whether everybody got a right answer: as many bookings as there are seats, and the truth for the others. */
export function servedAll({ plan, booked, full, wrong, oversold }: RushResult): boolean {
  const seats = Math.min(plan.seats, plan.students);
  return booked === seats && booked + full === plan.students && oversold === 0 && Object.keys(wrong).length === 0;
}

function rushGoals(result: RushResult): Goal[] {
  const { plan, booked, full, cost, bookingMs, busyAnswers } = result;
  const seats = Math.min(plan.seats, plan.students);
  const bookingGoal = bookingMs
    ? [
        {
          what: `${plan.name}: p95 of a booking`,
          asked: `≤ ${plan.mostBookingMs} ms`,
          measured: `${milliseconds(bookingMs.p95)} ms, ${bookingMs.count} of ${plan.students} got that far`,
          met: bookingMs.p95 <= plan.mostBookingMs && bookingMs.count === plan.students,
        },
      ]
    : [];
  return [
    {
      what: `${plan.name}: right answers`,
      asked: `${seats} booked, ${plan.students - seats} told full`,
      measured: `${booked} booked, ${full} told full`,
      met: servedAll(result),
    },
    {
      what: `${plan.name}: refusals by HubSpot, 429 and 503 to students`,
      asked: '0, 0',
      measured: `${cost.refused}, ${busyAnswers}`,
      met: cost.refused === 0 && busyAnswers === 0,
    },
    ...bookingGoal,
    ...(plan.mostCalls === undefined
      ? []
      : [
          {
            what: `${plan.name}: HubSpot calls`,
            asked: `≤ ${plan.mostCalls}`,
            measured: String(cost.calls),
            met: cost.calls <= plan.mostCalls,
          },
        ]),
  ];
}

function mixGoals({ mixes }: BenchRun): Goal[] {
  const ours = mixes.find(({ contestant }) => contestant === 'ours');
  const naive = mixes.find(({ contestant }) => contestant === 'naive');
  if (!ours) return [];
  const reads = ours.reads ? [{ kind: 'reads', hits: ours.reads.withoutCalls, lookUps: ours.reads.all }] : [];
  const saved = naive ? 1 - ours.cost.calls / ours.requests / (naive.cost.calls / naive.requests) : undefined;
  return [
    ...LEAST_HIT_RATES.map(({ kind, what, least }) =>
      atLeast(`mix: hit rate of ${what}`, least, rateOf(ours.hitRates.filter((rate) => rate.kind === kind))),
    ),
    atLeast('mix: hit rate of the cache', LEAST_HIT_RATE, rateOf(ours.hitRates)),
    atLeast('mix: reads answered without a HubSpot call', LEAST_HIT_RATE, rateOf(reads)),
    ...(saved === undefined ? [] : [atLeast('mix: HubSpot calls saved against naive', LEAST_SAVED, saved)]),
  ];
}

function atLeast(what: string, least: number, share: HitRate['hits'] | null): Goal {
  const measured = share === null ? 'not asked for' : percent(share);
  return { what, asked: `≥ ${percent(least)}`, measured, met: share !== null && share >= least };
}

/** No refusal by HubSpot in anything this API did. */
function refusedGoal({ endpoints, rushes, mixes }: BenchRun): Goal[] {
  const ours = <T extends { contestant: string }>(results: readonly T[]) =>
    results.filter(({ contestant }) => contestant === 'ours');
  const all = [
    ...ours(endpoints).map(({ cold, warm }) => cold.refused + (warm?.refused ?? 0)),
    ...ours(rushes).map(({ cost }) => cost.refused),
    ...ours(mixes).map(({ cost }) => cost.refused),
  ];
  if (all.length === 0) return [];
  const refused = all.reduce((sum, count) => sum + count, 0);
  return [{ what: 'refusals by HubSpot (429) in all', asked: '0', measured: String(refused), met: refused === 0 }];
}
