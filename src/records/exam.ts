import type { Day } from '../time/calendar.ts';
import { epochMs } from '../time/clock.ts';
import type { HubSpotObject, SearchFilter } from '../hubspot/types.ts';
import { type RecordContext, readerOf, toCount } from './values.ts';

/** HubSpot properties of a mock exam session that this project reads. */
export const EXAM_PROPERTIES = [
  'mock_type',
  'exam_date',
  'start_time',
  'end_time',
  'location',
  'address',
  'is_active',
  'capacity',
  'total_bookings',
] as const;

/** What a booking needs to know of its exam: the part that HubSpot also rolls up onto the booking. */
export interface ExamFacts {
  mockType: string;
  examDate: Day;
  location: string | null;
  /** ISO instant on the exam's own day, or null. */
  startTime: string | null;
  endTime: string | null;
}

export interface Exam extends Omit<ExamFacts, 'examDate'> {
  id: string;
  /** Null when HubSpot holds no readable date. */
  examDate: Day | null;
  address: string | null;
  /** In lower case: 'true', 'false' or 'scheduled'. */
  isActive: string | null;
  /** Null when HubSpot holds no readable number. */
  capacity: number | null;
  /** The display value kept in HubSpot, which drifts: the bookings are the truth. */
  totalBookings: number;
  /** `updatedAt` by HubSpot's clock, in epoch milliseconds. */
  updatedAtMs: number;
}

export function toExam(record: HubSpotObject<(typeof EXAM_PROPERTIES)[number]>, context: RecordContext): Exam {
  const values = readerOf('exam', record, context);
  const examDate = values.day('exam_date');
  return {
    id: record.id,
    mockType: values.text('mock_type') ?? '',
    examDate,
    location: values.text('location'),
    address: values.text('address'),
    isActive: values.text('is_active')?.toLowerCase() ?? null,
    startTime: examDate && values.timeOn(examDate, 'start_time'),
    endTime: examDate && values.timeOn(examDate, 'end_time'),
    capacity: values.count('capacity'),
    totalBookings: values.count('total_bookings') ?? 0,
    updatedAtMs: epochMs(record.updatedAt),
  };
}

/** The properties that set the stored count. */
export function countToProperties(totalBookings: number): Record<'total_bookings', string> {
  return { total_bookings: String(totalBookings) };
}

/** The stored count that an event about one property tells; null for an event about anything else. */
export function countFromProperty(property: { name: string; value: string } | null): number | null {
  return property?.name === 'total_bookings' ? toCount(property.value) : null;
}

const FACTS: readonly string[] = ['mock_type', 'exam_date', 'location', 'start_time', 'end_time'];

/** Whether HubSpot rolls the property up onto bookings. */
export function isExamFact(property: string): boolean {
  return FACTS.includes(property);
}

/** Search conditions for active sessions, of one type or of all. */
export function activeExams(mockType?: string): SearchFilter[] {
  const active: SearchFilter = { propertyName: 'is_active', operator: 'EQ', value: 'true' };
  return mockType ? [active, { propertyName: 'mock_type', operator: 'EQ', value: mockType }] : [active];
}

/** Latest day first: reading may stop at the first session of the past. */
export const LATEST_EXAM_FIRST = { propertyName: 'exam_date', direction: 'DESCENDING' } as const;

/** What sessions, and bookings of them, are sorted by. */
export interface SessionOrder {
  day: Day;
  start: string | null;
  /** Record id, compared as a number. */
  id: string;
}

/** By day, then by start time, then by id. */
export function compareSessions(left: SessionOrder, right: SessionOrder): number {
  return (
    compareText(left.day, right.day) ||
    compareText(left.start ?? '', right.start ?? '') ||
    left.id.length - right.id.length ||
    compareText(left.id, right.id)
  );
}

function compareText(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}
