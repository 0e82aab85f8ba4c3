import { epochMs } from '../time/clock.ts';
import type { Pursuit } from '../consistency/pursuit.ts';
import { AppError } from '../contract/errors.ts';
import { HubSpotError } from '../hubspot/errors.ts';
import type { Deps } from '../wiring/deps.ts';
import { readBookingsWithExams } from '../reads/bookings.ts';
import { type ContactWithBookings, type SeenContact, seeStudent } from '../reads/contact.ts';
import { readExamWithBookings } from '../reads/exams.ts';
import { readSeatsOf } from '../reads/seats.ts';
import { duplicateBooking, examFull, type Order } from './approve.ts';

/**
 * Other instances may have sold the same seats: waits until HubSpot shows what they did, then lets the booking stand
 * only if it is among the first `capacity` seat holders by creation. Every instance comes to the same ranking.
 * @returns the contact as it is now, to pay from.
 * @throws {AppError} `EXAM_FULL`, `DUPLICATE_BOOKING`, or `HUBSPOT_UNAVAILABLE` when it could not be found out: the booking
 * has to be undone.
 */
export async function confirmBooking(
  deps: Deps,
  order: Order,
  pursuit: Pursuit,
  recordId: string,
): Promise<SeenContact> {
  order.debt.stage = 'confirming';
  await deps.debts.save(order.debt);
  await pursuit.pause(deps.config.consistencyLagMs);
  for await (const _isLast of pursuit.looks()) {
    try {
      return await rankOnce(deps, order, pursuit, recordId);
    } catch (error) {
      if (!(error instanceof HubSpotError)) throw error;
      deps.log.warn('booking not confirmed yet', { bookingId: recordId, reason: error.message });
    }
  }
  throw new AppError('HUBSPOT_UNAVAILABLE', 'The booking could not be confirmed. Please try again.');
}

async function rankOnce(deps: Deps, order: Order, pursuit: Pursuit, recordId: string): Promise<SeenContact> {
  const [found, seen] = await Promise.all([
    readExamWithBookings(deps, order.exam.id),
    seeStudent(deps, order.input.email),
  ]);
  if (!found || !seen) throw examFull();
  const [rank, isFirst] = await Promise.all([
    seatRank(deps, order.exam.id, recordId, found.bookingIds),
    isFirstOfItsStudent(deps, order, recordId, seen.contact),
  ]);
  if (rank >= (found.exam.capacity ?? 0)) throw examFull();
  if (isFirst) return seen;
  // Another instance is about to take the credit for an earlier booking: what is left is known after that.
  await pursuit.pause(deps.config.consistencyLagMs);
  return (await seeStudent(deps, order.input.email)) ?? seen;
}

/** How many seat holders came before the booking. */
async function seatRank(deps: Deps, examId: string, recordId: string, linked: readonly string[]): Promise<number> {
  const { seats, failures } = await readSeatsOf(deps, new Map([[examId, [...linked, recordId]]]));
  for (const error of failures.values()) throw error;
  const holders = (seats.get(examId) ?? []).filter(({ holdsSeat }) => holdsSeat);
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
async function isFirstOfItsStudent(
  deps: Deps,
  order: Order,
  recordId: string,
  contact: ContactWithBookings,
): Promise<boolean> {
  const known = new Set(order.contact.bookingIds);
  const appeared = contact.bookingIds.filter((id) => !known.has(id));
  if (appeared.every((id) => id === recordId)) return true;
  const all = await readBookingsWithExams(deps, { id: contact.id, bookingIds: [...new Set([...appeared, recordId])] });
  const { mockType, examDate } = order.exam;
  const inOrder = all
    .filter(({ booking }) => booking.holdsSeat)
    .toSorted((left, right) =>
      byCreation(
        [epochMs(left.booking.createdAt), left.booking.id],
        [epochMs(right.booking.createdAt), right.booking.id],
      ),
    );
  const same = inOrder.filter(({ facts }) => facts.mockType === mockType && facts.examDate === examDate);
  if (same[0] && same[0].booking.id !== recordId) throw duplicateBooking();
  return inOrder[0]?.booking.id === recordId;
}

function byCreation([leftMs, leftId]: [number, string], [rightMs, rightId]: [number, string]): number {
  return leftMs - rightMs || leftId.length - rightId.length || (leftId < rightId ? -1 : 1);
}
