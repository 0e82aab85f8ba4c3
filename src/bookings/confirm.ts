import { epochMs, sleep } from '../time/clock.ts';
import { waitingFor } from '../request/context.ts';
import type { Deps } from '../wiring/deps.ts';
import { readBookingsWithExams } from '../reads/bookings.ts';
import { type ContactWithBookings, readContactWithBookings } from '../reads/contact.ts';
import { readExamWithBookings } from '../reads/exams.ts';
import { readSeatsOf } from '../reads/seats.ts';
import { type Approved, duplicateBooking, examFull } from './approve.ts';

/** The booking that has to prove itself. */
export interface Placed extends Approved {
  recordId: string;
  email: string;
}

/**
 * Other instances may have sold the same seats: waits until HubSpot shows what they did, then lets the booking stand
 * only if it is among the first `capacity` seat holders by creation. Every instance comes to the same ranking.
 * @returns the contact as it is now, to pay from.
 * @throws {AppError} `EXAM_FULL` or `DUPLICATE_BOOKING`: the booking has to be undone.
 */
export async function confirmByRank(deps: Deps, placed: Placed): Promise<ContactWithBookings> {
  await untilShown(deps);
  const [found, contact] = await Promise.all([
    readExamWithBookings(deps, placed.exam.id),
    readContactWithBookings(deps, placed.email),
  ]);
  if (!found || !contact) throw examFull();
  const [rank, isFirst] = await Promise.all([
    seatRank(deps, placed, found.bookingIds),
    isFirstOfItsStudent(deps, placed, contact),
  ]);
  if (rank >= (found.exam.capacity ?? 0)) throw examFull();
  if (isFirst) return contact;
  // Another instance is about to take the credit for an earlier booking: what is left is known after that.
  await untilShown(deps);
  return (await readContactWithBookings(deps, placed.email)) ?? contact;
}

async function untilShown({ clock, config }: Deps): Promise<void> {
  await waitingFor(clock, 'confirmation', async () => sleep(clock, config.consistencyLagMs));
}

/** How many seat holders came before the booking. */
async function seatRank(deps: Deps, { exam, recordId }: Placed, linked: readonly string[]): Promise<number> {
  const { seats, failures } = await readSeatsOf(deps, new Map([[exam.id, [...linked, recordId]]]));
  for (const error of failures.values()) throw error;
  const holders = (seats.get(exam.id) ?? []).filter(({ holdsSeat }) => holdsSeat);
  const order = holders.toSorted((left, right) =>
    byCreation([left.createdAtMs, left.id], [right.createdAtMs, right.id]),
  );
  const rank = order.findIndex(({ id }) => id === recordId);
  return rank === -1 ? Infinity : rank;
}

/**
 * Two instances may have let the same student in twice.
 * @returns whether no booking of theirs that appeared meanwhile is older.
 * @throws {AppError} `DUPLICATE_BOOKING` when an older one is of the same day and type: that one stands.
 */
async function isFirstOfItsStudent(deps: Deps, placed: Placed, contact: ContactWithBookings): Promise<boolean> {
  const known = new Set(placed.contact.bookingIds);
  const appeared = contact.bookingIds.filter((id) => !known.has(id));
  if (appeared.every((id) => id === placed.recordId)) return true;
  const all = await readBookingsWithExams(deps, {
    id: contact.id,
    bookingIds: [...new Set([...appeared, placed.recordId])],
  });
  const { mockType, examDate } = placed.exam;
  const inOrder = all
    .filter(({ booking }) => booking.holdsSeat)
    .toSorted((left, right) =>
      byCreation(
        [epochMs(left.booking.createdAt), left.booking.id],
        [epochMs(right.booking.createdAt), right.booking.id],
      ),
    );
  const same = inOrder.filter(({ facts }) => facts.mockType === mockType && facts.examDate === examDate);
  if (same[0] && same[0].booking.id !== placed.recordId) throw duplicateBooking();
  return inOrder[0]?.booking.id === placed.recordId;
}

function byCreation([leftMs, leftId]: [number, string], [rightMs, rightId]: [number, string]): number {
  return leftMs - rightMs || leftId.length - rightId.length || (leftId < rightId ? -1 : 1);
}
