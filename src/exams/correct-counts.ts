import type { Deps } from '../wiring/deps.ts';
import type { HubSpotError } from '../hubspot/errors.ts';
import type { BatchResult } from '../hubspot/types.ts';
import { readExams } from '../reads/exams.ts';
import { recountSeats } from '../reads/seats.ts';
import type { Exam } from '../records/exam.ts';

/** An exam and how many of its seats are taken. */
export interface CountedExam {
  exam: Exam;
  actualCount: number;
  /** Our own changes that are in it. */
  changes: readonly string[];
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
  const [exams, { taken, failures: uncounted }] = await Promise.all([
    known ? asRead(known) : readExams(deps, examIds),
    recountSeats(deps, examIds),
  ]);
  const counted = [...taken].flatMap(([id, { total: actualCount, changes }]) => {
    const exam = exams.results.get(id);
    return exam ? [{ exam, actualCount, changes }] : [];
  });
  const missing = [...exams.missing];
  const failures = new Map([...uncounted, ...exams.failures]);
  for (const id of missing) failures.delete(id);
  for (const [examId, error] of failures) deps.log.warn('exam not counted', { examId, reason: error.message });
  return { counted, missing, failures };
}

function asRead(exams: readonly Exam[]): BatchResult<Exam> {
  return { results: new Map(exams.map((exam) => [exam.id, exam])), missing: new Set(), failures: new Map() };
}

/**
 * Writes counts to HubSpot, together in one batch.
 * @returns what failed, by exam id; the rest is written.
 */
export async function writeCounts(deps: Deps, counts: readonly CountedExam[]): Promise<Map<string, Error>> {
  const outcomes = counts.map(async ({ exam: { id: examId }, actualCount: total, changes }) => {
    const failure = await deps.counts.put({ examId, total, changes });
    return failure ? [[examId, failure] as const] : [];
  });
  return new Map((await Promise.all(outcomes)).flat());
}
