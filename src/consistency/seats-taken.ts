import type { BookingSeat } from '../records/booking.ts';
import type { JournalEntry } from './journal.ts';

/**
 * How many seats of an exam are taken: the bookings HubSpot links and those made here that nobody moved away, without
 * those cancelled or undone here. A record that is younger than our cancelling speaks for itself.
 */
export function seatsTaken(seats: readonly BookingSeat[], entries: readonly JournalEntry[]): number {
  const ours = new Map(entries.map((entry) => [entry.bookingId, entry]));
  let taken = 0;
  for (const { id, holdsSeat, updatedAtMs } of seats) {
    const entry = ours.get(id);
    ours.delete(id);
    if (holdsSeat && !isGivenUp(entry, updatedAtMs)) taken += 1;
  }
  for (const entry of ours.values()) if (entry.made && !entry.lost.has('exam') && !isGivenUp(entry, 0)) taken += 1;
  return taken;
}

function isGivenUp(entry: JournalEntry | undefined, updatedAtMs: number): boolean {
  return entry !== undefined && (entry.undone || (entry.cancelledAtMs ?? 0) > updatedAtMs);
}

/** Names a booking made here, for the count it raises. */
export const madeChange = (bookingId: string) => `made ${bookingId}`;
/** Names a booking cancelled or undone here, for the count it lowers, once. */
export const cancelledChange = (bookingId: string) => `cancelled ${bookingId}`;

/** The changes that {@link seatsTaken} takes into account. */
export function changesIn(entries: readonly JournalEntry[]): string[] {
  return entries.flatMap(({ bookingId, made, undone, cancelledAtMs }) => [
    ...(made ? [madeChange(bookingId)] : []),
    ...(undone || cancelledAtMs !== undefined ? [cancelledChange(bookingId)] : []),
  ]);
}
