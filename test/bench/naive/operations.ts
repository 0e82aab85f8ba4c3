import type { Operations } from '../contestants/operations.ts';
import { bookingDetails, cancelBooking, createBooking, listBookings, validateCredits } from './bookings.ts';
import { availableExams, bookingEvents, examCapacity, syncCapacity } from './exams.ts';
import { NaiveHubSpot } from './hubspot.ts';

/**
 * NAIVE on purpose: the patterns of an API that asks HubSpot record by record, as the one that this project replaces
 * did. It is here to be compared with, and makes exactly the numbers of calls that were measured on that one.
 */
export function naiveOperations(baseUrl: string, send?: typeof fetch): Operations {
  const hubspot = new NaiveHubSpot(baseUrl, send);
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
