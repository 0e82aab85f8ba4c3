import { creditsFor } from '../credits/policy.ts';
import type { Debt } from '../consistency/debts.ts';
import { type CreditField, type HeldCredits, usableCredits } from '../records/contact.ts';
import type { Asked } from './approve.ts';
import { bookingIdOf, type CreateBookingInput } from './create-input.ts';

/** Where an exam without a place is said to be. */
const DEFAULT_LOCATION = 'Mississauga';

export type CreatedBooking = ReturnType<typeof describeCreated>;

/** The answer to a booking that succeeded, of which the credit may still be open. */
export function describeCreated(
  input: CreateBookingInput,
  { contact, exam }: Pick<Asked, 'contact' | 'exam'>,
  debt: Debt,
) {
  const payment = debt.credit ?? 'sj_credits';
  const { before, after } = debt.credited ?? expected(contact.credits, payment);
  const was = creditsFor(input.mock_type, before);
  return {
    booking_id: bookingIdOf(input),
    booking_record_id: debt.bookingId ?? '',
    confirmation_message: `Your booking for ${input.mock_type} on ${input.exam_date} has been confirmed`,
    exam_details: {
      mock_exam_id: exam.id,
      exam_date: exam.examDate,
      mock_type: exam.mockType,
      location: exam.location ?? DEFAULT_LOCATION,
    },
    credit_details: {
      credit_field_deducted: payment,
      remaining_credits: usableCredits(after)[payment],
      credit_breakdown: {
        specific_credits_before_deduction: was.specific_credits,
        shared_credits_before_deduction: was.shared_credits,
        used_field: payment,
        ...creditsFor(input.mock_type, after),
      },
    },
    associations: {
      results: [associated('contact', contact.id), associated('mock_exam', exam.id)],
      warnings: debt.credited ? [] : ['Your credit will be deducted shortly'],
      critical_success: true,
    },
  };
}

function expected(before: HeldCredits, payment: CreditField) {
  return { before, after: { ...before, [payment]: (before[payment] ?? 0) - 1 } };
}

function associated(type: 'contact' | 'mock_exam', id: string) {
  return { type, success: true, result: { id } };
}
