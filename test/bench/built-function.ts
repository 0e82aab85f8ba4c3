import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { firstAnswer, type FirstRequest } from '../support/first-answer.ts';
import { copyOut, filesIn, functionsOf, type VercelBuild } from '../support/vercel-build.ts';

/** Size and start of the function that Vercel would run. Times are medians, in milliseconds, each of fresh processes. */
export interface FunctionMeasures {
  files: number;
  bytes: number;
  /** Import of the function's entry. */
  importMs: number;
  /** Import of a module with nothing in it, in turn with the function's. */
  emptyImportMs: number;
  /** From the start of the process, Node's own included, until the function is imported. */
  startMs: number;
  /** The same with the empty module: what the machine makes of it at that moment. */
  emptyStartMs: number;
  /** `startMs` divided by `emptyStartMs`: the number to compare between machines. */
  startRatio: number;
  /** From before the import until `GET /api/health` is answered. */
  firstHealthMs: number;
}

const HEALTH = 'https://bookings.example.com/api/health';
const ENV = { HS_PRIVATE_APP_TOKEN: 'unused', LOG_LEVEL: 'silent' };

/**
 * Measures the function of a build, outside the repository.
 * @param runs fresh processes per time.
 * @throws when nothing was built, or health is not answered with 200.
 */
export async function measureFunction(build: VercelBuild, runs = 11): Promise<FunctionMeasures> {
  const [built] = functionsOf(build);
  if (!built) throw new Error('nothing was built');
  const { directory, dispose } = copyOut(built);
  const scratch = mkdtempSync(join(tmpdir(), 'empty-module-'));
  try {
    const empty = join(scratch, 'empty.mjs');
    writeFileSync(empty, 'export {};\n');
    const files = filesIn(directory);
    const bytes = files.reduce((sum, file) => sum + statSync(join(directory, file)).size, 0);
    const times = await measureStarts(join(directory, built.config.handler), empty, runs);
    return { files: files.length, bytes, ...times, startRatio: times.startMs / times.emptyStartMs };
  } finally {
    dispose();
    rmSync(scratch, { recursive: true });
  }
}

type Times = Omit<FunctionMeasures, 'files' | 'bytes' | 'startRatio'>;

async function measureStarts(entry: string, empty: string, runs: number): Promise<Times> {
  const measured: Times[] = [];
  for (let run = 0; run < runs; run += 1) {
    const nothing = await firstAnswer({ entry: empty });
    const { importMs, startMs, answeredMs } = await healthAnswer({ entry });
    const empties = { emptyImportMs: nothing.importMs, emptyStartMs: nothing.startMs };
    measured.push({ ...empties, importMs, startMs, firstHealthMs: answeredMs });
  }
  const medianOf = (name: keyof Times) => median(measured.map((times) => times[name]));
  return {
    importMs: medianOf('importMs'),
    emptyImportMs: medianOf('emptyImportMs'),
    startMs: medianOf('startMs'),
    emptyStartMs: medianOf('emptyStartMs'),
    firstHealthMs: medianOf('firstHealthMs'),
  };
}

async function healthAnswer(request: FirstRequest) {
  const answer = await firstAnswer({ ...request, url: HEALTH, env: ENV });
  if (answer.status !== 200) throw new Error(`health was answered with ${answer.status}`);
  return answer;
}

/** The middle one; the upper of two. */
function median(values: readonly number[]): number {
  return values.toSorted((left, right) => left - right)[Math.floor(values.length / 2)] ?? Number.NaN;
}
