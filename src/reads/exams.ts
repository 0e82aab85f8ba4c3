import { requireAll } from '../cache/load-together.ts';
import { examBookingIdsKey, examKey, examToBookKey, sessionsKey } from '../cache/keys.ts';
import { dayAt } from '../time/calendar.ts';
import type { Deps } from '../wiring/deps.ts';
import { orWithoutLinks } from './links.ts';
import { noteMerged, overlayBookingIds, overlayExam, withOwnBookings } from './own-writes.ts';
import { outcomes } from '../hubspot/batch.ts';
import type { BatchResult } from '../hubspot/types.ts';
import { activeExams, type Exam, EXAM_PROPERTIES, LATEST_EXAM_FIRST, toExam } from '../records/exam.ts';

/** Exams by id, those that HubSpot does not know, and those that could not be read. One call per 100, always. */
export async function readExams(deps: Deps, ids: readonly string[]): Promise<BatchResult<Exam>> {
  const loaded = await loadExams(deps, ids);
  return { ...loaded, results: new Map(loaded.results.entries().map(([id, exam]) => [id, overlayExam(deps, exam)])) };
}

/** As HubSpot shows them. */
async function loadExams(deps: Deps, ids: readonly string[]): Promise<BatchResult<Exam>> {
  const batch = await deps.hubspot.batchReadObjects(deps.config.objectTypes.mockExams, ids, EXAM_PROPERTIES);
  return {
    ...batch,
    results: new Map(batch.results.entries().map(([id, record]) => [id, toExam(record, deps.recordContext)])),
  };
}

/** One exam; null when HubSpot does not know it. One call, always. */
export async function readExam(deps: Deps, id: string): Promise<Exam | null> {
  const exam = await loadExam(deps, id);
  return exam && overlayExam(deps, exam);
}

async function loadExam(deps: Deps, id: string): Promise<Exam | null> {
  const options = { properties: EXAM_PROPERTIES };
  const record = await deps.hubspot.getObject(deps.config.objectTypes.mockExams, id, options);
  return record && toExam(record, deps.recordContext);
}

/** An exam and the ids of all its bookings, those included that HubSpot does not link yet. */
export interface ExamWithBookings {
  exam: Exam;
  bookingIds: readonly string[];
}

/** One exam with the ids of its bookings; null when HubSpot does not know it. One call, always. */
export async function readExamWithBookings(deps: Deps, id: string): Promise<ExamWithBookings | null> {
  const found = await loadExamWithBookings(deps, id);
  return found && { ...found, exam: overlayExam(deps, found.exam) };
}

/** Bookings that come within this time of one another are decided on the same read of their exam, in milliseconds. */
const SAME_READ_MS = 1000;

/**
 * {@link readExamWithBookings} for a booking that is asked for: what another booking read within the last second will do,
 * since HubSpot shows changes later than that anyway. At most one call.
 */
export async function readExamToBook(deps: Deps, id: string): Promise<ExamWithBookings | null> {
  const load = async () => loadExamWithBookings(deps, id);
  const found = await deps.cache.fetch(examToBookKey(id), load, { maxAgeMs: SAME_READ_MS });
  if (!found) return null;
  const bookingIds = await withOwnBookings(deps, ['exam', found.exam.id], found.bookingIds);
  return { exam: overlayExam(deps, found.exam), bookingIds };
}

async function loadExamWithBookings(deps: Deps, id: string): Promise<ExamWithBookings | null> {
  const { mockExams, bookings } = deps.config.objectTypes;
  const options = { properties: EXAM_PROPERTIES, associations: [bookings] };
  const record = await deps.hubspot.getObject(mockExams, id, options);
  if (!record) return null;
  if (record.id !== id) await noteMerged(deps, 'exam', [id], record.id);
  const bookingIds = await overlayBookingIds(deps, ['exam', record.id], record.associations.get(bookings.id) ?? []);
  return { exam: toExam(record, deps.recordContext), bookingIds };
}

/** Exams by id, through the cache: one call per 100 that are not in it. Unknown ids are not in the answer. */
export async function getExams(deps: Deps, ids: readonly string[]): Promise<Map<string, Exam>> {
  const found = await deps.cache.fetchMany<Exam | null>(ids, examKey, async (missing) =>
    outcomes(await loadExams(deps, missing), null),
  );
  const exams = requireAll(found).entries();
  return new Map(exams.flatMap(([id, exam]) => (exam ? [[id, overlayExam(deps, exam)] as const] : [])));
}

/** One exam through the cache, with the ids of its bookings coming along; null when HubSpot does not know it. */
export async function getExamForSeats(deps: Deps, id: string): Promise<Exam | null> {
  const exam = await deps.cache.fetch(examKey(id), async (reading) => {
    const found = await orWithoutLinks(
      async () => loadExamWithBookings(deps, id),
      async () => toUnlinked(await loadExam(deps, id)),
    );
    if (found?.bookingIds) reading.keep(examBookingIdsKey(id), found.bookingIds);
    return found?.exam ?? null;
  });
  return exam && overlayExam(deps, exam);
}

function toUnlinked(exam: Exam | null) {
  return exam && { exam, bookingIds: undefined };
}

/** An exam of which the day is known. */
export type DatedExam = Exam & { examDate: string };

/**
 * Sessions of a type that are open for booking, from today on in the configured time zone, in no particular order;
 * through the cache, at most one call per 200.
 */
export async function getOpenExams(deps: Deps, mockType: string): Promise<DatedExam[]> {
  const today = dayAt(deps.clock.now(), deps.config.timeZone);
  const sessions = await deps.cache.fetch(sessionsKey(mockType), async () => readSessions(deps, mockType));
  return sessions
    .filter((exam): exam is DatedExam => exam.examDate !== null && exam.examDate >= today)
    .map((exam) => overlayExam(deps, exam));
}

/** The search runs from the latest day backwards and stops in the past: filtering by date was refused by HubSpot. */
export async function readSessions(deps: Deps, mockType: string): Promise<Exam[]> {
  const { timeZone, objectTypes } = deps.config;
  const today = dayAt(deps.clock.now(), timeZone);
  const isPast = ({ examDate }: Exam) => examDate !== null && examDate < today;
  const records = await deps.hubspot.search(objectTypes.mockExams, {
    filters: activeExams(mockType),
    properties: EXAM_PROPERTIES,
    sort: LATEST_EXAM_FIRST,
    until: (record) => isPast(toExam(record, deps.recordContext)),
  });
  const exams = records.map((record) => toExam(record, deps.recordContext));
  const undated = exams.filter(({ examDate }) => examDate === null).map(({ id }) => id);
  if (undated.length > 0) deps.log.warn('active exams without a readable date', { examIds: undated });
  return exams.filter((exam) => !isPast(exam));
}

/** Every active session, of any type and day. One call per 200, always. */
export async function readActiveExams(deps: Deps): Promise<Exam[]> {
  const request = { filters: activeExams(), properties: EXAM_PROPERTIES };
  const records = await deps.hubspot.search(deps.config.objectTypes.mockExams, request);
  return records.map((record) => overlayExam(deps, toExam(record, deps.recordContext)));
}
