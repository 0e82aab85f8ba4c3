import type { Day } from '../time/calendar.ts';
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

/** What a credit is called on a booking paid with it. */
export function tokenOf(credit: CreditField): string {
  return TOKENS[credit];
}

/** All that is needed to know whether a booking takes a seat. */
export const SEAT_PROPERTIES = ['is_active'] as const;

/** All that is needed to know which credit a booking was paid with. */
export const PAYMENT_PROPERTIES = ['token_used'] as const;

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
  /** What tells it from all others, where the account has a property for it. */
  key: string | null;
  /** As HubSpot holds it: see {@link statusOn} for what it means on a day. */
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
  /** Whether history shows that an app made it, and not somebody in HubSpot's own pages; false where it was not asked. */
  isMadeByApp: boolean;
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
    key:
      context.bookingKey === null
        ? null
        : ((record.properties as HubSpotObject['properties'])[context.bookingKey] ?? null),
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

/** What a booking is on that day: one that nobody has cancelled is completed when its exam's day is over. */
export function statusOn({ status }: Pick<Booking, 'status'>, examDate: Day | null, today: Day): BookingStatus {
  return status === 'scheduled' && examDate !== null && examDate < today ? 'completed' : status;
}

/** The account's history left several spellings of "cancelled"; an empty value means active. */
function toStatus(isActive: string | null): BookingStatus {
  const value = isActive?.trim().toLowerCase() ?? '';
  switch (value) {
    case 'cancelled':
    case 'false':
    case '0':
    case 'failed':
      return 'cancelled';
    case 'completed':
      return 'completed';
    default:
      return 'scheduled';
  }
}

/** A booking takes a seat unless it is cancelled or failed; a completed one still does. */
function holdsSeat(isActive: string | null): boolean {
  return toStatus(isActive) !== 'cancelled';
}

/** The properties that cancel a booking without deleting it. */
export function cancelledToProperties(): Record<'is_active', string> {
  return { is_active: CANCELLED };
}
