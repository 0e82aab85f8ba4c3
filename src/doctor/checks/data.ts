import { requireComplete } from '../../hubspot/batch.ts';
import type { ObjectType } from '../../hubspot/types.ts';
import { type BookingSeat, SEAT_PROPERTIES, toSeat } from '../../records/booking.ts';
import { CONTACT_PROPERTIES, toContact } from '../../records/contact.ts';
import { type Exam, EXAM_PROPERTIES, toExam } from '../../records/exam.ts';
import type { RecordContext, UnreadableValue } from '../../records/values.ts';
import type { ListedRecord } from '../account.ts';
import { type Finding, fine, problem, someOf, warning } from '../finding.ts';
import type { Patient } from '../patient.ts';

/** An account with more is looked at in part: the day's calls are for the students. */
const MOST_RECORDS = 20_000;
/** HubSpot lets nobody page further in a search [search guide]. */
const MOST_FOUND = 10_000;

/** Data that the API would stumble over, or that the old one left behind. */
export async function checkData(patient: Patient, known: ReadonlySet<string>): Promise<Finding[]> {
  const { bookings, mockExams, contacts } = patient.config.objectTypes;
  if (!known.has(bookings.id) || !known.has(mockExams.id)) return [];
  const unreadable: UnreadableValue[] = [];
  const { timeZone } = patient.config;
  const context: RecordContext = { timeZone, bookingKey: null, unreadable: (value) => unreadable.push(value) };
  const exams = (await readAll(patient, mockExams, EXAM_PROPERTIES)).map((record) => toExam(asObject(record), context));
  const seats = (await readAll(patient, bookings, SEAT_PROPERTIES)).map((record) => toSeat(asObject(record)));
  const students = await patient.hubspot.search(contacts, {
    filters: [{ propertyName: 'student_id', operator: 'HAS_PROPERTY' }],
    properties: CONTACT_PROPERTIES,
    maxResults: MOST_FOUND,
  });
  const examOf = requireComplete(
    await patient.hubspot.batchGetAssociations(
      bookings,
      seats.map(({ id }) => id),
      mockExams,
    ),
  );
  const people = students.map((record) => toContact(record, context));
  return [
    fine('data', `Looked at ${exams.length} sessions, ${seats.length} bookings and ${people.length} students.`),
    ...bookingFindings(seats, examOf),
    ...examFindings(exams),
    ...countFindings(exams, seats, examOf),
    ...repeated(
      'student id',
      people.map(({ id, studentId }) => [id, studentId]),
    ),
    ...repeated(
      'e-mail address',
      people.map(({ id, email }) => [id, email.toLowerCase()]),
    ),
    ...unreadableFindings(unreadable),
  ];
}

async function readAll({ account }: Patient, type: ObjectType, properties: readonly string[]): Promise<ListedRecord[]> {
  const all: ListedRecord[] = [];
  for await (const page of account.list(type, properties)) {
    all.push(...page);
    if (all.length >= MOST_RECORDS) break;
  }
  return all;
}

/** The times of a listed record are not looked at. */
function asObject<P extends string>({ id, properties }: ListedRecord) {
  return { id, properties: properties as Record<P, string | null>, createdAt: '', updatedAt: '', archived: false };
}

function bookingFindings(seats: readonly BookingSeat[], examOf: ReadonlyMap<string, string[]>): Finding[] {
  const lost = seats
    .filter(({ id, holdsSeat }) => holdsSeat && (examOf.get(id) ?? []).length === 0)
    .map(({ id }) => id);
  const doubled = seats.filter(({ id }) => (examOf.get(id) ?? []).length > 1).map(({ id }) => id);
  return [
    ...(lost.length > 0
      ? [
          problem(
            'booking-without-exam',
            `${someOf('active bookings', lost)} have no session.`,
            'Associate each with its session in HubSpot, or cancel it: nobody sees it, and it takes no seat.',
          ),
        ]
      : []),
    ...(doubled.length > 0
      ? [
          warning(
            'booking-with-exams',
            `${someOf('bookings', doubled)} have more than one session.`,
            'Remove the wrong association: the booking takes a seat of each.',
          ),
        ]
      : []),
  ];
}

