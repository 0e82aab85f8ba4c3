import type { Deps } from '../wiring/deps.ts';
import type { Debt } from '../consistency/debts.ts';
import { type Booking, tokenOf } from '../records/booking.ts';
import type { Contact } from '../records/contact.ts';
import type { ExamFacts } from '../records/exam.ts';
import { escapeHtml, noteToProperties } from '../records/note.ts';
import { minuteAt } from '../time/calendar.ts';

/** A booking that was made and paid. */
export interface BookedSeat {
  booking: Booking;
  contact: Pick<Contact, 'id'>;
  exam: ExamFacts;
  input: { name: string; email: string };
}

/** Leaves a note about a booking on its contact's timeline, after the answer. */
export function noteBooked(deps: Deps, { booking, contact, exam, input }: BookedSeat): void {
  writeNote(deps, contact.id, 'Mock Exam Booking Confirmed', {
    'Booking ID': booking.bookingId,
    ...sessionFacts(exam),
    'Booked at': minuteAt(deps.clock.now(), deps.config.timeZone),
    Name: input.name,
    Email: input.email,
    'Token used': booking.tokenUsed,
  });
}

/** A booking that was cancelled, and what is owed for it. */
export interface CancelledBooking {
  booking: Booking;
  contact: Contact;
  reason: string | null;
  debt: Debt;
}

/** Leaves a note about a cancelling on the contact's timeline, after the answer. */
export function noteCancelling(deps: Deps, { booking, contact, reason, debt }: CancelledBooking): void {
  writeNote(deps, contact.id, 'Mock Exam Booking Cancelled', {
    'Booking ID': booking.bookingId,
    ...sessionFacts(booking.examFacts),
    'Cancelled at': minuteAt(debt.cancelledAtMs, deps.config.timeZone),
    Reason: reason,
    Student: `${contact.firstName} ${contact.lastName}`.trim(),
    'Token restored': debt.credit !== null && debt.credited !== null ? tokenOf(debt.credit) : 'none',
  });
}

function sessionFacts(facts: ExamFacts | null): Record<string, string | null> {
  if (!facts) return {};
  return { 'Exam type': facts.mockType, 'Exam date': facts.examDate, Location: facts.location };
}

/** A title and facts, each escaped, without those that are not known. */
function writeNote(deps: Deps, contactId: string, title: string, facts: Record<string, string | null>): void {
  const { notes, contacts } = deps.config.objectTypes;
  const lines = Object.entries(facts).flatMap(([name, value]) =>
    value ? `${escapeHtml(name)}: ${escapeHtml(value)}` : [],
  );
  const html = [`<strong>${escapeHtml(title)}</strong>`, ...lines].join('<br>');
  const properties = noteToProperties(html, deps.clock.now());
  const note = { properties, associations: [{ to: contacts, id: contactId }], identity: Object.keys(properties) };
  deps.background('note', async () =>
    deps.hubspot.createObject(notes, note, { lingerMs: deps.config.afterthoughtLingerMs }),
  );
}
