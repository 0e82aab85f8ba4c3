/** What both APIs that this one is compared with know of the account. */
export const CONTACTS = '0-1';
export const BOOKINGS = '2-50158943';
export const MOCK_EXAMS = '2-50158913';
export const NOTES = '0-46';
export const ENROLLMENTS = '2-41701559';

export const CONTACT_PROPERTIES = [
  'student_id',
  'email',
  'firstname',
  'lastname',
  'sj_credits',
  'cs_credits',
  'sjmini_credits',
  'shared_mock_credits',
];
export const BOOKING_PROPERTIES = [
  'booking_id',
  'name',
  'email',
  'is_active',
  'token_used',
  'dominant_hand',
  'mock_type',
  'exam_date',
  'location',
  'start_time',
  'end_time',
];
export const EXAM_PROPERTIES = [
  'mock_type',
  'exam_date',
  'start_time',
  'end_time',
  'capacity',
  'total_bookings',
  'location',
  'is_active',
];

export type Properties = Readonly<Record<string, string | null>>;

/** Only the bookings that hold a seat. */
export function countSeats(bookings: readonly { properties: Properties }[]): number {
  return bookings.filter(({ properties }) => !/^(cancelled|false|0|failed)$/i.test(properties['is_active'] ?? ''))
    .length;
}

/** The credit property that pays for a type of session; null when there is none left. */
export function creditToSpend(mockType: string, credits: Properties): string | null {
  const own = { 'Situational Judgment': 'sj_credits', 'Clinical Skills': 'cs_credits' }[mockType] ?? 'sjmini_credits';
  const fields = mockType === 'Mini-mock' ? [own] : [own, 'shared_mock_credits'];
  return fields.find((field) => Number(credits[field] ?? 0) > 0) ?? null;
}

const TOKENS: Record<string, string> = {
  sj_credits: 'Situational Judgment Token',
  cs_credits: 'Clinical Skills Token',
  sjmini_credits: 'Mini-mock Token',
  shared_mock_credits: 'Shared Token',
};

export function tokenOf(credit: string): string {
  return TOKENS[credit] ?? '';
}

export function creditOf(token: string | null | undefined): string | undefined {
  return Object.keys(TOKENS).find((field) => TOKENS[field] === token);
}

/** An exam in the answer of `available`. */
export function describeExam(id: string, exam: Properties, taken: number) {
  const capacity = Number(exam['capacity'] ?? 0);
  return {
    mock_exam_id: id,
    exam_date: exam['exam_date'],
    mock_type: exam['mock_type'],
    capacity,
    total_bookings: taken,
    available_slots: Math.max(0, capacity - taken),
  };
}

/** A booking in the answer of `list`, with the facts of its exam. */
export function describeBooking(id: string, booking: Properties, exam: Properties | undefined) {
  return {
    id,
    booking_id: booking['booking_id'],
    is_active: booking['is_active'],
    mock_type: booking['mock_type'] ?? exam?.['mock_type'],
    exam_date: booking['exam_date'] ?? exam?.['exam_date'],
  };
}
