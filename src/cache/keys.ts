import type { Booking, BookingSeat, BookingWithExam, BookingWithLinks } from '../records/booking.ts';
import type { Contact } from '../records/contact.ts';
import type { Enrollment } from '../records/enrollment.ts';
import type { Exam } from '../records/exam.ts';
import type { CacheKey } from './entry.ts';

/**
 * What can change in HubSpot, as values are marked with it and events name it. A record that was merged is read under its
 * old id and known by its new one: values are marked with both.
 */
export const tags = {
  exam: (id: string) => `exam:${id}`,
  /** Which sessions there are. */
  exams: 'exams',
  /** Which bookings an exam has. */
  examBookings: (id: string) => `exam:${id}:bookings`,
  contact: (id: string) => `contact:${id}`,
  /** Which bookings a contact has. */
  contactBookings: (id: string) => `contact:${id}:bookings`,
  booking: (id: string) => `booking:${id}`,
  /** What a booking is associated with. */
  bookingLinks: (id: string) => `booking:${id}:links`,
  /** Which bookings any contact has. */
  bookingLists: 'booking-lists',
  /** What HubSpot rolls up from exams onto bookings. */
  rollups: 'rollups',
  enrollments: 'enrollments',
};

/** The exam itself, its stored count included. */
export function examKey(id: string): CacheKey<Exam | null> {
  return {
    kind: 'exam',
    key: `mock_exam:${id}`,
    tags: [tags.exam(id)],
    tagsOf: (exam) => (exam ? [tags.exam(exam.id)] : []),
  };
}

/** An exam with the ids of its bookings, as whoever books decides on it; null when HubSpot does not know it. */
export function examToBookKey(id: string): CacheKey<{ exam: Exam; bookingIds: readonly string[] } | null> {
  return {
    kind: 'exam',
    key: `mock_exam:${id}:to_book`,
    tags: [tags.exam(id), tags.examBookings(id)],
    tagsOf: (found) => (found ? [tags.exam(found.exam.id), tags.examBookings(found.exam.id)] : []),
  };
}

/** Active sessions of a type, past ones left out. */
export function sessionsKey(mockType: string): CacheKey<readonly Exam[]> {
  return { kind: 'sessions', key: `mock_exams:type:${mockType}:active`, tags: [tags.exams] };
}

/** Ids of an exam's bookings, which may have come along with the exam. */
export function examBookingIdsKey(examId: string): CacheKey<readonly string[]> {
  return { kind: 'association', key: `associations:mock_exams:${examId}:bookings`, tags: [tags.examBookings(examId)] };
}

/** Status of every booking of an exam. */
export function seatsKey(examId: string): CacheKey<readonly BookingSeat[]> {
  return {
    kind: 'seats',
    key: `mock_exam:${examId}:bookings`,
    tags: [tags.examBookings(examId)],
    tagsOf: (seats) => seats.map(({ id }) => tags.booking(id)),
  };
}

/** The exam a key of {@link seatsKey} is about; null for another key. */
export function examIdOfSeatsKey(key: string): string | null {
  return /^mock_exam:(\d+):bookings$/.exec(key)?.[1] ?? null;
}

/** Whose e-mail address it is. The contact itself is kept under its id, so that it is dropped by its id. */
export function contactByEmailKey(email: string): CacheKey<{ contactId: string } | null> {
  return {
    kind: 'contact',
    key: `contact:email:${email}`,
    tags: [],
    tagsOf: (found) => (found ? [tags.contact(found.contactId)] : []),
  };
}

/** A contact with its credits. */
export function contactKey(id: string): CacheKey<Contact | null> {
  return {
    kind: 'contact',
    key: `contact:${id}:credits`,
    tags: [tags.contact(id)],
    tagsOf: (contact) => (contact ? [tags.contact(contact.id)] : []),
  };
}

/** Who has signed in by a login, told by another instance: neither names nor addresses leave an instance. */
export type SignedIn = Pick<Contact, 'id' | 'credits' | 'updatedAtMs'>;

/** @param login student id and e-mail address, sealed */
export function signedInKey(login: string): CacheKey<SignedIn> {
  return { kind: 'contact', key: `login:${login}`, tags: [], tagsOf: ({ id }) => [tags.contact(id)] };
}

/** The e-mail address a key of {@link contactByEmailKey} is about; null for another key. */
export function emailOfKey(key: string): string | null {
  return /^contact:email:(.*)$/.exec(key)?.[1] ?? null;
}

/** A contact's current enrollment; a wrapper, so that having none can be told from not having been asked for. */
export function enrollmentKey(contactId: string): CacheKey<{ enrollment: Enrollment | null }> {
  return {
    kind: 'enrollment',
    key: `contact:${contactId}:enrollment`,
    tags: [tags.contact(contactId), tags.enrollments],
    beliefIn: ({ enrollment }) => (enrollment ? 'usual' : 'absence'),
  };
}

/** Ids of a contact's bookings, which may have come along with the contact. */
export function contactBookingIdsKey(contactId: string): CacheKey<readonly string[]> {
  return {
    kind: 'association',
    key: `associations:contacts:${contactId}:bookings`,
    tags: [tags.contactBookings(contactId), tags.bookingLists],
  };
}

/** All bookings of a contact with their exams' facts. */
export function bookingListKey(contactId: string): CacheKey<readonly BookingWithExam[]> {
  return {
    kind: 'bookingList',
    key: `contact:${contactId}:bookings`,
    tags: [tags.contactBookings(contactId), tags.bookingLists],
    tagsOf: (list) =>
      list.flatMap(({ booking, exam }) => [tags.booking(booking.id), ...(exam ? [tags.exam(exam.id)] : [])]),
  };
}

export function bookingKey(id: string): CacheKey<Booking | null> {
  return {
    kind: 'booking',
    key: `booking:${id}`,
    tags: [tags.booking(id), tags.rollups],
    tagsOf: (booking) => (booking ? [tags.booking(booking.id)] : []),
  };
}

/** Ids of the exams a booking is for: one, or none that HubSpot shows yet, which is not kept. */
export function bookingExamsKey(id: string): CacheKey<readonly string[] | null> {
  return {
    kind: 'association',
    key: `associations:bookings:${id}:mock_exams`,
    tags: [tags.bookingLinks(id)],
    beliefIn: (examIds) => (examIds ? 'usual' : 'none'),
  };
}

/** A booking with the ids of its contacts and exams; not kept before HubSpot shows both. */
export function bookingDetailsKey(id: string): CacheKey<BookingWithLinks | null> {
  return {
    kind: 'booking',
    key: `booking:${id}:details`,
    tags: [tags.booking(id), tags.bookingLinks(id)],
    tagsOf: (found) => (found ? [tags.booking(found.booking.id), tags.bookingLinks(found.booking.id)] : []),
    beliefIn: (found) => {
      if (!found) return 'absence';
      return found.contactIds.length > 0 && found.examIds.length > 0 ? 'usual' : 'none';
    },
  };
}
