import {
  AUTH_FAILED,
  type BookingWish,
  DUPLICATE_BOOKING,
  EXAM_FULL,
  INSUFFICIENT_CREDITS,
  type Login,
  Refusal,
  STUDENT_NOT_FOUND,
} from '../contestants/operations.ts';
import {
  BOOKING_PROPERTIES,
  BOOKINGS,
  CONTACT_PROPERTIES,
  CONTACTS,
  creditOf,
  creditToSpend,
  describeBooking,
  ENROLLMENTS,
  EXAM_PROPERTIES,
  MOCK_EXAMS,
  NOTES,
  type Properties,
  tokenOf,
} from '../contestants/shared.ts';
import type { NaiveHubSpot, NaiveRecord } from './hubspot.ts';

/** The student's record, looked up by search every time. 1 call. */
async function findContact(hubspot: NaiveHubSpot, { student_id, email }: Login): Promise<NaiveRecord> {
  const [contact] = await hubspot.search(CONTACTS, { student_id, email }, CONTACT_PROPERTIES, 1);
  if (!contact) throw AUTH_FAILED();
  return contact;
}

/** 3 calls, and one more for each booking whose exam has not been rolled up, and one for those exams. */
export async function listBookings(hubspot: NaiveHubSpot, login: Login) {
  const contact = await findContact(hubspot, login);
  const ids = await hubspot.associated(CONTACTS, contact.id, BOOKINGS);
  const bookings = ids.length === 0 ? [] : await hubspot.batchRead(BOOKINGS, ids, BOOKING_PROPERTIES);
  const examOf = new Map<string, string>();
  for (const { id, properties } of bookings) {
    if (properties['mock_type'] && properties['exam_date']) continue;
    const [exam] = await hubspot.associated(BOOKINGS, id, MOCK_EXAMS);
    if (exam) examOf.set(id, exam);
  }
  const exams = new Map<string, Properties>();
  if (examOf.size > 0) {
    const read = await hubspot.batchRead(MOCK_EXAMS, [...new Set(examOf.values())], EXAM_PROPERTIES);
    for (const { id, properties } of read) exams.set(id, properties);
  }
  const listed = bookings.map(({ id, properties }) => describeBooking(id, properties, exams.get(examOf.get(id) ?? '')));
  return { bookings: listed, pagination: { total: listed.length } };
}

/** 4 calls, one after the other. */
export async function bookingDetails(hubspot: NaiveHubSpot, login: Login, bookingId: string) {
  const contact = await findContact(hubspot, login);
  const booking = await hubspot.get(BOOKINGS, bookingId, BOOKING_PROPERTIES);
  const [examId] = await hubspot.associated(BOOKINGS, bookingId, MOCK_EXAMS);
  const exam = examId ? await hubspot.get(MOCK_EXAMS, examId, EXAM_PROPERTIES) : null;
  return { booking, mock_exam: exam, contact: { id: contact.id } };
}

/** 2 searches. */
export async function validateCredits(hubspot: NaiveHubSpot, login: Login, mockType: string) {
  const [contact] = await hubspot.search(CONTACTS, { ...login }, CONTACT_PROPERTIES, 1);
  if (!contact) throw STUDENT_NOT_FOUND();
  const registered = { contact_record_id: contact.id, enrollment_status: 'Registered' };
  const [enrollment] = await hubspot.search(ENROLLMENTS, registered, ['enrollment_id'], 1);
  const eligible = creditToSpend(mockType, contact.properties) !== null;
  return { eligible, contact_id: contact.id, enrollment_id: enrollment?.properties['enrollment_id'] ?? null };
}

/** Reads, checks, writes: 9 calls in eight rounds, with nothing that keeps two students off the same seat. */
export async function createBooking(hubspot: NaiveHubSpot, wish: BookingWish) {
  const exam = await hubspot.get(MOCK_EXAMS, wish.mock_exam_id, EXAM_PROPERTIES);
  const taken = Number(exam.properties['total_bookings'] ?? 0);
  if (taken >= Number(exam.properties['capacity'] ?? 0)) throw EXAM_FULL();
  const bookingId = `${wish.mock_type}-${wish.student_id} - ${wish.exam_date}`;
  const same = await hubspot.search(BOOKINGS, { booking_id: bookingId, is_active: 'Active' }, ['booking_id'], 1);
  if (same.length > 0) throw DUPLICATE_BOOKING();
  const contact = await hubspot.get(CONTACTS, wish.contact_id, CONTACT_PROPERTIES);
  const credit = creditToSpend(wish.mock_type, contact.properties);
  if (credit === null) throw INSUFFICIENT_CREDITS();
  const booking = await hubspot.create(BOOKINGS, {
    booking_id: bookingId,
    name: wish.name,
    email: wish.email,
    is_active: 'Active',
    token_used: tokenOf(credit),
  });
  await Promise.all([
    hubspot.associate(BOOKINGS, booking.id, CONTACTS, contact.id),
    hubspot.associate(BOOKINGS, booking.id, MOCK_EXAMS, exam.id),
  ]);
  await hubspot.update(MOCK_EXAMS, exam.id, { total_bookings: String(taken + 1) });
  await hubspot.update(CONTACTS, contact.id, { [credit]: String(Number(contact.properties[credit]) - 1) });
  await writeNote(hubspot, contact.id, `${wish.mock_type} mock exam booked`);
  return { booking_record_id: booking.id, booking_id: bookingId };
}

/** 8 calls, one after the other. */
export async function cancelBooking(hubspot: NaiveHubSpot, login: Login, bookingId: string) {
  const { id: contactId } = await findContact(hubspot, login);
  const booking = await hubspot.get(BOOKINGS, bookingId, BOOKING_PROPERTIES);
  if (/cancelled/i.test(booking.properties['is_active'] ?? '')) throw new Refusal(409, 'ALREADY_CANCELED');
  const [examId = ''] = await hubspot.associated(BOOKINGS, bookingId, MOCK_EXAMS);
  await hubspot.get(MOCK_EXAMS, examId, EXAM_PROPERTIES);
  await hubspot.update(BOOKINGS, bookingId, { is_active: 'Cancelled' });
  const contact = await hubspot.get(CONTACTS, contactId, CONTACT_PROPERTIES);
  const credit = creditOf(booking.properties['token_used']);
  if (credit) await hubspot.update(CONTACTS, contactId, { [credit]: String(Number(contact.properties[credit]) + 1) });
  await writeNote(hubspot, contactId, 'Mock exam booking cancelled');
  return { booking_id: bookingId, status: 'cancelled' };
}

async function writeNote(hubspot: NaiveHubSpot, contactId: string, text: string): Promise<void> {
  const types = [{ associationCategory: 'HUBSPOT_DEFINED', associationTypeId: 202 }];
  const properties = { hs_note_body: text, hs_timestamp: new Date().toISOString() };
  await hubspot.create(NOTES, properties, [{ to: { id: contactId }, types }]);
}
