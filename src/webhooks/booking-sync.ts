import { tags } from '../cache/keys.ts';
import { sleep, TIMED_OUT, waitAtMost } from '../time/clock.ts';
import type { SyncOutcome, SyncWish } from '../consistency/sync-queue.ts';
import { newContext, runInContext, waitingFor } from '../request/context.ts';
import type { Deps } from '../wiring/deps.ts';
import { AppError } from '../contract/errors.ts';
import { countExams, writeCounts } from '../exams/correct-counts.ts';
import { isTransient } from '../hubspot/errors.ts';
import { readActiveExams } from '../reads/exams.ts';
import { type AffectedExams, changesCounts, findAffectedExams } from './affected-exams.ts';
import type { HubSpotEvent } from './events.ts';
import { dropStale, readNews } from './invalidate.ts';
import { isPermanent, lookUp } from './look-up.ts';

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
  const events = await readNews(deps, raw);
  const affected = await findAffectedExams(deps, events);
  await dropStale(deps, events);
  const { examIds, bookingIds, all } = affected;
  if (examIds.size + bookingIds.size === 0 && !all) return nothing(raw.length);
  return inTime(deps, async () => correctCounts(deps, events, affected, raw.length));
}

function nothing(processed: number): SyncAnswer {
  return { processed, updatedExams: 0, message: 'No mock exams needed updates' };
}

async function correctCounts(
  deps: Deps,
  events: readonly HubSpotEvent[],
  affected: AffectedExams,
  processed: number,
): Promise<SyncAnswer> {
  await untilShown(deps, events);
  const { examIds, refusedIds } = await lookUp(deps, affected.bookingIds);
  const results = await count(deps, { examIds: affected.examIds.union(examIds), all: affected.all });
  const failures = results.filter((result) => result instanceof Error);
  const mayPass = failures.find((error) => !isPermanent(error));
  if (mayPass) throw mayPass;
  const updatedExams = results.filter((result) => result === 'updated').length;
  const failedUpdates = failures.length + refusedIds.size;
  if (updatedExams + failedUpdates === 0) return nothing(processed);
  return { processed, updatedExams, failedUpdates, message: `${updatedExams} mock exams updated` };
}

/** What came of the exams wished for; a run that HubSpot refuses for good has failed for each of them. */
async function count(deps: Deps, wish: SyncWish): Promise<('updated' | 'unchanged' | Error)[]> {
  if (wish.examIds.size === 0 && !wish.all) return [];
  try {
    const run = async (all: SyncWish) => countAndCorrect(deps, all);
    const outcome = await waitingFor(deps.clock, 'shared', async () => deps.syncQueue.sync(wish, run));
    return [...outcome].filter(([id]) => wish.all || wish.examIds.has(id)).map(([, result]) => result);
  } catch (error) {
    if (!isPermanent(error)) throw error;
    deps.log.error('counts not corrected', { examIds: [...wish.examIds], all: wish.all, reason: error.message });
    return Array.from({ length: Math.max(1, wish.examIds.size) }, () => error);
  }
}

/** One run for all who wait: with a deadline of its own, since none of them is waited for alone. */
async function countAndCorrect(deps: Deps, { examIds, all }: SyncWish): Promise<SyncOutcome> {
  const context = newContext(deps.clock.monotonicMs(), deps.config.backgroundDeadlineMs, { priority: 'background' });
  return runInContext(context, async () => {
    const active = all ? await readActiveExams(deps) : [];
    const ids = [...examIds.union(new Set(active.map(({ id }) => id)))];
    // Links that were read a moment ago, or are being read, may be from before the events.
    deps.cache.invalidate(ids.map(tags.examBookings));
    const { counted, missing, failures } = await countExams(deps, ids);
    if (missing.length > 0) deps.log.info('events about exams that do not exist', { examIds: missing });
    for (const [examId, error] of failures) {
      if (isPermanent(error)) deps.log.error('exam not counted', { examId, reason: error.message });
    }
    const wrong = counted.filter(({ exam, actualCount }) => actualCount !== exam.totalBookings);
    const failed = await writeCounts(deps, wrong);
    const right = counted.map(({ exam }): [string, 'unchanged'] => [exam.id, 'unchanged']);
    const written = wrong.map(({ exam }): [string, 'updated'] => [exam.id, 'updated']);
    return new Map<string, 'updated' | 'unchanged' | Error>([...right, ...written, ...failures, ...failed]);
  });
}

/** Waits out the time in which HubSpot does not show yet what it has just told; a time that is not told may be now. */
async function untilShown({ clock }: Deps, events: readonly HubSpotEvent[]): Promise<void> {
  const now = clock.now();
  const latest = Math.max(...events.filter(changesCounts).map(({ occurredAtMs }) => occurredAtMs ?? now));
  const waitMs = Math.min(latest + SETTLED_AFTER_MS - now, SETTLED_AFTER_MS);
  if (waitMs > 0) await waitingFor(clock, 'confirmation', async () => sleep(clock, waitMs));
}

/** HubSpot gives up after 5 s: by then it is told to come again, while the work goes on. */
async function inTime<T>(deps: Deps, work: () => Promise<T>): Promise<T> {
  const done = work();
  let isLate = false;
  deps.background('webhook', async () => {
    try {
      await done;
    } catch (error) {
      // In time it is thrown to whoever waits for the answer.
      if (isLate && !isTransient(error)) throw error;
      if (isLate) deps.log.warn('events not processed: HubSpot will send them again', { reason: String(error) });
    }
  });
  const outcome = await waitAtMost(deps.clock, deps.config.http.webhookAnswerMs, done);
  if (outcome !== TIMED_OUT) return outcome;
  isLate = true;
  const message = 'The events are still being processed. Please send them again.';
  throw new AppError('HUBSPOT_UNAVAILABLE', message, { retryAfterSeconds: 10 });
}
