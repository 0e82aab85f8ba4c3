import { BOOKING_PROPERTIES } from './booking.ts';
import { CONTACT_PROPERTIES, CREDIT_FIELDS } from './contact.ts';
import { ENROLLMENT_PROPERTIES } from './enrollment.ts';
import { EXAM_PROPERTIES, isExamFact } from './exam.ts';
import { ATTENDING_LOCATIONS, newBookingToProperties } from './new-booking.ts';

/** What a property has to be like. */
export interface WantedProperty {
  name: string;
  /** HubSpot's types that serve; any, where there is nothing to say. */
  types?: readonly string[];
  isUnique?: boolean;
  isWritten?: boolean;
  /** Values that are written: a property with options must have them. */
  values?: readonly string[];
}

const WRITTEN_BOOKING: Record<string, readonly string[]> = {
  booking_id: [],
  name: [],
  email: [],
  is_active: ['Active', 'Cancelled'],
  token_used: CREDIT_FIELDS.map((credit) => tokenOf(credit)),
  dominant_hand: ['true', 'false'],
  attending_location: ATTENDING_LOCATIONS,
};

function tokenOf(credit: (typeof CREDIT_FIELDS)[number]): string {
  const any = { bookingId: '', name: '', email: '', dominantHand: null, attendingLocation: null };
  return newBookingToProperties({ ...any, credit })['token_used'] ?? '';
}

const DAY = ['date', 'datetime', 'string'];
const TIME = ['datetime', 'string', 'number'];
const EXAM_TYPES: Record<string, readonly string[]> = {
  exam_date: DAY,
  start_time: TIME,
  end_time: TIME,
  capacity: ['number'],
  total_bookings: ['number'],
};

/** By the settings' names of the object types. */
export const WANTED: Record<
  'contacts' | 'bookings' | 'mockExams' | 'enrollments' | 'notes',
  readonly WantedProperty[]
> = {
  contacts: CONTACT_PROPERTIES.map((name) => {
    const isCredit = (CREDIT_FIELDS as readonly string[]).includes(name);
    if (isCredit) return { name, types: ['number'], isWritten: true };
    return name === 'student_id' ? { name, isUnique: true } : { name };
  }),
  bookings: BOOKING_PROPERTIES.map((name) => {
    const values = WRITTEN_BOOKING[name];
    if (values) return { name, isWritten: true, values };
    return isExamFact(name) && EXAM_TYPES[name] ? { name, types: EXAM_TYPES[name] } : { name };
  }),
  mockExams: EXAM_PROPERTIES.map((name) => ({
    name,
    ...(EXAM_TYPES[name] ? { types: EXAM_TYPES[name] } : {}),
    ...(name === 'total_bookings' ? { isWritten: true } : {}),
  })),
  enrollments: [...ENROLLMENT_PROPERTIES, 'contact_record_id'].map((name) => ({ name })),
  notes: ['hs_note_body', 'hs_timestamp'].map((name) => ({ name, isWritten: true })),
};
