import { type Api, NoAnswerError, type Timed } from './api.ts';
import { type Difference, differencesOf } from './differences.ts';
import { EXPECTED } from './expected.ts';
import type { ReadShareLeft } from './hubspot-window.ts';
import { waitForRoom } from './hubspot-window.ts';
import { parseLine, type ReplayRequest } from './lines.ts';
import { maskPath } from './mask.ts';
import { Pace, type PaceClock } from './pace.ts';
import { Tally } from './tally.ts';
import { createAndUndo, LeftBehindError, studentOf } from './writes.ts';

export interface CompareOptions {
  baseline: Api;
  candidate: Api;
  clock: PaceClock;
  /** From 0 to below 1. */
  random: () => number;
  /** Requests a minute to the baseline; 0 for no limit. */
  perMinute: number;
  /** Null where nobody can tell. */
  shareLeft: ReadShareLeft | null;
  /** The student whose bookings may be made and cancelled; null for nobody's. */
  writesFor: string | null;
  /** Called after each line. */
  progress: (tally: Tally) => void;
}

/** Replays requests against both APIs. What was found until it had to end early is in the tally all the same. */
export async function compareApis(lines: AsyncIterable<string>, options: CompareOptions): Promise<Tally> {
  const tally = new Tally();
  const pace = new Pace(options.clock, options.perMinute);
  for await (const line of lines) {
    const parsed = parseLine(line);
    if (parsed === null) continue;
    if ('skipped' in parsed) tally.skip(parsed.skipped);
    else if (isAllowed(parsed.request, options)) await compareOnce(parsed.request, tally, pace, options);
    else tally.skip('a write');
    options.progress(tally);
    if (tally.endedEarly !== null) break;
  }
  return tally;
}

function isAllowed({ endpoint, body }: ReplayRequest, { writesFor }: CompareOptions): boolean {
  return endpoint.replay === 'read' || (writesFor !== null && studentOf(body) === writesFor);
}

/** The two are asked in random order, and the baseline once more after them: what it changes by itself is no difference. */
async function compareOnce(request: ReplayRequest, tally: Tally, pace: Pace, options: CompareOptions): Promise<void> {
  const counts = tally.of(request.endpoint.name);
  const isRead = request.endpoint.replay === 'read';
  const ask = async (api: Api): Promise<Timed> => (isRead ? api.ask(request) : createAndUndo(api, request));
  const untilBaselineMayBeAsked = async () => {
    await pace.next();
    if (options.shareLeft && !(await waitForRoom(options.clock, options.shareLeft))) throw new WindowFullError();
  };
  try {
    await untilBaselineMayBeAsked();
    // Right after one another: what changes between the two would look like a difference.
    const isBaselineFirst = options.random() < 0.5;
    const first = await ask(isBaselineFirst ? options.baseline : options.candidate);
    const second = await ask(isBaselineFirst ? options.candidate : options.baseline);
    const [baseline, candidate] = isBaselineFirst ? [first, second] : [second, first];
    if (isRead) await untilBaselineMayBeAsked();
    const again = isRead ? await ask(options.baseline) : baseline;
    counts.noteLatency('baseline', baseline.ms);
    counts.noteLatency('candidate', candidate.ms);
    if (baseline.status < 400 && candidate.status < 400) tally.successes += 1;
    judge(request, { baseline, again, candidate }, tally);
  } catch (error) {
    if (error instanceof NoAnswerError) counts.noteUnanswered(error.message);
    else if (error instanceof LeftBehindError)
      tally.endedEarly = `${error.message}: look for it in HubSpot, and cancel it`;
    else if (error instanceof WindowFullError)
      tally.endedEarly = 'less than 30 % of HubSpot’s window was left for a minute';
    else throw error;
  }
}

class WindowFullError extends Error {}

interface Answers {
  baseline: Timed;
  /** The baseline's, once more. */
  again: Timed;
  candidate: Timed;
}

function judge(request: ReplayRequest, { baseline, again, candidate }: Answers, tally: Tally): void {
  const counts = tally.of(request.endpoint.name);
  const unsteady = new Set(differencesOf(baseline, again).map(({ where }) => where));
  for (const where of unsteady) counts.noteUnsteady(where);
  const isReal = (difference: Difference): boolean => {
    if (unsteady.has(difference.where)) return false;
    const expected = EXPECTED.find(({ fits }) => fits(difference, { baseline, candidate }, request.endpoint.name));
    if (expected) counts.noteExpected(expected.name);
    return !expected;
  };
  const real = differencesOf(baseline, candidate).filter(isReal);
  if (real.length === 0) counts.equal += 1;
  else counts.different += 1;
  const shown = maskPath(request.endpoint.name, request.path);
  for (const where of new Set(real.map((difference) => difference.where))) {
    const first = real.find((difference) => difference.where === where);
    if (first) counts.noteDifference(shown, first);
  }
}