function examFindings(exams: readonly Exam[]): Finding[] {
  const active = exams.filter(({ isActive }) => isActive === 'true');
  const idsOf = (fits: (exam: Exam) => boolean) => active.filter(fits).map(({ id }) => id);
  return [
    ...lacking(
      'date',
      'exam-without-date',
      idsOf(({ examDate }) => !examDate),
      'Set exam_date: until then nobody can see or book them.',
    ),
    ...lacking(
      'hours',
      'exam-without-hours',
      idsOf(({ examDate, startTime, endTime }) => Boolean(examDate) && (!startTime || !endTime)),
      'Set start_time and end_time: until then 08:00 to 09:00 is shown.',
    ),
    ...lacking(
      'capacity',
      'exam-without-capacity',
      idsOf(({ capacity }) => capacity === null),
      'Set capacity: until then they are full.',
    ),
    ...lacking(
      'type',
      'exam-without-type',
      idsOf(({ mockType }) => mockType === ''),
      'Set mock_type: until then nobody sees them.',
    ),
  ];
}

function lacking(what: string, code: string, ids: string[], fix: string): Finding[] {
  return ids.length > 0 ? [problem(code, `${someOf('active sessions', ids)} have no ${what}.`, fix)] : [];
}

function countFindings(
  exams: readonly Exam[],
  seats: readonly BookingSeat[],
  examOf: ReadonlyMap<string, string[]>,
): Finding[] {
  const held = new Map<string, number>();
  for (const { id, holdsSeat } of seats) {
    if (!holdsSeat) continue;
    for (const examId of examOf.get(id) ?? []) held.set(examId, (held.get(examId) ?? 0) + 1);
  }
  const seatsOf = ({ id }: Exam) => held.get(id) ?? 0;
  const active = exams.filter(({ isActive }) => isActive === 'true');
  const off = active.filter((exam) => (exam.totalBookings ?? 0) !== seatsOf(exam));
  const sum = off.reduce((total, exam) => total + Math.abs((exam.totalBookings ?? 0) - seatsOf(exam)), 0);
  const over = active.filter((exam) => exam.capacity !== null && seatsOf(exam) > exam.capacity);
  return [
    ...(off.length > 0
      ? [
          warning(
            'count-off',
            `${someOf(
              'active sessions',
              off.map(({ id }) => id),
            )} have a wrong total_bookings, by ${sum} bookings in all.`,
            'sync-capacity corrects them, once this API alone writes.',
          ),
        ]
      : []),
    ...(over.length > 0
      ? [
          problem(
            'overbooked',
            `${someOf(
              'active sessions',
              over.map(({ id }) => id),
            )} hold more bookings than seats.`,
            'Raise the capacity, or move students.',
          ),
        ]
      : []),
  ];
}

/** What two contacts share, told by their record ids. */
function repeated(what: string, values: readonly [id: string, value: string][]): Finding[] {
  const byValue = Map.groupBy(
    values.filter(([, value]) => value !== ''),
    ([, value]) => value,
  );
  const ids = [...byValue.values()].filter((group) => group.length > 1).flatMap((group) => group.map(([id]) => id));
  if (ids.length === 0) return [];
  return [
    problem(
      'contact-repeated',
      `${someOf('contacts', ids)} share a ${what} with another one.`,
      'Merge them in HubSpot: a student is found by it.',
    ),
  ];
}

function unreadableFindings(values: readonly UnreadableValue[]): Finding[] {
  const byProperty = Map.groupBy(values, ({ type, property }) => `${property} of ${type}s`);
  return [...byProperty].map(([where, group]) =>
    warning(
      'value-unreadable',
      `${someOf(
        'records',
        group.map(({ id }) => id),
      )} have a ${where} that cannot be read.`,
      'Correct the value: it counts as unset.',
    ),
  );
}
