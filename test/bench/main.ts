import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { parseArgs } from 'node:util';
import { runBench, scenarioNames } from './plan.ts';
import { exitOnSignals } from './process/exit-on-signals.ts';
import type { BenchRun } from './report/bench-run.ts';
import { drawChart } from './report/chart.ts';
import { describeRun } from './report/print.ts';
import { writePage } from './report/page.ts';

const USAGE = `npm run bench -- [options]

  --quick         fewer samples, one rush: five minutes instead of twelve
  --only NAME     only the scenarios whose name holds NAME
  --json FILE     where the figures go (default .bench/latest.json)
  --from FILE     shows the figures of an earlier run instead of measuring
  --chart FILE    also draws them, as SVG
  --page          also writes them into .github/BENCHMARK.md`;

const OPTIONS = {
  quick: { type: 'boolean', default: false },
  only: { type: 'string' },
  json: { type: 'string', default: '.bench/latest.json' },
  from: { type: 'string' },
  chart: { type: 'string' },
  page: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const;

function write(file: string, text: string): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}

async function main(): Promise<void> {
  const { values } = parseArgs({ options: OPTIONS });
  if (values.help) return say(USAGE);
  const run = values.from ? (JSON.parse(readFileSync(values.from, 'utf8')) as BenchRun) : await measure(values);
  say(describeRun(run));
  if (!values.from) write(values.json, `${JSON.stringify(run, null, 2)}\n`);
  if (values.chart) write(values.chart, drawChart(run));
  if (values.page) writePage(run);
}

async function measure({ quick, only }: { quick: boolean; only?: string }): Promise<BenchRun> {
  if (only !== undefined && !scenarioNames().some((name) => name.includes(only))) {
    throw new Error(`no scenario is called ${only}; there are:\n  ${scenarioNames().join('\n  ')}`);
  }
  const startedAt = performance.now();
  const report = (line: string) => {
    process.stderr.write(`${((performance.now() - startedAt) / 1000).toFixed(0).padStart(4)} s  ${line}\n`);
  };
  return runBench({ quick, only, report });
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

exitOnSignals();
try {
  await main();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
