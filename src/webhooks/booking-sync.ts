import { sleep, TIMED_OUT, waitAtMost } from '../clock.ts';
import type { SyncOutcome, SyncWish } from '../consistency/sync-queue.ts';
import { newContext, runInContext } from '../context.ts';
import type { Deps } from '../deps.ts';
import { AppError } from '../errors.ts';
import { countExams, writeCounts } from '../exams/correct-counts.ts';
import { isTransient } from '../hubspot/errors.ts';
import { readActiveExams } from '../reads/exams.ts';
import { type AffectedExams, findAffectedExams, lookUpExams } from './affected-exams.ts';
import { withoutEchoes } from './echoes.ts';
import { type HubSpotEvent, parseEvents } from './events.ts';
import { dropStale } from './invalidate.ts';

/** HubSpot shows an association this long after the event about it. */
const SETTLED_AFTER_MS = 2500;

export interface SyncAnswer {
  /** Events received. */
  processed: number;
  updatedExams?: number;
  failedUpdates?: number;
  message: string;
}

/**
 * Drops what the events made stale and corrects the counts of the exams concerned. Events are hints: everything is read
 * anew, so that repeats, replays and any order change nothing. It answers in time; what takes longer goes on, and HubSpot
 * is told to send the events again.
 * @throws {AppError | HubSpotError} when HubSpot is to try again.
 */
export async function syncBookings(deps: Deps, raw: readonly unknown[]): Promise<SyncAnswer> {
  if (raw.length === 0) return { processed: 0, message: 'No events to process' };
  const events = await withoutEchoes(deps, parseEvents(raw, deps.config.objectTypes));
  const affected = await findAffectedExams(deps, events);
  dropStale(deps, events);
  if (affected.examIds.size + affected.bookingIds.size === 0 && !affected.all) return nothing(raw.length);
  return inTime(deps, async () => correctCounts(deps, events, affected, raw.length));
}

function nothing(processed: number): SyncAnswer {
  return { processed, updatedExams: 0, message: 'No mock exams needed updates' };
}

async function correctCounts(
  deps: Deps,
  events: readonly HubSpotEvent[],
  { examIds, bookingIds, all }: AffectedExams,
  processed: number,
): Promise<SyncAnswer> {
  await untilShown(deps, events);
  const wanted = new Set([...examIds, ...(await lookUpExams(deps, bookingIds))]);
  if (wanted.size === 0 && !all) return nothing(processed);
  const outcome = await deps.syncQueue.sync({ examIds: wanted, all }, async (wish) => countAndCorrect(deps, wish));
  const own = [...outcome].filter(([id]) => all || wanted.has(id)).map(([, result]) => result);
  const failures = own.filter((result) => result instanceof Error);
  const transient = failures.find(isTransient);
  if (transient) throw transient;
  const updatedExams = own.filter((result) => result === 'updated').length;
  if (updatedExams + failures.length === 0) return nothing(processed);
  const message = `${updatedExams} mock exams updated`;
  return { processed, updatedExams, failedUpdates: failures.length, message };
}

/** One run for all who wait: with a deadline of its own, since none of them is waited for alone. */
async function countAndCorrect(deps: Deps, { examIds, all }: SyncWish): Promise<SyncOutcome> {
  const context = newContext(deps.clock.now(), deps.config.backgroundDeadlineMs, { priority: 'background' });
  return runInContext(context, async () => {
    const active = all ? await readActiveExams(deps) : [];
    const { counted, missing, failures } = await countExams(deps, [
      ...examIds.union(new Set(active.map(({ id }) => id))),
    ]);
    for (const examId of missing) deps.log.warn('events about an exam that does not exist', { examId });
    const wrong = counted.filter(({ exam, actualCount }) => actualCount !== exam.totalBookings);
    const failed = await writeCounts(deps, wrong);
    const right = counted.map(({ exam }): [string, 'unchanged'] => [exam.id, 'unchanged']);
    const written = wrong.map(({ exam }): [string, 'updated'] => [exam.id, 'updated']);
    return new Map<string, 'updated' | 'unchanged' | Error>([...right, ...written, ...failures, ...failed]);
  });
}

/** Waits out the time in which HubSpot does not show yet what it has just told. */
async function untilShown({ clock }: Deps, events: readonly HubSpotEvent[]): Promise<void> {
  const latest = Math.max(...events.map(({ occurredAtMs }) => occurredAtMs));
  const waitMs = Math.min(latest + SETTLED_AFTER_MS - clock.now(), SETTLED_AFTER_MS);
  if (waitMs > 0) await sleep(clock, waitMs);
}

/** HubSpot gives up after 5 s: by then it is told to come again, while the work goes on. */
async function inTime<T>(deps: Deps, work: () => Promise<T>): Promise<T> {
  const done = work();
  deps.background('webhook', async () => Promise.allSettled([done]));
  const outcome = await waitAtMost(deps.clock, deps.config.http.webhookAnswerMs, done);
  if (outcome !== TIMED_OUT) return outcome;
  const message = 'The events are still being worked on; send them again';
  throw new AppError('HUBSPOT_UNAVAILABLE', message, { retryAfterSeconds: 10 });
}
