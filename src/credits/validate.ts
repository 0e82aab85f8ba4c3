import type { z } from 'zod';
import { REFUSAL_MAX_AGE_MS } from '../cache/policies.ts';
import type { Deps } from '../wiring/deps.ts';
import { AppError } from '../contract/errors.ts';
import { MockTypeField, StudentLogin } from '../contract/fields.ts';
import { getContact, studentIdExists } from '../reads/contact.ts';
import { findEnrollment } from '../reads/enrollment.ts';
import { type Contact, CREDIT_FIELDS, usableCredits } from '../records/contact.ts';
import { currentContext } from '../request/context.ts';
import { creditsFor } from './policy.ts';

/** The sign-in page sends null for `mock_type`: it wants all credits, not those for one type. */
export const ValidateCreditsInput = StudentLogin.extend({ mock_type: MockTypeField.nullish() });
export type ValidateCreditsInput = z.infer<typeof ValidateCreditsInput>;

/** What a student is called of whom HubSpot has no name: the booking form takes no empty one. */
const NAMELESS = 'Student';

/**
 * Whether a student can pay for an exam, and who they are.
 * @throws {AppError} `EMAIL_MISMATCH` when the student id is somebody else's, `STUDENT_NOT_FOUND` when nobody has it.
 */
export async function validateCredits(deps: Deps, input: ValidateCreditsInput) {
  const contact = await identify(deps, input);
  currentContext()?.loginPassed();
  const enrollment = await findEnrollment(deps, contact.id);
  const { available, breakdown } = creditsOf(contact, input);
  const eligible = available > 0;
  return {
    eligible,
    available_credits: available,
    credit_breakdown: breakdown,
    contact_id: contact.id,
    enrollment_id: enrollment?.id ?? null,
    student_name: `${contact.firstName} ${contact.lastName}`.trim() || NAMELESS,
    ...(eligible ? {} : { error_message: explainShortage(input.mock_type) }),
  };
}

/** Through the cache, as long as the answer is yes: a no rests on what was read within the last seconds. */
async function identify(deps: Deps, input: ValidateCreditsInput): Promise<Contact> {
  const { student_id: studentId, email } = input;
  // With the bookings, which whoever books next asks for.
  const known = await getContact(deps, email, { withBookings: true });
  if (known?.studentId === studentId && creditsOf(known, input).available > 0) return known;
  const contact = await getContact(deps, email, { withBookings: true, maxAgeMs: REFUSAL_MAX_AGE_MS });
  if (contact?.studentId === studentId) return contact;
  if (await studentIdExists(deps, studentId)) {
    throw new AppError('EMAIL_MISMATCH', 'Email does not match student record', { isFailedLogin: true });
  }
  throw new AppError('STUDENT_NOT_FOUND', 'Student not found in system', { isFailedLogin: true });
}

function creditsOf({ credits }: Contact, { mock_type: mockType }: ValidateCreditsInput) {
  if (mockType) {
    const breakdown = creditsFor(mockType, credits);
    return { available: breakdown.specific_credits + breakdown.shared_credits, breakdown };
  }
  const breakdown = usableCredits(credits);
  return { available: CREDIT_FIELDS.reduce((sum, field) => sum + breakdown[field], 0), breakdown };
}

function explainShortage(mockType: ValidateCreditsInput['mock_type']): string {
  const exams = mockType ? ` for ${mockType} exams` : '';
  return `You have 0 credits available${exams}. At least 1 credit is required to book.`;
}
