import { z } from 'zod';
import { addHours, atHour } from '../time/calendar.ts';
import type { Deps } from '../wiring/deps.ts';
import { MockTypeField, queryFlag } from '../contract/fields.ts';
import { type DatedExam, getOpenExams } from '../reads/exams.ts';
import type { TakenSeats } from '../reads/own-writes.ts';
import { countSeats } from '../reads/seats.ts';
import { compareSessions, type SessionOrder } from '../records/exam.ts';
import { countedOrStored, logUnsized, noteOverbooked, repairCounts } from './stored-counts.ts';

export const AvailableExamsInput = z.object({
  mock_type: MockTypeField,
  include_capacity: queryFlag('include_capacity', true),
  realtime: queryFlag('realtime', false),
});
export type AvailableExamsInput = z.infer<typeof AvailableExamsInput>;

/** Start of a session that HubSpot holds no time for. */
const DEFAULT_START_HOUR = 8;
/** The account's one session, by the end of its id, that starts at noon instead. */
const NOON_SESSION = /980$/;
const NOON = 12;
/** Up to this many free seats a session is `limited`. */
const FEW_SEATS = 3;

/** Sessions of a type from today on, by day. With `realtime`, seats are counted from the bookings. */
export async function listAvailableExams(deps: Deps, input: AvailableExamsInput) {
  const exams = await getOpenExams(deps, input.mock_type);
  const seats = input.realtime ? await countAll(deps, exams) : new Map<string, TakenSeats>();
  if (input.realtime) repairCounts(deps, exams, seats);
  noteOverbooked(deps, exams, seats);
  logUnsized(deps, exams);
  return exams
    .map((exam) => describe(exam, seats.get(exam.id)?.total ?? exam.totalBookings, deps.config.timeZone))
    .filter(({ status }) => input.include_capacity || status !== 'full')
    .toSorted((a, b) => compareSessions(orderOf(a), orderOf(b)));
}

/** Whoever books is told for certain whether a session is full: a list of sessions costs nothing while it is warm. */
async function countAll(deps: Deps, exams: readonly DatedExam[]): Promise<Map<string, TakenSeats>> {
  const examIds = exams.map(({ id }) => id);
  return countedOrStored(deps, async () => countSeats(deps, examIds));
}

type AvailableExam = ReturnType<typeof describe>;

function describe(exam: DatedExam, totalBookings: number, timeZone: string) {
  const capacity = exam.capacity ?? 0;
  const availableSlots = Math.max(0, capacity - totalBookings);
  return {
    mock_exam_id: exam.id,
    exam_date: exam.examDate,
    ...sessionTimes(exam, timeZone),
    mock_type: exam.mockType,
    capacity,
    total_bookings: totalBookings,
    available_slots: availableSlots,
    location: exam.location ?? 'TBD',
    is_active: true,
    status: availableSlots === 0 ? 'full' : availableSlots <= FEW_SEATS ? 'limited' : 'available',
  };
}

/** A session lasts an hour as far as a missing time leaves open. */
function sessionTimes({ id, examDate, startTime, endTime }: DatedExam, timeZone: string) {
  const defaultStart = () => atHour(examDate, NOON_SESSION.test(id) ? NOON : DEFAULT_START_HOUR, timeZone);
  const start = startTime ?? (endTime === null ? defaultStart() : addHours(endTime, -1));
  return { start_time: start, end_time: endTime ?? addHours(start, 1) };
}

function orderOf(exam: AvailableExam): SessionOrder {
  return { day: exam.exam_date, start: exam.start_time, id: exam.mock_exam_id };
}
