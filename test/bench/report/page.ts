import { readFileSync, writeFileSync } from 'node:fs';
import { type BenchRun, describeMachine } from './bench-run.ts';
import { describeBudget, describeCalls, type Goal, goalsOf } from './goals.ts';
import { endpointOf, NAMES, rushOf } from './tables.ts';
import { type Cell, formatTable, milliseconds } from './table.ts';

const PAGE = '.github/BENCHMARK.md';
const START = '<!-- bench:start -->';
const END = '<!-- bench:end -->';

/** Writes the figures of a run between the page's markers. @throws when the markers are not there. */
export function writePage(run: BenchRun): void {
  writeFileSync(PAGE, replaceFigures(readFileSync(PAGE, 'utf8'), figuresOf(run)));
}

/** @throws when the markers are not there. */
export function replaceFigures(page: string, figures: string): string {
  const [start, end] = [page.indexOf(START), page.indexOf(END)];
  if (start < 0 || end < start) throw new Error(`the page has no ${START} … ${END}`);
  return `${page.slice(0, start)}${START}\n${figures}\n${page.slice(end)}`;
}

/** A run in short: each request, each rush, what was missed, and what it was measured on. */
function figuresOf(run: BenchRun): string {
  return [requestTable(run), rushTable(run), verdict(run), describeMachine(run)].join('\n\n');
}

function requestTable(run: BenchRun): string {
  const headers = [
    'HubSpot calls / rounds',
    'asked',
    NAMES.ours,
    'ms',
    'cached ms',
    NAMES.official,
    'ms',
    NAMES.naive,
    'ms',
  ];
  const rows = run.endpoints.flatMap((ours) => {
    if (ours.contestant !== 'ours' || !ours.asked) return [];
    const others = (['official', 'naive'] as const).flatMap((who): Cell[] => {
      const result = endpointOf(run, who, ours.name);
      if (!result) return ['–', '–'];
      const wrong = result.cold.wrong.length > 0 ? ' (wrong)' : '';
      return [`${result.cold.calls} / ${result.cold.rounds}${wrong}`, milliseconds(result.cold.latencyMs.p50)];
    });
    const cached = ours.warm ? milliseconds(ours.warm.latencyMs.p50) : '–';
    const own = [describeBudget(ours), describeCalls(ours), milliseconds(ours.cold.latencyMs.p50), cached];
    return [[ours.name, ...own, ...others]];
  });
  return formatTable(headers, rows);
}

function rushTable(run: BenchRun): string {
  const headers = ['students served right', NAMES.ours, 'HubSpot calls', 'booking p95 ms', NAMES.official, NAMES.naive];
  const rows = run.rushes.flatMap((ours) => {
    if (ours.contestant !== 'ours') return [];
    const others = (['official', 'naive'] as const).map((who) => {
      const result = rushOf(run, who, ours.plan.name);
      return result ? `${result.right} of ${result.plan.students}` : '–';
    });
    const { plan, right, cost, bookingMs } = ours;
    const answered = `${right} of ${plan.students}`;
    return [[plan.name, answered, cost.calls, bookingMs ? milliseconds(bookingMs.p95) : '–', ...others]];
  });
  return formatTable(headers, rows);
}

function verdict(run: BenchRun): string {
  const goals = goalsOf(run);
  const missed = goals.filter(({ met }) => !met);
  const mix = goals
    .filter(({ what }) => what.startsWith(MIX))
    .map(({ what, measured }) => `${what.slice(MIX.length)} ${measured}`);
  const steady = mix.length > 0 ? ` In the steady mix: ${mix.join('; ')}.` : '';
  const built = goals.find(({ what }) => what.startsWith('the built function'));
  const cold = built ? ` The function as Vercel builds it: import ${built.measured}.` : '';
  if (missed.length === 0) return `All ${goals.length} goals were met.${steady}${cold}`;
  return `${goals.length - missed.length} of ${goals.length} goals were met.${steady}${cold} Missed:\n\n${listOf(missed)}`;
}

const MIX = 'mix: ';

/** One line for each scenario that missed anything. */
function listOf(missed: readonly Goal[]): string {
  const lines = new Map<string, string[]>();
  for (const { what, asked, measured } of missed) {
    const [scenario = '', fact] = what.split(': ');
    const text = `${fact === undefined ? '' : `${fact} `}${measured} (asked ${asked})`;
    lines.set(scenario, [...(lines.get(scenario) ?? []), text]);
  }
  return [...lines].map(([scenario, facts]) => `- ${scenario}: ${facts.join('; ')}`).join('\n');
}
