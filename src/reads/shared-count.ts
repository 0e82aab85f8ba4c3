import type { SharedCount } from '../consistency/count-writer.ts';
import type { JournalEntry } from '../consistency/journal.ts';
import { cancelledChange, madeChange } from '../consistency/seats-taken.ts';
import type { Deps } from '../wiring/deps.ts';
import { countSeats } from './seats.ts';

/**
 * The count of an exam that other instances change as well: what they did is known, so all come to the same number, and
 * whoever made the latest change writes it.
 * @returns undefined where nothing is shared, or where it cannot be known now.
 */
export async function deriveSharedCount(deps: Deps, examId: string): Promise<SharedCount | undefined> {
  if (!(await deps.shared?.ledger.pull())) return undefined;
  const { taken } = await countSeats(deps, [examId]);
  const seats = taken.get(examId);
  const latest = latestChange(deps, examId);
  if (!seats || !latest) return undefined;
  const { total, changes } = seats;
  const isDue = () => deps.counts.hasCounted(examId, latestChange(deps, examId)?.name ?? '');
  return { examId, total, changes, atMs: latest.atMs, isDue };
}

interface Change {
  name: string;
  /** By HubSpot's clock, in epoch milliseconds. */
  atMs: number;
}

/** The same on every instance that knows as much, also of what happened in the same millisecond. */
function latestChange({ journal }: Deps, examId: string): Change | undefined {
  const byTime = (left: Change, right: Change) => left.atMs - right.atMs || (left.name < right.name ? -1 : 1);
  return journal.peekExam(examId).flatMap(changesOf).toSorted(byTime).at(-1);
}

function changesOf({ bookingId, madeAtMs, undoneAtMs, cancelledAtMs }: JournalEntry): Change[] {
  return [
    { name: madeChange(bookingId), atMs: madeAtMs },
    { name: cancelledChange(bookingId), atMs: cancelledAtMs ?? undoneAtMs },
  ].flatMap(({ name, atMs }) => (atMs === undefined ? [] : { name, atMs }));
}
