import { z } from 'zod';

export const MOCK_TYPES = ['Situational Judgment', 'Clinical Skills', 'Mini-mock'] as const;
export type MockType = (typeof MOCK_TYPES)[number];

/** HubSpot record ids: digits only, so that nothing else ever reaches one of its paths. */
export const RECORD_ID = /^\d{1,20}$/;

/** A text field, kept as it was typed, whose absence and wrong type each say so in one sentence. */
export function typedText(label: string) {
  const error = ({ input }: { input: unknown }) =>
    input === undefined || input === null ? `${label} is required` : `${label} must be a string`;
  return z.string({ error }).regex(/\S/, { error: `${label} is required`, abort: true });
}

/** {@link typedText} without the space around it. */
export function requiredText(label: string) {
  return typedText(label).trim();
}

export const StudentId = requiredText('Student ID')
  .regex(/^[A-Z0-9]+$/, 'Student ID must contain only uppercase letters and numbers')
  .max(32, 'Student ID must not be longer than 32 characters');

const EMAIL_WRONG = 'Please enter a valid email address';
/** As browsers check it [HTML standard], but for letters of any alphabet before the @ [RFC 6531]. */
const EMAIL =
  /^[\p{L}\p{M}\p{N}.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?)*$/u;

const Email = requiredText('Email').max(254, EMAIL_WRONG).regex(EMAIL, EMAIL_WRONG);

export const MockTypeField = z.enum(MOCK_TYPES, {
  error: 'Mock type must be one of: Situational Judgment, Clinical Skills, or Mini-mock',
});

/** A record id in a body. */
export function recordId(label: string) {
  return requiredText(label).regex(RECORD_ID, `${label} must contain digits only`);
}

/** Who a student claims to be: an e-mail address and the student id that belongs to it. */
export const StudentLogin = z.object({ student_id: StudentId, email: Email });
export type StudentLogin = z.infer<typeof StudentLogin>;

/** Whether a text can be stored and shown as it is: no half characters, and none that change the direction of others. */
export function isPlainText(text: string): boolean {
  return text.isWellFormed() && !/\p{Bidi_Control}/u.test(text);
}

/** `true` or `false` in a query. */
export function queryFlag(name: string, value: boolean) {
  return z
    .stringbool({ truthy: ['true', '1'], falsy: ['false', '0'], error: `${name} must be true or false` })
    .default(value);
}

/** A whole number in a query. */
export function queryInteger(name: string, { least, most, value }: { least: number; most: number; value: number }) {
  const error = `${name} must be a whole number from ${least} to ${most}`;
  return z
    .string({ error })
    .trim()
    .regex(/^\d{1,9}$/, { error, abort: true })
    .transform(Number)
    .refine((number) => number >= least && number <= most, error)
    .default(value);
}
