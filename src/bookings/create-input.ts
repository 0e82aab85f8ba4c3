import { z } from 'zod';
import { parseDay } from '../time/calendar.ts';
import { isPlainText, MockTypeField, recordId, requiredText, StudentLogin, typedText } from '../contract/fields.ts';
import { toAttendingLocation } from '../records/new-booking.ts';

const NAME_LENGTH = 'Name must be between 2 and 100 characters';
const LOCATION_UNKNOWN =
  'Attending location must be one of: mississauga, calgary, vancouver, montreal, richmond_hill, online';

/** A character as one sees it may be made of a dozen code units, but not without end. */
const MAX_NAME_UNITS = 2000;

/** At least one character of the kind that leaves a mark on paper: blanks come in more kinds than spaces. */
const VISIBLE = /[^\p{Default_Ignorable_Code_Point}\p{Cc}\p{Cf}\p{Z}\u2800]/u;

/**
 * Kept as it was typed. Lengths are counted in characters as one sees them, so that an emoji is one; what cannot be seen
 * makes no name, nor does what changes how other text looks.
 */
const Name = typedText('Name').refine((name) => {
  if (name.length > MAX_NAME_UNITS || !isPlainText(name) || /\p{Cc}/u.test(name)) return false;
  const characters = Array.from(new Intl.Segmenter().segment(name.trim()), ({ segment }) => segment);
  return characters.filter((each) => VISIBLE.test(each)).length >= 2 && characters.length <= 100;
}, NAME_LENGTH);

const ExamDate = requiredText('Exam date').refine(
  (date) => /^\d{4}-\d{2}-\d{2}$/.test(date) && parseDay(date) === date,
  'Exam date must be in YYYY-MM-DD format',
);

/** Fields that matter for some types of exam only; where they do not, whatever is sent is ignored. */
const isClinical = (value: unknown) => (value as { mock_type?: unknown } | null)?.mock_type === 'Clinical Skills';

export const CreateBookingInput = StudentLogin.extend({
  mock_exam_id: recordId('Mock exam ID'),
  contact_id: recordId('Contact ID'),
  name: Name,
  mock_type: MockTypeField,
  exam_date: ExamDate,
  dominant_hand: z.unknown().optional(),
  attending_location: z.unknown().optional(),
})
  .refine(({ dominant_hand: hand }) => toHand(hand) !== null, {
    path: ['dominant_hand'],
    error: 'Dominant hand selection is required for Clinical Skills exams',
    when: ({ value }) => isClinical(value),
  })
  .refine(({ attending_location: place }) => isAbsent(place) || toPlace(place) !== null, {
    path: ['attending_location'],
    error: LOCATION_UNKNOWN,
    when: ({ value }) => typeof value === 'object' && value !== null && !isClinical(value),
  })
  .transform((input) => ({
    ...input,
    dominant_hand: isClinical(input) ? toHand(input.dominant_hand) : null,
    attending_location: isClinical(input) ? null : toPlace(input.attending_location),
  }));
export type CreateBookingInput = z.infer<typeof CreateBookingInput>;

/** The text by which a booking is known to people. */
export function bookingIdOf({ mock_type: type, name, exam_date: date }: CreateBookingInput): string {
  return `${type}-${name} - ${date}`;
}

function isAbsent(value: unknown): boolean {
  return value === undefined || value === null || value === '';
}

function toHand(value: unknown): boolean | null {
  const hand = typeof value === 'string' ? value.trim().toLowerCase() : value;
  if (hand === true || hand === 'true') return true;
  return hand === false || hand === 'false' ? false : null;
}

function toPlace(value: unknown): string | null {
  return typeof value === 'string' ? toAttendingLocation(value) : null;
}
