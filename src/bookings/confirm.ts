import { sleep } from '../clock.ts';
import type { Deps } from '../deps.ts';
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
  await sleep(deps.clock, deps.config.consistencyLagMs);
  const [found, contact] = await Promise.all([
    readExamWithBookings(deps, placed.exam.id),
    readContactWithBookings(deps, placed.email),
  ]);
  if (!found || !contact) throw examFull();
  const [rank] = await Promise.all([
    seatRank(deps, placed, found.bookingIds),
    refuseLaterDuplicate(deps, placed, contact),
  ]);
  if (rank >= (found.exam.capacity ?? 0)) throw examFull();
  return contact;
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

/** Two instances may have let the same student in twice: the earlier booking stands. */
async function refuseLaterDuplicate(deps: Deps, placed: Placed, contact: ContactWithBookings): Promise<void> {
  const known = new Set(placed.contact.bookingIds);
  const appeared = contact.bookingIds.filter((id) => !known.has(id));
  if (appeared.every((id) => id === placed.recordId)) return;
  const all = await readBookingsWithExams(deps, {
    id: contact.id,
    bookingIds: [...new Set([...appeared, placed.recordId])],
  });
  const { mockType, examDate } = placed.exam;
  const same = all.filter(
    ({ booking, facts }) => booking.holdsSeat && facts.mockType === mockType && facts.examDate === examDate,
  );
  const [first] = same.toSorted((left, right) =>
    byCreation(
      [Date.parse(left.booking.createdAt), left.booking.id],
      [Date.parse(right.booking.createdAt), right.booking.id],
    ),
  );
  if (first && first.booking.id !== placed.recordId) throw duplicateBooking();
}

function byCreation([leftMs, leftId]: [number, string], [rightMs, rightId]: [number, string]): number {
  return leftMs - rightMs || leftId.length - rightId.length || (leftId < rightId ? -1 : 1);
}
