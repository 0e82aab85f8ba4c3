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
  tokenOf,
} from '../contestants/shared.ts';
import { countSeatsOf } from './exams.ts';
import type { OfficialHubSpot, OfficialRecord } from './hubspot.ts';

async function findContact(hubspot: OfficialHubSpot, { student_id, email }: Login): Promise<OfficialRecord> {
  const [contact] = await hubspot.search(CONTACTS, { student_id, email }, CONTACT_PROPERTIES, 1);
  if (!contact) throw AUTH_FAILED();
  return contact;
}

export async function listBookings(hubspot: OfficialHubSpot, login: Login) {
  const contact = await findContact(hubspot, login);
  const ids = (await hubspot.associated(CONTACTS, [contact.id], BOOKINGS)).get(contact.id) ?? [];
  const bookings = await hubspot.read(BOOKINGS, ids, BOOKING_PROPERTIES);
  const bare = bookings.filter(({ properties }) => !properties['mock_type'] || !properties['exam_date']);
  const examsOf = await hubspot.associated(
    BOOKINGS,
    bare.map(({ id }) => id),
    MOCK_EXAMS,
  );
  const exams = await hubspot.read(MOCK_EXAMS, [...examsOf.values()].flat(), EXAM_PROPERTIES);
  const factsOf = new Map(exams.map(({ id, properties }) => [id, properties]));
  const listed = bookings.map(({ id, properties }) =>
    describeBooking(id, properties, factsOf.get(examsOf.get(id)?.[0] ?? '')),
  );
  return { bookings: listed, pagination: { total: listed.length } };
}

export async function bookingDetails(hubspot: OfficialHubSpot, login: Login, bookingId: string) {
  const [contact, booking, exams] = await Promise.all([
    findContact(hubspot, login),
    hubspot.get(BOOKINGS, bookingId, BOOKING_PROPERTIES),
    hubspot.associated(BOOKINGS, [bookingId], MOCK_EXAMS),
  ]);
  const [examId] = exams.get(bookingId) ?? [];
  const exam = examId ? await hubspot.get(MOCK_EXAMS, examId, EXAM_PROPERTIES) : null;
  return { booking, mock_exam: exam, contact: { id: contact.id } };
}

export async function validateCredits(hubspot: OfficialHubSpot, login: Login, mockType: string) {
  const [contact] = await hubspot.search(CONTACTS, { ...login }, CONTACT_PROPERTIES, 1);
  if (!contact) throw STUDENT_NOT_FOUND();
  const registered = { contact_record_id: contact.id, enrollment_status: 'Registered' };
  const [enrollment] = await hubspot.search(ENROLLMENTS, registered, ['enrollment_id'], 1);
  const eligible = creditToSpend(mockType, contact.properties) !== null;
  return { eligible, contact_id: contact.id, enrollment_id: enrollment?.properties['enrollment_id'] ?? null };
}

/** Counts the seats instead of trusting the stored count; what does not depend on each other runs side by side. */
export async function createBooking(hubspot: OfficialHubSpot, wish: BookingWish) {
  const bookingId = `${wish.mock_type}-${wish.student_id} - ${wish.exam_date}`;
  const [exam, contact, taken, same] = await Promise.all([
    hubspot.get(MOCK_EXAMS, wish.mock_exam_id, EXAM_PROPERTIES),
    hubspot.get(CONTACTS, wish.contact_id, CONTACT_PROPERTIES),
    countSeatsOf(hubspot, [wish.mock_exam_id]),
    hubspot.search(BOOKINGS, { booking_id: bookingId, is_active: 'Active' }, ['booking_id'], 1),
  ]);
  if (same.length > 0) throw DUPLICATE_BOOKING();
  const seats = taken.get(exam.id) ?? 0;
  if (seats >= Number(exam.properties['capacity'] ?? 0)) throw EXAM_FULL();
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
    hubspot.update(CONTACTS, contact.id, { [credit]: String(Number(contact.properties[credit]) - 1) }),
    hubspot.update(MOCK_EXAMS, exam.id, { total_bookings: String(seats + 1) }),
    writeNote(hubspot, contact.id, `${wish.mock_type} mock exam booked`),
  ]);
  return { booking_record_id: booking.id, booking_id: bookingId };
}

export async function cancelBooking(hubspot: OfficialHubSpot, login: Login, bookingId: string) {
  const [contact, booking, exams] = await Promise.all([
    findContact(hubspot, login),
    hubspot.get(BOOKINGS, bookingId, BOOKING_PROPERTIES),
    hubspot.associated(BOOKINGS, [bookingId], MOCK_EXAMS),
  ]);
  if (/cancelled/i.test(booking.properties['is_active'] ?? '')) throw new Refusal(409, 'ALREADY_CANCELED');
  const [examId = ''] = exams.get(bookingId) ?? [];
  const exam = await hubspot.get(MOCK_EXAMS, examId, EXAM_PROPERTIES);
  await hubspot.update(BOOKINGS, bookingId, { is_active: 'Cancelled' });
  const credit = creditOf(booking.properties['token_used']);
  const balance = String(Number(contact.properties[credit ?? ''] ?? 0) + 1);
  const total = String(Math.max(0, Number(exam.properties['total_bookings'] ?? 0) - 1));
  await Promise.all([
    credit ? hubspot.update(CONTACTS, contact.id, { [credit]: balance }) : undefined,
    hubspot.update(MOCK_EXAMS, examId, { total_bookings: total }),
    writeNote(hubspot, contact.id, 'Mock exam booking cancelled'),
  ]);
  return { booking_id: bookingId, status: 'cancelled' };
}

async function writeNote(hubspot: OfficialHubSpot, contactId: string, text: string): Promise<void> {
  const note = await hubspot.create(NOTES, { hs_note_body: text, hs_timestamp: new Date().toISOString() });
  await hubspot.associate(NOTES, note.id, CONTACTS, contactId);
}
