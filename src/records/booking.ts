import { epochMs } from '../time/clock.ts';
import type { HubSpotObject } from '../hubspot/types.ts';
import { CREDIT_FIELDS, type CreditField } from './contact.ts';
import type { Exam, ExamFacts } from './exam.ts';
import { type RecordContext, readerOf } from './values.ts';

/** HubSpot properties of a booking that this project reads. The last five are read-only rollups of its exam. */
export const BOOKING_PROPERTIES = [
  'booking_id',
  'name',
  'email',
  'is_active',
  'token_used',
  'dominant_hand',
  'attending_location',
  'mock_type',
  'exam_date',
  'location',
  'start_time',
  'end_time',
] as const;

type BookingProperty = (typeof BOOKING_PROPERTIES)[number];

/** What each kind of credit is called on a booking paid with it. */
const TOKENS: Record<CreditField, string> = {
  sj_credits: 'Situational Judgment Token',
  cs_credits: 'Clinical Skills Token',
  sjmini_credits: 'Mini-mock Token',
  shared_mock_credits: 'Shared Token',
};

/** The credit a booking was paid with; null for a token that names none, such as an administrator's override. */
export function creditOfToken(token: string | null): CreditField | null {
  return CREDIT_FIELDS.find((field) => TOKENS[field].toLowerCase() === token?.toLowerCase()) ?? null;
}

/** All that is needed to know whether a booking takes a seat. */
export const SEAT_PROPERTIES = ['is_active'] as const;

/** What matters of a booking to its exam. */
export interface BookingSeat {
  id: string;
  holdsSeat: boolean;
  /** `updatedAt` of the record in epoch milliseconds; Infinity when its status was not read. */
  updatedAtMs: number;
  /** `createdAt` of the record in epoch milliseconds; 0 when it was not read. */
  createdAtMs: number;
}

export function toSeat(record: HubSpotObject<(typeof SEAT_PROPERTIES)[number]>): BookingSeat {
  const { id, properties, updatedAt, createdAt } = record;
  return {
    id,
    holdsSeat: holdsSeat(properties.is_active),
    updatedAtMs: epochMs(updatedAt),
    createdAtMs: epochMs(createdAt),
  };
}

/** A booking of which only the link is known: it counts as taking a seat, even if it was cancelled here. */
export function unreadSeat(id: string): BookingSeat {
  return { id, holdsSeat: true, updatedAtMs: Infinity, createdAtMs: 0 };
}

export type BookingStatus = 'scheduled' | 'completed' | 'cancelled';

export interface Booking {
  id: string;
  bookingId: string;
  name: string;
  email: string;
  /** As HubSpot holds it, without blanks around it; null when it is not set. */
  isActive: string | null;
  status: BookingStatus;
  /** Whether it takes a seat: not when it is cancelled or failed. */
  holdsSeat: boolean;
  tokenUsed: string | null;
  dominantHand: boolean;
  /** What HubSpot has rolled up from the exam; null until it has, which takes 1–2 s after a create. */
  examFacts: ExamFacts | null;
  /** ISO, HubSpot's clock. */
  createdAt: string;
  updatedAt: string;
  /** `updatedAt` in epoch milliseconds. */
  updatedAtMs: number;
}

/** A booking and what is known of its exam. */
export interface BookingWithExam {
  booking: Booking;
  facts: ExamFacts;
  /** Set when the exam was read through the association: HubSpot had not rolled its facts up yet. */
  exam: Exam | undefined;
}

/** A booking and the records it is associated with. */
export interface BookingWithLinks {
  booking: Booking;
  contactIds: readonly string[];
  examIds: readonly string[];
}

export function toBooking(record: HubSpotObject<BookingProperty>, context: RecordContext): Booking {
  const { id, properties, createdAt, updatedAt } = record;
  const values = readerOf('booking', record, context);
  const isActive = values.text('is_active');
  return {
    id,
    bookingId: values.text('booking_id') ?? '',
    // Kept as it was typed.
    name: properties.name ?? '',
    email: values.text('email') ?? '',
    isActive,
    status: toStatus(isActive),
    holdsSeat: holdsSeat(isActive),
    tokenUsed: values.text('token_used'),
    dominantHand: values.flag('dominant_hand') ?? false,
    examFacts: toExamFacts(values),
    createdAt,
    updatedAt,
    updatedAtMs: epochMs(updatedAt),
  };
}

