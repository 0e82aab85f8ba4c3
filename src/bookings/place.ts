import type { Deps } from '../wiring/deps.ts';
import { HubSpotApiError, HubSpotError } from '../hubspot/errors.ts';
import {
  BOOKING_IDENTITY,
  type NewBooking,
  newBookingToProperties,
  toAttendingLocation,
  toMadeBooking,
} from '../records/booking.ts';
import { type Approved, duplicateBooking, type PlacedBooking } from './approve.ts';
import { bookingIdOf, type CreateBookingInput } from './create-input.ts';
import { lookForBooking, watchLostCreate } from './lost-booking.ts';

/**
 * Makes the booking in HubSpot. A create that was certainly refused gives the seat back; one whose answer was lost is
 * looked for, never repeated, and keeps the seat while it may still appear.
 */
export async function placeBooking(deps: Deps, input: CreateBookingInput, approved: Approved): Promise<PlacedBooking> {
  const { contact, exam, payment, reservationId } = approved;
  const { bookings, contacts, mockExams } = deps.config.objectTypes;
  const bookingId = bookingIdOf(input);
  const booking: NewBooking = {
    bookingId,
    name: input.name,
    email: input.email,
    credit: payment,
    dominantHand: input.dominant_hand,
    attendingLocation: input.attending_location ?? toAttendingLocation(exam.location),
  };
  const properties = newBookingToProperties(booking);
  const associations = [
    { to: contacts, id: contact.id },
    { to: mockExams, id: exam.id },
  ];
  try {
    const record = await deps.hubspot.createObject(bookings, { properties, associations, identity: BOOKING_IDENTITY });
    return { booking: toMadeBooking(booking, record, exam), wasLost: false };
  } catch (error) {
    if (!(error instanceof HubSpotError) || error.outcome === 'refused') {
      await deps.reservations.release(reservationId);
      throw isTaken(error) ? duplicateBooking() : error;
    }
    const lostAtMs = deps.clock.monotonicMs();
    const trace = { contactId: contact.id, bookingId, knownIds: new Set(contact.bookingIds) };
    const found = await lookForBooking(deps, trace);
    if (found) return { booking: found, wasLost: true };
    const { student_id: studentId } = input;
    watchLostCreate(deps, { ...trace, studentId, examId: exam.id, reservationId, lostAtMs });
    throw error;
  }
}

/** In a portal where `booking_id` is unique, a taken one is the same booking [409, or 400 with that code]. */
function isTaken(error: unknown): boolean {
  return error instanceof HubSpotApiError && (error.status === 409 || error.codes.includes('CONFLICTING_UNIQUE_VALUE'));
}
