import { BOOKINGS, countSeats, describeExam, EXAM_PROPERTIES, MOCK_EXAMS } from '../contestants/shared.ts';
import type { OfficialHubSpot, OfficialRecord } from './hubspot.ts';

/** Bookings that hold a seat, by exam id: an association read and one batch read per 100 bookings. */
export async function countSeatsOf(hubspot: OfficialHubSpot, examIds: readonly string[]): Promise<Map<string, number>> {
  const linked = await hubspot.associated(MOCK_EXAMS, examIds, BOOKINGS);
  const bookings = await hubspot.read(BOOKINGS, [...linked.values()].flat(), ['is_active']);
  const byId = new Map(bookings.map((booking) => [booking.id, booking]));
  const counts = [...linked].map(([exam, ids]) => [exam, countSeats(ids.flatMap((id) => byId.get(id) ?? []))] as const);
  return new Map(counts);
}

/** Counts and writes what differs from the stored counts, in one batch. */
async function correctCounts(hubspot: OfficialHubSpot, exams: readonly OfficialRecord[]) {
  const counts = await countSeatsOf(
    hubspot,
    exams.map(({ id }) => id),
  );
  const wrong = exams.filter(({ id, properties }) => counts.get(id) !== Number(properties['total_bookings'] ?? 0));
  const updates = wrong.map(({ id }) => ({ id, properties: { total_bookings: String(counts.get(id)) } }));
  await hubspot.updateAll(MOCK_EXAMS, updates);
  return counts;
}

export async function availableExams(hubspot: OfficialHubSpot, mockType: string, realtime: boolean) {
  const exams = await hubspot.search(MOCK_EXAMS, { mock_type: mockType, is_active: 'true' }, EXAM_PROPERTIES);
  const counts = realtime ? await correctCounts(hubspot, exams) : new Map<string, number>();
  return exams.map(({ id, properties }) =>
    describeExam(id, properties, counts.get(id) ?? Number(properties['total_bookings'] ?? 0)),
  );
}

export async function examCapacity(hubspot: OfficialHubSpot, id: string) {
  const [{ properties }, counts] = await Promise.all([
    hubspot.get(MOCK_EXAMS, id, EXAM_PROPERTIES),
    countSeatsOf(hubspot, [id]),
  ]);
  return describeExam(id, properties, counts.get(id) ?? 0);
}

export async function syncCapacity(hubspot: OfficialHubSpot) {
  const exams = await hubspot.search(MOCK_EXAMS, { is_active: 'true' }, EXAM_PROPERTIES);
  await correctCounts(hubspot, exams);
  return { summary: { processed: exams.length } };
}

export async function bookingEvents(hubspot: OfficialHubSpot, events: readonly { objectId: number }[]) {
  const ids = [...new Set(events.map(({ objectId }) => String(objectId)))];
  const linked = await hubspot.associated(BOOKINGS, ids, MOCK_EXAMS);
  const exams = await hubspot.read(MOCK_EXAMS, [...linked.values()].flat(), EXAM_PROPERTIES);
  await correctCounts(hubspot, exams);
  return { processed: events.length, updatedExams: exams.length };
}
