import { epochMs } from '../time/clock.ts';
import type { HubSpotObject } from '../hubspot/types.ts';
import { ACTIVE, type Booking, tokenOf } from './booking.ts';
import type { CreditField } from './contact.ts';
import type { ExamFacts } from './exam.ts';

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
  booking: NewBooking & { key: string | null },
  { id, createdAt, updatedAt }: Pick<HubSpotObject, 'id' | 'createdAt' | 'updatedAt'>,
  examFacts: ExamFacts,
): Booking {
  return {
    id,
    bookingId: booking.bookingId,
    name: booking.name,
    email: booking.email,
    isActive: ACTIVE,
    key: booking.key,
    status: 'scheduled',
    holdsSeat: true,
    tokenUsed: tokenOf(booking.credit),
    dominantHand: booking.dominantHand === true,
    examFacts,
    createdAt,
    updatedAt,
    updatedAtMs: epochMs(updatedAt),
  };
}

/** Names a booking of a contact, type and day; the number goes up by one when such a booking was cancelled. */
export function toBookingKey(contactId: string, { mockType, examDate }: ExamFacts, number: number): string {
  return `${contactId}:${mockType}:${examDate}:${number}`;
}

/** The number in a {@link toBookingKey}; 0 for anything else. */
export function numberOfKey(key: string | null): number {
  return Number(/:(\d{1,6})$/.exec(key ?? '')?.[1] ?? 0);
}

/** The writable properties of a new booking: HubSpot refuses the whole create when a rollup is among them. */
export function newBookingToProperties(booking: NewBooking): Record<string, string> {
  return {
    booking_id: booking.bookingId,
    name: booking.name,
    email: booking.email,
    is_active: ACTIVE,
    token_used: tokenOf(booking.credit),
    ...(booking.dominantHand === null ? {} : { dominant_hand: String(booking.dominantHand) }),
    ...(booking.attendingLocation === null ? {} : { attending_location: booking.attendingLocation }),
  };
}

/** What tells a new booking from others that are made at the same moment. */
export const BOOKING_IDENTITY = ['booking_id', 'email'] as const;

/** Where one can attend, as HubSpot's options name it. */
export const ATTENDING_LOCATIONS = ['Mississauga', 'Calgary', 'Vancouver', 'Montreal', 'Richmond Hill', 'Online'];

/** The option that `Richmond Hill`, `richmond_hill` or an exam's `Mississauga - Lab D` means; null for none. */
export function toAttendingLocation(place: string | null): string | null {
  const wanted = place?.trim().toLowerCase().replaceAll('_', ' ') ?? '';
  return ATTENDING_LOCATIONS.find((option) => wanted.split(' - ')[0] === option.toLowerCase()) ?? null;
}
