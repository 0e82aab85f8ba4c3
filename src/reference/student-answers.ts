import { z } from 'zod';
import { MOCK_TYPES } from '../contract/fields.ts';
import { CREDIT_FIELDS } from '../records/contact.ts';

const recordId = (of: string) => z.string().describe(`HubSpot record id of the ${of}`);
const day = z.string().describe('Day of the exam, YYYY-MM-DD, in the time zone of the exams');
const instant = (what: string) => z.string().describe(`${what}, ISO 8601`);
const mockType = z.enum(MOCK_TYPES).describe('Type of the exam');
/** Staff may write anything into HubSpot. */
const anyType = z.string().describe('Type of the exam');
const seats = (what: string) => z.int().describe(what);
const credit = (what: string) => z.int().describe(what);
const location = z.string().describe('Where the exam takes place');
const status = z.enum(['scheduled', 'completed', 'cancelled']).describe('What the booking is today');

const Credits = z
  .strictObject({
    sj_credits: credit('Credits for Situational Judgment'),
    cs_credits: credit('Credits for Clinical Skills'),
    sjmini_credits: credit('Credits for Mini-mock'),
    shared_mock_credits: credit('Credits for Situational Judgment or Clinical Skills'),
  })
  .describe('Credits that are left');

const ListedExam = z
  .strictObject({
    mock_type: anyType,
    exam_date: day,
    location,
    start_time: instant('Begin').nullable(),
    end_time: instant('End').nullable(),
    is_active: z.string().describe('As HubSpot holds it'),
    id: recordId('session').optional(),
    capacity: seats('Seats').optional(),
    total_bookings: seats('Seats taken').optional(),
  })
  .describe('The session; id, capacity and total_bookings where it was read through the association');

const ListedBooking = z.strictObject({
  id: recordId('booking'),
  booking_id: z.string().describe('What people call the booking'),
  booking_number: z.string().describe('The same'),
  name: z.string().describe('Name on the booking'),
  email: z.string().describe('E-mail address on the booking'),
  dominant_hand: z.boolean().describe('Whether the right hand is the dominant one'),
  mock_type: anyType,
  exam_date: day,
  location,
  start_time: instant('Begin').nullable(),
  end_time: instant('End').nullable(),
  is_active: z.string().describe('As HubSpot holds it; Active where it is empty'),
  mock_exam: ListedExam,
  status,
  created_at: instant('When it was booked'),
});

export const BookingList = z.strictObject({
  bookings: z.array(ListedBooking).describe('By day; those that are past in reverse'),
  pagination: z.strictObject({
    current_page: z.int().describe('This page, from 1'),
    total_pages: z.int().describe('Pages in all'),
    total_bookings: z.int().describe('Bookings that the filter lets through'),
    total: z.int().describe('The same'),
    has_next: z.boolean().describe('Whether there is a page after this one'),
    has_previous: z.boolean().describe('Whether there is one before it'),
  }),
  credits: Credits,
});

export const BookingDetails = z.strictObject({
  booking: z.strictObject({
    id: recordId('booking'),
    booking_id: z.string().describe('What people call the booking'),
    name: z.string().describe('Name on the booking'),
    email: z.string().describe('E-mail address on the booking'),
    dominant_hand: z.boolean().describe('Whether the right hand is the dominant one'),
    created_at: instant('When it was booked'),
    updated_at: instant('When HubSpot changed it last'),
    status,
  }),
  mock_exam: z
    .strictObject({
      id: recordId('session'),
      exam_date: day.nullable(),
      mock_type: anyType,
      location: location.nullable(),
      capacity: seats('Seats'),
      total_bookings: seats('Seats taken, as HubSpot holds them'),
      address: z.string().nullable().describe('Address of the place'),
      start_time: instant('Begin').nullable(),
      end_time: instant('End').nullable(),
    })
    .nullable()
    .describe('Null where the booking belongs to no session'),
  contact: z.strictObject({
    id: recordId('contact'),
    firstname: z.string().describe('First name'),
    lastname: z.string().describe('Last name'),
    student_id: z.string().describe('Student id'),
  }),
  enrollment: z
    .strictObject({
      id: recordId('enrollment'),
      enrollment_id: z.string().nullable().describe('What people call it'),
      course_id: z.string().nullable().describe('Course'),
      enrollment_status: z.string().nullable().describe('As HubSpot holds it'),
    })
    .nullable()
    .describe('Null where there is none, or where it could not be read in time'),
});

