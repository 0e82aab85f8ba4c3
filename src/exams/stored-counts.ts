import { withinDeadline } from '../request/context.ts';
import type { Deps } from '../wiring/deps.ts';
import { isTransient } from '../hubspot/errors.ts';
import type { TakenSeats } from '../reads/own-writes.ts';
import type { SeatCounts } from '../reads/seats.ts';
import type { Exam } from '../records/exam.ts';
import { writeCounts } from './correct-counts.ts';

/** So long an answer waits for the bookings to be counted, when a stored count could do. */
const COUNT_WAIT_MS = 3000;

/**
 * Seats taken per exam, counted from the bookings. An exam whose bookings could not all be read in time is not in it:
 * its stored count has to do, since a part of a count would show a full session as free.
 * @throws {HubSpotError} when it is no outage: a wrong token or a bug must not hide behind stored counts.
 */
export async function countedOrStored(deps: Deps, count: () => Promise<SeatCounts>): Promise<Map<string, TakenSeats>> {
  const { taken, failures } = await withinDeadline(deps.clock.monotonicMs(), COUNT_WAIT_MS, count);
  for (const error of failures.values()) if (!isTransient(error)) throw error;
  const [reason] = failures.values();
  if (reason) deps.log.warn('stored counts used', { examIds: [...failures.keys()], reason: reason.message });
  return taken;
}

/** Tells of sessions with more bookings than seats: staff booked by hand, or something is wrong. */
export function noteOverbooked(deps: Deps, exams: readonly Exam[], taken: ReadonlyMap<string, TakenSeats>): void {
  for (const { id: examId, capacity } of exams) {
    const isOver = (taken.get(examId)?.total ?? 0) > (capacity ?? Infinity);
    if (isOver) deps.telemetry.note({ kind: 'overbooked', examId });
  }
}

/** A session without a capacity counts as full: an operator has to know. */
export function logUnsized(deps: Deps, exams: readonly Exam[]): void {
  const unsized = exams.filter(({ capacity }) => capacity === null).map(({ id }) => id);
  if (unsized.length > 0) deps.log.warn('exams without a capacity', { examIds: unsized });
}

/** Whether another instance has changed it so short a time ago that it may be about to write the count. */
function isBeingCounted(
  { clock, config, counts }: Deps,
  examId: string,
  { changes, changedAtMs }: TakenSeats,
): boolean {
  const isLate = clock.monotonicMs() - changedAtMs > config.afterthoughtLingerMs + config.consistencyLagMs;
  return !isLate && changes.some((name) => !counts.hasCounted(examId, name));
}

/**
 * Writes counts that differ from the stored ones back to HubSpot, in one batch, after the answer. A count is left alone
 * that could not be written a moment ago, or that another instance is about to write.
 */
export function repairCounts(deps: Deps, exams: readonly Exam[], seats: ReadonlyMap<string, TakenSeats>): void {
  if (!deps.config.repairCounts) return;
  const wrong = exams.flatMap((exam) => {
    const taken = seats.get(exam.id);
    const { id: examId, totalBookings, updatedAtMs } = exam;
    // Somebody else's look may have begun to correct it since the exam was read.
    const total = deps.counts.current({ examId, total: totalBookings, updatedAtMs });
    if (!taken || taken.total === total || deps.counts.hasJustFailed(exam.id)) return [];
    if (isBeingCounted(deps, examId, taken)) return [];
    return [{ exam, actualCount: taken.total, changes: taken.changes }];
  });
  if (wrong.length === 0) return;
  deps.background('repair counts', async () => {
    const failed = await writeCounts(deps, wrong);
    const repaired = wrong.flatMap(({ exam }) => (failed.has(exam.id) ? [] : exam.id));
    if (repaired.length > 0) deps.log.info('counts repaired', { examIds: repaired });
  });
}
