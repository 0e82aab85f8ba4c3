import { buildForVercel, INSTALL_CLI, isCliInstalled } from '../support/vercel-build.ts';
import { type FunctionMeasures, measureFunction } from './built-function.ts';
import { runEndpoints } from './measure/endpoint-run.ts';
import type { EndpointResult } from './measure/endpoint-result.ts';
import { runMix } from './measure/mix-run.ts';
import type { RushResult } from './measure/rush-result.ts';
import { runRush } from './measure/rush-run.ts';
import { MICRO_BENCHMARKS } from './micro/all.ts';
import { type MicroResult, runMicro } from './micro/micro-benchmark.ts';
import type { ContestantName } from './process/contestant.ts';
import { type BenchRun, thisMachine } from './report/bench-run.ts';
import type { EndpointScenario } from './scenarios/endpoint.ts';
import type { AccountName } from './accounts/accounts.ts';
import { MIX, QUICK_MIX } from './scenarios/mix.ts';
import { READ_SCENARIOS } from './scenarios/reads.ts';
import { RUSHES, type RushPlan } from './scenarios/rush.ts';
import { WRITE_SCENARIOS, WRITE_STUDENTS } from './scenarios/writes.ts';

export interface BenchOptions {
  quick: boolean;
  /** Part of the names of the scenarios to run; undefined for all. */
  only: string | undefined;
  report: (line: string) => void;
}

const OTHERS = ['official', 'naive'] as const;
const MIX_NAME = 'steady mix';

const BUILT_FUNCTION = 'built function';

/** Names of everything there is to run. */
export function scenarioNames(): string[] {
  const endpoints = [...READ_SCENARIOS, ...WRITE_SCENARIOS].map(({ name }) => name);
  return [
    ...MICRO_BENCHMARKS.map(({ name }) => name),
    ...endpoints,
    ...RUSHES.map(({ name }) => name),
    MIX_NAME,
    BUILT_FUNCTION,
  ];
}

/**
 * Runs the benchmark. This API runs alone, since it is timed to the millisecond; the two others, which mostly wait, run
 * side by side where that does not slow them down.
 */
export async function runBench(options: BenchOptions): Promise<BenchRun> {
  const machine = thisMachine();
  const startedAt = new Date();
  const wanted = (name: string) => name.includes(options.only ?? '');
  const micro: MicroResult[] = [];
  for (const benchmark of MICRO_BENCHMARKS.filter(({ name }) => wanted(name))) micro.push(await runMicro(benchmark));
  const built = wanted(BUILT_FUNCTION) ? await measureBuilt(options.report) : undefined;
  const bench = { ...options, wanted };
  const ours = [await runRequests('ours', bench), await runRushes('ours', bench), await runMixes('ours', bench)];
  const requests = await Promise.all(OTHERS.map(async (who) => runRequests(who, bench)));
  const rushes = await runRushesOfOthers(bench);
  const mixes = [];
  for (const who of OTHERS) mixes.push(await runMixes(who, bench));
  const all = [...ours, ...requests, rushes, ...mixes];
  return {
    machine,
    startedAt: startedAt.toISOString(),
    durationMs: Date.now() - startedAt.getTime(),
    quick: options.quick,
    endpoints: all.flatMap(({ endpoints = [] }) => endpoints),
    rushes: all.flatMap(({ rushes = [] }) => rushes),
    mixes: all.flatMap(({ mixes = [] }) => mixes),
    micro,
    built,
  };
}

/** Nothing where the Vercel CLI is not installed: the figures then lack it. */
async function measureBuilt(report: (line: string) => void): Promise<FunctionMeasures | undefined> {
  if (!isCliInstalled()) {
    report(`the function is not built and measured: ${INSTALL_CLI}`);
    return undefined;
  }
  const build = await buildForVercel();
  try {
    return await measureFunction(build);
  } finally {
    build.dispose();
  }
}

interface Bench extends BenchOptions {
  wanted: (name: string) => boolean;
}

type Results = Partial<Pick<BenchRun, 'endpoints' | 'rushes' | 'mixes'>>;

async function runRequests(who: ContestantName, bench: Bench): Promise<Results> {
  const reads = await runSome(who, { account: 'reads', scenarios: READ_SCENARIOS }, bench);
  const writes = await runSome(who, { account: 'writes', scenarios: WRITE_SCENARIOS }, bench);
  return { endpoints: [...reads, ...writes] };
}

async function runRushes(who: ContestantName, bench: Bench): Promise<Results> {
  const rushes: RushResult[] = [];
  for (const plan of rushesOf(who, bench)) rushes.push(await reported(who, plan, bench));
  return { rushes };
}

/** Two rushes at a time, with both contestants. */
async function runRushesOfOthers(bench: Bench): Promise<Results> {
  const rushes: RushResult[] = [];
  const plans = rushesOf('naive', bench);
  while (plans.length > 0) {
    const some = plans.splice(0, 2);
    rushes.push(...(await Promise.all(OTHERS.flatMap((who) => some.map(async (plan) => reported(who, plan, bench))))));
  }
  return { rushes };
}

async function reported(who: ContestantName, plan: RushPlan, { report }: Bench): Promise<RushResult> {
  report(`${who}: ${plan.name}`);
  return runRush(who, plan);
}

async function runMixes(who: ContestantName, { quick, wanted, report }: Bench): Promise<Results> {
  if (!wanted(MIX_NAME)) return {};
  report(`${who}: ${MIX_NAME}`);
  return { mixes: [await runMix(who, quick ? QUICK_MIX : MIX)] };
}

function rushesOf(who: ContestantName, { quick, wanted }: Bench): RushPlan[] {
  return RUSHES.filter(({ name, compared, students, spreadMs }) => {
    if (!wanted(name) || (who !== 'ours' && !compared)) return false;
    return !quick || (students === 100 && spreadMs === 1000);
  });
}

async function runSome<N extends AccountName>(
  contestant: ContestantName,
  { account, scenarios }: { account: N; scenarios: readonly EndpointScenario<N>[] },
  { quick, report, wanted }: Bench,
): Promise<EndpointResult[]> {
  const some = scenarios.filter(({ name }) => wanted(name));
  if (some.length === 0) return [];
  const shortened = quick ? some.map((scenario) => ({ ...scenario, samples: fewer(scenario.samples) })) : some;
  const plan = { contestant, account, scenarios: shortened, students: WRITE_STUDENTS, warmSamples: quick ? 50 : 300 };
  return runEndpoints(plan, report);
}

function fewer(samples: Record<ContestantName, number>): Record<ContestantName, number> {
  const { ours, official, naive } = samples;
  return { ours: Math.min(2, ours), official: Math.min(1, official), naive: Math.min(1, naive) };
}
