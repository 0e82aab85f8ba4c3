import type { LoggedCall } from '../../src/emulator/call-log.ts';
import type { TestStudent } from './account-builder.ts';
import { seatHoldersOf } from './seat-holders.ts';
import type { Answer, World } from './world.ts';

export const CONTACTS = '0-1';
export const BOOKINGS = '2-50158943';
export const MOCK_EXAMS = '2-50158913';

export interface BookingWish {
  exam: string;
  type?: string;
  date?: string;
  headers?: Record<string, string>;
  body?: Record<string, unknown>;
}

/** What a student's browser sends to book. */
export function bookingBody(student: TestStudent, { exam, type, date, body }: BookingWish): Record<string, unknown> {
  return {
    mock_exam_id: exam,
    contact_id: student.id,
    student_id: student.studentId,
    name: "Ada O'Neil",
    email: student.email,
    mock_type: type ?? 'Situational Judgment',
    exam_date: date ?? '2026-12-10',
    ...(type === 'Clinical Skills' ? { dominant_hand: true } : {}),
    ...body,
  };
}

/** Books without moving time: for requests side by side, inside `clock.run`. */
export async function sendBooking(world: World, student: TestStudent, wish: BookingWish): Promise<Answer> {
  const { headers = {} } = wish;
  return world.send('POST', 'bookings/create', { body: bookingBody(student, wish), headers });
}

export async function book(world: World, student: TestStudent, wish: BookingWish): Promise<Answer> {
  return world.clock.run(async () => sendBooking(world, student, wish));
}

export async function sendCancel(world: World, { studentId, email }: TestStudent, id: string, reason?: string) {
  return world.send('DELETE', `bookings/${id}`, { body: { student_id: studentId, email, reason } });
}

export async function cancel(world: World, student: TestStudent, id: string, reason?: string): Promise<Answer> {
  return world.clock.run(async () => sendCancel(world, student, id, reason));
}

/** Calls without the one-time discovery of association types. */
export function withoutDiscovery(calls: readonly LoggedCall[]): LoggedCall[] {
  return calls.filter(({ operation }) => operation !== 'associations.labels');
}

/** See {@link seatHoldersOf}. */
export function seatHolders({ emulator }: World, exam: string): string[] {
  return seatHoldersOf(emulator, exam);
}