function toExamFacts(values: ReturnType<typeof readerOf<BookingProperty>>): ExamFacts | null {
  const mockType = values.text('mock_type');
  const examDate = values.day('exam_date');
  if (mockType === null || examDate === null) return null;
  return {
    mockType,
    examDate,
    location: values.text('location'),
    startTime: values.timeOn(examDate, 'start_time'),
    endTime: values.timeOn(examDate, 'end_time'),
  };
}

/** The value a new booking has. */
export const ACTIVE = 'Active';
/** The value that marks a booking cancelled. */
export const CANCELLED = 'Cancelled';

/** The booking as it is once it has been cancelled. */
export function asCancelled(booking: Booking): Booking {
  return { ...booking, isActive: CANCELLED, status: 'cancelled', holdsSeat: false };
}

/** The account's history left several spellings of "cancelled"; an empty value means active. */
function toStatus(isActive: string | null): BookingStatus {
  const value = isActive?.trim().toLowerCase() ?? '';
  switch (value) {
    case 'cancelled':
    case 'false':
    case '0':
      return 'cancelled';
    case 'completed':
      return 'completed';
    default:
      return 'scheduled';
  }
}

/** A booking takes a seat unless it is cancelled or failed; a completed one still does. */
function holdsSeat(isActive: string | null): boolean {
  return toStatus(isActive) !== 'cancelled' && isActive?.trim().toLowerCase() !== 'failed';
}

/** A booking to be made, in our words. */
export interface NewBooking {
  bookingId: string;
  name: string;
  email: string;
  credit: CreditField;
  /** Clinical Skills only: true is right, false is left. */
  dominantHand: boolean | null;
  /** Where the student attends, by its display name. */
  attendingLocation: string | null;
}

/** The booking that HubSpot has just made of it. */
export function toMadeBooking(
  booking: NewBooking,
  { id, createdAt, updatedAt }: Pick<HubSpotObject, 'id' | 'createdAt' | 'updatedAt'>,
  examFacts: ExamFacts,
): Booking {
  return {
    id,
    bookingId: booking.bookingId,
    name: booking.name,
    email: booking.email,
    isActive: ACTIVE,
    status: 'scheduled',
    holdsSeat: true,
    tokenUsed: TOKENS[booking.credit],
    dominantHand: booking.dominantHand === true,
    examFacts,
    createdAt,
    updatedAt,
    updatedAtMs: epochMs(updatedAt),
  };
}

/** The writable properties of a new booking: HubSpot refuses the whole create when a rollup is among them. */
export function newBookingToProperties(booking: NewBooking): Record<string, string> {
  return {
    booking_id: booking.bookingId,
    name: booking.name,
    email: booking.email,
    is_active: ACTIVE,
    token_used: TOKENS[booking.credit],
    ...(booking.dominantHand === null ? {} : { dominant_hand: String(booking.dominantHand) }),
    ...(booking.attendingLocation === null ? {} : { attending_location: booking.attendingLocation }),
  };
}

/** What tells a new booking from others that are made at the same moment. */
export const BOOKING_IDENTITY = ['booking_id', 'email'] as const;

/** The properties that cancel a booking without deleting it. */
export function cancelledToProperties(): Record<'is_active', string> {
  return { is_active: CANCELLED };
}

/** Where one can attend, as HubSpot's options name it. */
const ATTENDING_LOCATIONS = ['Mississauga', 'Calgary', 'Vancouver', 'Montreal', 'Richmond Hill', 'Online'];

/** The option that `Richmond Hill`, `richmond_hill` or an exam's `Mississauga - Lab D` means; null for none. */
export function toAttendingLocation(place: string | null): string | null {
  const wanted = place?.trim().toLowerCase().replaceAll('_', ' ') ?? '';
  return ATTENDING_LOCATIONS.find((option) => wanted.split(' - ')[0] === option.toLowerCase()) ?? null;
}
