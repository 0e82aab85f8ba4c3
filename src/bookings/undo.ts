import { tags } from '../cache/keys.ts';
import { withDeadline } from '../request/context.ts';
import type { Deps } from '../wiring/deps.ts';
import { HubSpotError } from '../hubspot/errors.ts';
import { cancelledToProperties } from '../records/booking.ts';

export interface BookingIds {
  /** HubSpot record id. */
  bookingId: string;
  contactId: string;
  examId: string;
}

/**
 * Runs what must not be left half done with a deadline of its own: the student may be told late, but a booking is
 * never abandoned because the time was up.
 */
export async function withFreshDeadline<T>(deps: Deps, work: () => Promise<T>): Promise<T> {
  return withDeadline(deps.clock.monotonicMs(), deps.config.http.studentDeadlineMs, work);
}

/**
 * Takes a booking back: archives it or, when that fails, marks it cancelled. When neither works the log says what has
 * to be repaired by hand.
 * @returns whether it is undone.
 */
export async function undoBooking(deps: Deps, ids: BookingIds): Promise<boolean> {
  return withFreshDeadline(deps, async () => {
    const { bookings } = deps.config.objectTypes;
    const undone =
      (await attempt(deps, ids, async () => deps.hubspot.archiveObject(bookings, ids.bookingId))) ||
      (await attempt(deps, ids, async () =>
        deps.hubspot.updateObject(bookings, { id: ids.bookingId, properties: cancelledToProperties() }),
      ));
    if (undone) {
      await deps.journal.bookingUndone(ids.bookingId);
      deps.cache.invalidate([tags.booking(ids.bookingId), tags.contactBookings(ids.contactId)]);
    } else deps.log.error('booking not undone: cancel it by hand', { ...ids });
    return undone;
  });
}

async function attempt(deps: Deps, { bookingId }: BookingIds, work: () => Promise<unknown>): Promise<boolean> {
  try {
    await work();
    return true;
  } catch (error) {
    if (!(error instanceof HubSpotError)) throw error;
    deps.log.warn('undoing a booking failed', { bookingId, reason: error.message });
    return false;
  }
}
