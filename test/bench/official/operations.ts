import type { Operations } from '../contestants/operations.ts';
import { bookingDetails, cancelBooking, createBooking, listBookings, validateCredits } from './bookings.ts';
import { availableExams, bookingEvents, examCapacity, syncCapacity } from './exams.ts';
import { OfficialHubSpot } from './hubspot.ts';

/**
 * The same API over HubSpot's official client, used with care: batch calls wherever there are any and its own
 * retries, but no cache and nothing shared between requests.
 */
export function officialOperations(baseUrl: string): Operations {
  const hubspot = new OfficialHubSpot(baseUrl);
  return {
    listBookings: async (login) => listBookings(hubspot, login),
    bookingDetails: async (login, id) => bookingDetails(hubspot, login, id),
    availableExams: async (mockType, realtime) => availableExams(hubspot, mockType, realtime),
    examCapacity: async (id) => examCapacity(hubspot, id),
    validateCredits: async (login, mockType) => validateCredits(hubspot, login, mockType),
    createBooking: async (wish) => createBooking(hubspot, wish),
    cancelBooking: async (login, id) => cancelBooking(hubspot, login, id),
    syncCapacity: async () => syncCapacity(hubspot),
    bookingEvents: async (events) => bookingEvents(hubspot, events),
  };
}
