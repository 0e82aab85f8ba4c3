import { CancelBookingInput } from '../bookings/cancel.ts';
import { CreateBookingInput } from '../bookings/create-input.ts';
import { GetBookingInput } from '../bookings/details.ts';
import { ListBookingsInput } from '../bookings/list.ts';
import { ValidateCreditsInput } from '../credits/validate.ts';
import { AvailableExamsInput } from '../exams/available.ts';
import { type EndpointDoc, successOf } from './endpoint-doc.ts';
import {
  AvailableExams,
  BookingDetails,
  BookingList,
  CancelledBooking,
  Capacity,
  CreatedBooking,
  ValidatedCredits,
} from './student-answers.ts';

/** A student of the embedded HubSpot. */
const STUDENT = {
  student_id: { means: 'Student id: capital letters and digits', example: '1599999' },
  email: { means: 'E-mail address of the same student', example: 'maya.obrien@example.com' },
};
const TYPE = { means: 'Type of the exam', example: 'Clinical Skills' };

/** What the booking page calls. */
export const STUDENTS: readonly EndpointDoc[] = [
  {
    method: 'GET',
    path: '/api/bookings/list',
    operationId: 'listBookings',
    summary: "A student's bookings",
    description: 'What this API has booked or cancelled shows at once, though HubSpot shows it seconds later.',
    audience: 'student',
    input: ListBookingsInput,
    fields: {
      ...STUDENT,
      filter: { means: 'Which bookings; today is upcoming', example: 'upcoming' },
      page: { means: 'Page, from 1', example: 1 },
      limit: { means: 'Bookings on a page, 1 to 100', example: 20 },
    },
    answers: { 200: successOf(BookingList) },
    codes: ['AUTH_FAILED'],
  },
  {
    method: 'GET',
    path: '/api/bookings/{id}',
    operationId: 'getBooking',
    summary: 'One booking with its session, student and enrollment',
    audience: 'student',
    input: GetBookingInput,
    fields: STUDENT,
    answers: { 200: successOf(BookingDetails) },
    codes: ['MISSING_BOOKING_ID', 'AUTH_FAILED', 'ACCESS_DENIED', 'BOOKING_NOT_FOUND'],
  },
  {
    method: 'POST',
    path: '/api/bookings/create',
    operationId: 'createBooking',
    summary: 'Books a seat and takes the credit',
    description:
      'One booking and one deduction, or neither, whenever HubSpot answers. With `X-Idempotency-Key` a repeat within five minutes is given the first success again, with status 200.',
    audience: 'student',
    input: CreateBookingInput,
    fields: {
      mock_exam_id: { means: 'Record id of the session', example: '35864200951' },
      contact_id: { means: 'Record id of the contact, as validate-credits told it', example: '120401000001' },
      ...STUDENT,
      name: { means: 'Name on the booking, 2 to 100 characters', example: "Maya O'Brien" },
      mock_type: { means: 'Type of the session', example: 'Clinical Skills' },
      exam_date: { means: 'Day of the session, YYYY-MM-DD', example: '2026-12-10' },
      dominant_hand: {
        means: 'Clinical Skills only, and required there: whether the right hand is dominant',
        example: true,
      },
      attending_location: { means: 'The other types only: where the student wants to sit the exam' },
    },
    answers: { 200: successOf(CreatedBooking), 201: successOf(CreatedBooking) },
    codes: [
      'CONTACT_NOT_FOUND',
      'ACCESS_DENIED',
      'EXAM_NOT_FOUND',
      'EXAM_NOT_ACTIVE',
      'DUPLICATE_BOOKING',
      'EXAM_FULL',
      'INSUFFICIENT_CREDITS',
      'IDEMPOTENCY_KEY_REUSED',
      'BOOKINGS_DISABLED',
    ],
  },
  {
    method: 'DELETE',
    path: '/api/bookings/{id}',
    operationId: 'cancelBooking',
    summary: 'Cancels a booking and gives the credit back',
    audience: 'student',
    input: CancelBookingInput,
    fields: { ...STUDENT, reason: { means: 'Why, at most 500 characters; staff read it', example: 'I am ill' } },
    answers: { 200: successOf(CancelledBooking) },
    codes: [
      'MISSING_BOOKING_ID',
      'AUTH_FAILED',
      'ACCESS_DENIED',
      'BOOKING_NOT_FOUND',
      'ALREADY_CANCELED',
      'BOOKING_COMPLETED',
      'SOFT_DELETE_FAILED',
      'BOOKINGS_DISABLED',
    ],
  },
  {
    method: 'GET',
    path: '/api/mock-exams/available',
    operationId: 'listAvailableExams',
    summary: 'Sessions that are open for booking',
    audience: 'student',
    input: AvailableExamsInput,
    fields: {
      mock_type: TYPE,
      include_capacity: { means: 'Whether full sessions are listed, too', example: true },
      realtime: {
        means: 'Whether seats are counted from the bookings rather than taken from the stored count',
        example: true,
      },
    },
    answers: { 200: successOf(AvailableExams) },
    codes: [],
  },
  {
    method: 'GET',
    path: '/api/mock-exams/{id}/capacity',
    operationId: 'getCapacity',
    summary: 'Seats of one session, made to be polled',
    audience: 'student',
    input: null,
    fields: {},
    answers: { 200: successOf(Capacity) },
    codes: ['EXAM_NOT_FOUND'],
  },
  {
    method: 'POST',
    path: '/api/mock-exams/validate-credits',
    operationId: 'validateCredits',
    summary: 'Who a student is, and what they can pay with',
    audience: 'student',
    input: ValidateCreditsInput,
    fields: {
      ...STUDENT,
      mock_type: { means: 'Type of the exam; null or none for all credits', example: 'Clinical Skills' },
    },
    answers: { 200: successOf(ValidatedCredits) },
    codes: ['STUDENT_NOT_FOUND', 'EMAIL_MISMATCH'],
  },
];
