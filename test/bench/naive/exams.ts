import { BOOKINGS, countSeats, describeExam, EXAM_PROPERTIES, MOCK_EXAMS } from '../contestants/shared.ts';
import type { NaiveHubSpot, NaiveRecord } from './hubspot.ts';

/** Counts one session's bookings: 2 calls. */
async function countBookings(hubspot: NaiveHubSpot, examId: string): Promise<number> {
  const ids = await hubspot.associated(MOCK_EXAMS, examId, BOOKINGS);
  if (ids.length === 0) return 0;
  return countSeats(await hubspot.batchRead(BOOKINGS, ids, ['is_active']));
}

/** Counts a session's bookings and writes the count when it is not the stored one: 2 or 3 calls. */
async function correctCount(hubspot: NaiveHubSpot, { id, properties }: NaiveRecord): Promise<number> {
  const count = await countBookings(hubspot, id);
  if (count !== Number(properties['total_bookings'] ?? 0)) {
    await hubspot.update(MOCK_EXAMS, id, { total_bookings: String(count) });
  }
  return count;
}

/** 1 call; with `realtime` 3 more for each session, one session after the other. The first 20 sessions. */
export async function availableExams(hubspot: NaiveHubSpot, mockType: string, realtime: boolean) {
  const active = { mock_type: mockType, is_active: 'true' };
  const exams = await hubspot.search(MOCK_EXAMS, active, EXAM_PROPERTIES);
  const described = [];
  for (const exam of exams) {
    const taken = realtime ? await correctCount(hubspot, exam) : Number(exam.properties['total_bookings'] ?? 0);
    described.push(describeExam(exam.id, exam.properties, taken));
  }
  return described;
}

/** 3 calls. */
export async function examCapacity(hubspot: NaiveHubSpot, id: string) {
  const { properties } = await hubspot.get(MOCK_EXAMS, id, EXAM_PROPERTIES);
  const { mock_exam_id, capacity, total_bookings, available_slots } = describeExam(
    id,
    properties,
    await countBookings(hubspot, id),
  );
  return { mock_exam_id, capacity, total_bookings, available_slots };
}

/** 1 call and 4 for each session, one session after the other. */
export async function syncCapacity(hubspot: NaiveHubSpot) {
  const exams = await hubspot.search(MOCK_EXAMS, { is_active: 'true' }, ['mock_type'], 100);
  for (const { id } of exams) await correctCount(hubspot, await hubspot.get(MOCK_EXAMS, id, EXAM_PROPERTIES));
  return { summary: { processed: exams.length } };
}

/** 1 call for each event and 3 for each session, those side by side. */
export async function bookingEvents(hubspot: NaiveHubSpot, events: readonly { objectId: number }[]) {
  const exams = new Set<string>();
  for (const { objectId } of events) {
    for (const exam of await hubspot.associated(BOOKINGS, String(objectId), MOCK_EXAMS)) exams.add(exam);
  }
  await Promise.all(
    [...exams].map(async (id) => {
      const count = await countBookings(hubspot, id);
      await hubspot.update(MOCK_EXAMS, id, { total_bookings: String(count) });
    }),
  );
  return { processed: events.length, updatedExams: exams.size };
}
