import { epochMs } from '../clock.ts';
import type { Deps } from '../deps.ts';
import type { HubSpotError } from '../hubspot/errors.ts';
import { readExams } from '../reads/exams.ts';
import { recountSeats } from '../reads/seats.ts';
import { countToProperties, type Exam } from '../records/exam.ts';

/** An exam and how many of its seats are taken. */
export interface CountedExam {
  exam: Exam;
  actualCount: number;
}

export interface Counted {
  counted: CountedExam[];
  /** Exams that HubSpot does not know. */
  missing: string[];
  /** Exams that could not be counted: their counts must not be written. */
  failures: Map<string, HubSpotError>;
}

/**
 * Counts the bookings of exams past the cache. Exams that are known already need not be read; else they are read side
 * by side with their bookings.
 */
export async function countExams(deps: Deps, examIds: readonly string[], known?: readonly Exam[]): Promise<Counted> {
  const [exams, { taken, failures }] = await Promise.all([
    known ? new Map(known.map((exam) => [exam.id, exam])) : readExams(deps, examIds),
    recountSeats(deps, examIds),
  ]);
  const counted = [...taken].flatMap(([id, actualCount]) => {
    const exam = exams.get(id);
    return exam ? [{ exam, actualCount }] : [];
  });
  const missing = examIds.filter((id) => !exams.has(id));
  for (const id of missing) failures.delete(id);
  for (const [examId, error] of failures) deps.log.warn('exam not counted', { examId, reason: error.message });
  return { counted, missing, failures };
}

/**
 * Writes counts to HubSpot in one batch.
 * @returns what failed, by exam id; the rest is written.
 */
export async function writeCounts(deps: Deps, counts: readonly CountedExam[]): Promise<Map<string, Error>> {
  const failed = new Map<string, Error>();
  if (counts.length === 0) return failed;
  const updates = counts.map(({ exam, actualCount }) => ({ id: exam.id, properties: countToProperties(actualCount) }));
  const { results, failures } = await deps.hubspot.batchUpdateObjects(deps.config.objectTypes.mockExams, updates);
  for (const { exam, actualCount: total } of counts) {
    const record = results.get(exam.id);
    if (record) deps.counts.corrected({ examId: exam.id, total, updatedAtMs: epochMs(record.updatedAt) });
    else {
      const reason = failures.get(exam.id) ?? new Error('the exam does not exist');
      deps.log.error('count not written', { examId: exam.id, total, reason: reason.message });
      failed.set(exam.id, reason);
    }
  }
  return failed;
}
