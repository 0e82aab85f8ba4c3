import { z } from 'zod';
import { dayAt } from '../time/calendar.ts';
import { signIn } from '../contacts/authenticate.ts';
import type { Deps } from '../wiring/deps.ts';
import { queryInteger, StudentLogin } from '../contract/fields.ts';
import { getBookingsWithExams } from '../reads/bookings.ts';
import { type BookingStatus, type BookingWithExam, statusOn } from '../records/booking.ts';
import { type Credits, usableCredits } from '../records/contact.ts';
import { compareSessions, type SessionOrder } from '../records/exam.ts';

const FILTERS = ['all', 'upcoming', 'past', 'cancelled'] as const;

export const ListBookingsInput = StudentLogin.extend({
  filter: z.enum(FILTERS, { error: `filter must be one of: ${FILTERS.join(', ')}` }).default('all'),
  page: queryInteger('page', { least: 1, most: 100_000, value: 1 }),
  limit: queryInteger('limit', { least: 1, most: 100, value: 20 }),
});
export type ListBookingsInput = z.infer<typeof ListBookingsInput>;

/** Where a booking without a place is said to be. */
const DEFAULT_LOCATION = 'Mississauga';

interface ListedBooking {
  id: string;
  booking_id: string;
  booking_number: string;
  name: string;
  email: string;
  dominant_hand: boolean;
  mock_type: string;
  exam_date: string;
  location: string;
  start_time: string | null;
  end_time: string | null;
  is_active: string;
  mock_exam: Record<string, string | number | null>;
  status: BookingStatus;
  created_at: string;
}

interface BookingList {
  bookings: ListedBooking[];
  pagination: {
    current_page: number;
    total_pages: number;
    total_bookings: number;
    total: number;
    has_next: boolean;
    has_previous: boolean;
  };
  credits: Credits;
}

/**
 * A student's bookings, filtered, sorted and paged here: HubSpot can neither sort nor filter associations.
 * @throws {AppError} `AUTH_FAILED`
 */
export async function listBookings(deps: Deps, input: ListBookingsInput): Promise<BookingList> {
  const contact = await signIn(deps, input);
  const all = await getBookingsWithExams(deps, contact.id);
  const today = dayAt(deps.clock.now(), deps.config.timeZone);
  const fitting = all
    .map((entry) => ({ ...entry, status: statusOn(entry.booking, entry.facts.examDate, today) }))
    .filter(({ status }) => FITTING[input.filter].includes(status))
    .toSorted((a, b) => compareSessions(orderOf(a), orderOf(b)));
  if (input.filter === 'past') fitting.reverse();
  const { page, limit } = input;
  const totalPages = Math.ceil(fitting.length / limit);
  return {
    bookings: fitting.slice((page - 1) * limit, page * limit).map(toListed),
    pagination: {
      current_page: page,
      total_pages: totalPages,
      total_bookings: fitting.length,
      total: fitting.length,
      has_next: page < totalPages,
      has_previous: page > 1,
    },
    credits: usableCredits(contact.credits),
  };
}

/** What each filter lets through. */
const FITTING: Record<ListBookingsInput['filter'], readonly BookingStatus[]> = {
  all: ['scheduled', 'completed', 'cancelled'],
  upcoming: ['scheduled'],
  past: ['completed'],
  cancelled: ['cancelled'],
};

function orderOf({ booking, facts }: BookingWithExam): SessionOrder {
  return { day: facts.examDate, start: facts.startTime, id: booking.id };
}

function toListed({ booking, facts, exam, status }: BookingWithExam & { status: BookingStatus }): ListedBooking {
  const place = {
    mock_type: facts.mockType,
    exam_date: facts.examDate,
    location: facts.location ?? DEFAULT_LOCATION,
    start_time: facts.startTime,
    end_time: facts.endTime,
  };
  const isActive = booking.isActive || 'Active';
  const throughExam = exam && { id: exam.id, capacity: exam.capacity ?? 0, total_bookings: exam.totalBookings };
  return {
    id: booking.id,
    booking_id: booking.bookingId,
    booking_number: booking.bookingId,
    name: booking.name,
    email: booking.email,
    dominant_hand: booking.dominantHand,
    ...place,
    is_active: isActive,
    mock_exam: { ...place, is_active: exam ? (exam.isActive ?? '') : isActive, ...throughExam },
    status,
    created_at: booking.createdAt,
  };
}
