import { z } from 'zod';
import type { Deps } from '../wiring/deps.ts';
import { AppError } from '../contract/errors.ts';
import { RECORD_ID } from '../contract/fields.ts';
import { readActiveExams } from '../reads/exams.ts';
import { countExams, type CountedExam, writeCounts } from './correct-counts.ts';

const MAX_EXAMS = 20;
const IDS = 'mock_exam_ids must be a list of record ids';

/** A body's list, or a query's comma-separated one. */
const ExamIds = z.preprocess(
  (value) => (typeof value === 'string' ? value.split(',').flatMap((id) => id.trim() || []) : value),
  z.array(z.string({ error: IDS }).regex(RECORD_ID, IDS), { error: IDS }).nullish(),
);

export const SyncCapacityInput = z.object({
  mock_exam_ids: ExamIds,
  dry_run: z.preprocess(String, z.stringbool({ error: 'dry_run must be true or false' })).default(false),
});
export type SyncCapacityInput = z.infer<typeof SyncCapacityInput>;

interface Correction {
  examId: string;
  examDate: string | null;
  mockType: string;
  previousCount: number;
  actualCount: number;
  difference: number;
  needsUpdate: boolean;
  updated: boolean;
}

interface SyncResults {
  updated: Correction[];
  wouldUpdate: Correction[];
  unchanged: { examId: string; examDate: string | null; mockType: string; count: number }[];
  failed: { examId: string; error: string }[];
  /** Sessions that hold more bookings than seats. */
  overbooked: { examId: string; examDate: string | null; mockType: string; capacity: number; actualCount: number }[];
}

/**
 * Counts the bookings of sessions, all active ones unless some are named, and corrects their stored counts. A session
 * that could not be counted completely is reported and never written.
 * @returns the answer's data and message.
 * @throws {AppError} `TOO_MANY_EXAMS`
 */
export async function syncCapacity(deps: Deps, { mock_exam_ids: ids, dry_run: dryRun }: SyncCapacityInput) {
  if (ids && ids.length > MAX_EXAMS) {
    throw new AppError('TOO_MANY_EXAMS', `At most ${MAX_EXAMS} mock exams can be synchronised at once`);
  }
  const wanted = ids && ids.length > 0 ? [...new Set(ids)] : null;
  const active = wanted ? undefined : await readActiveExams(deps);
  const examIds = wanted ?? active?.map(({ id }) => id) ?? [];
  if (examIds.length === 0) return { data: { synced: 0, message: 'No mock exams to sync' } };
  const { counted, missing, failures } = await countExams(deps, examIds, active);
  const results = compare(counted);
  results.failed.push(...missing.map((examId) => ({ examId, error: 'Mock exam not found' })));
  for (const examId of failures.keys()) results.failed.push({ examId, error: 'Its bookings could not all be read' });
  if (!dryRun) await correct(deps, counted, results);
  const summary = summarize(results);
  const message = dryRun
    ? `Dry run complete: ${summary.wouldUpdate} exams would be updated`
    : `Sync complete: ${summary.updated} exams updated`;
  return { data: { summary, mode: dryRun ? 'dry_run' : 'live', results }, message };
}

function compare(counted: readonly CountedExam[]): SyncResults {
  const results: SyncResults = { updated: [], wouldUpdate: [], unchanged: [], failed: [], overbooked: [] };
  for (const { exam, actualCount } of counted) {
    const { id: examId, examDate, mockType, totalBookings: previousCount } = exam;
    const capacity = exam.capacity ?? 0;
    const difference = actualCount - previousCount;
    const facts = { examId, examDate, mockType };
    if (actualCount > capacity) results.overbooked.push({ ...facts, capacity, actualCount });
    if (difference === 0) results.unchanged.push({ ...facts, count: actualCount });
    else
      results.wouldUpdate.push({ ...facts, previousCount, actualCount, difference, needsUpdate: true, updated: false });
  }
  return results;
}

/** Carries out what a dry run would only tell. */
async function correct(deps: Deps, counted: readonly CountedExam[], results: SyncResults): Promise<void> {
  const wrong = counted.filter(({ exam, actualCount }) => actualCount !== exam.totalBookings);
  const failed = await writeCounts(deps, wrong);
  for (const correction of results.wouldUpdate.splice(0)) {
    const { examId } = correction;
    if (failed.has(examId)) results.failed.push({ examId, error: 'Its count could not be written' });
    else results.updated.push({ ...correction, updated: true });
  }
}

function summarize({ updated, wouldUpdate, unchanged, failed }: SyncResults) {
  const successful = updated.length + wouldUpdate.length + unchanged.length;
  return {
    processed: successful + failed.length,
    successful,
    failed: failed.length,
    updated: updated.length,
    wouldUpdate: wouldUpdate.length,
    unchanged: unchanged.length,
    totalCorrections: [...updated, ...wouldUpdate].reduce((sum, { difference }) => sum + Math.abs(difference), 0),
  };
}