const Breakdown = {
  specific_credits: credit('Credits for this type alone'),
  shared_credits: credit('Shared credits that count for it'),
};

export const CreatedBooking = z.strictObject({
  booking_id: z.string().describe('What people call the booking: type, name and day'),
  booking_record_id: recordId('booking'),
  confirmation_message: z.string().describe('A sentence for the student'),
  exam_details: z.strictObject({ mock_exam_id: recordId('session'), exam_date: day, mock_type: anyType, location }),
  credit_details: z.strictObject({
    credit_field_deducted: z.enum(CREDIT_FIELDS).describe('Which credit was taken'),
    remaining_credits: credit('Credits of that kind that are left'),
    credit_breakdown: z.strictObject({
      specific_credits_before_deduction: credit('Credits for this type before'),
      shared_credits_before_deduction: credit('Shared credits before'),
      used_field: z.enum(CREDIT_FIELDS).describe('Which credit was taken'),
      ...Breakdown,
    }),
  }),
  associations: z.strictObject({
    results: z.array(
      z.strictObject({
        type: z.enum(['contact', 'mock_exam']).describe('What the booking is associated with'),
        success: z.boolean().describe('Whether it is'),
        result: z.strictObject({ id: z.string().describe('HubSpot record id') }),
      }),
    ),
    warnings: z.array(z.string()).describe('Such as that the credit is still to be deducted'),
    critical_success: z.boolean().describe('Whether all that must be associated is'),
  }),
  idempotent_request: z.literal(true).optional().describe('A repeat with the same key: nothing was booked again'),
});

export const CancelledBooking = z.strictObject({
  booking_id: z.string().describe('What people call the booking'),
  status: z.literal('cancelled'),
  cancelled_at: instant('When HubSpot marked it'),
  actions_completed: z.strictObject({
    soft_delete: z.boolean().describe('Whether it is marked as cancelled'),
    note_created: z.boolean().describe('Whether a note on the contact is written, or certain to be'),
    bookings_decremented: z.boolean().describe("Whether everybody's next answer shows the seat as free"),
    credits_restored: z.boolean().describe('Whether the credit is given back'),
  }),
  credit_restoration: z
    .strictObject({
      credit_type: z.enum(CREDIT_FIELDS).describe('Which credit'),
      amount: z.literal(1),
      new_balance: credit('Credits of that kind that are left now').nullable(),
    })
    .optional(),
  warnings: z.array(z.string()).optional().describe('Such as that the credit is still to be returned'),
  reason: z.string().optional().describe('As it was sent'),
});

export const AvailableExams = z
  .array(
    z.strictObject({
      mock_exam_id: recordId('session'),
      exam_date: day,
      start_time: instant('Begin'),
      end_time: instant('End'),
      mock_type: mockType,
      capacity: seats('Seats'),
      total_bookings: seats('Seats taken'),
      available_slots: seats('Seats that are free, never below 0'),
      location,
      is_active: z.literal(true),
      status: z.enum(['full', 'limited', 'available']).describe('limited: one to three seats are free'),
    }),
  )
  .describe('Sessions from today on, by day');

export const Capacity = z.strictObject({
  mock_exam_id: recordId('session'),
  capacity: seats('Seats'),
  total_bookings: seats('Seats taken, counted from the bookings'),
  available_slots: seats('Seats that are free, never below 0'),
  is_full: z.boolean().describe('Whether no seat is free'),
  last_checked: instant('Time of the answer'),
});

export const ValidatedCredits = z.strictObject({
  eligible: z.boolean().describe('Whether the student can pay'),
  available_credits: credit('Credits that count, in all'),
  credit_breakdown: z
    .union([z.strictObject(Breakdown), Credits])
    .describe('For one type, or for all where no type was named'),
  contact_id: recordId('contact'),
  enrollment_id: recordId('enrollment').nullable(),
  student_name: z.string().describe('First and last name; Student where there is none'),
  error_message: z.string().optional().describe('Why the student cannot pay'),
});
