import type { Account } from '../account.ts';
import { seedBookings } from './bookings.ts';
import { SeededRandom } from './random.ts';
import { type Session, seedSessions } from './sessions.ts';
import { seedStudents, type Student } from './students.ts';

/** The data set, by the names a reader or a test wants to try. */
export interface SeededData {
  sessions: Session[];
  students: Student[];
  /** Has credits of every kind and a few bookings. */
  demoStudent: Student;
  /** Has 500 bookings. */
  busyStudent: Student;
}

/**
 * Fills an account with 60 sessions, 400 students and 1,500 bookings. Always the same ones; only their dates follow
 * `now` (epoch milliseconds).
 */
export function seedAccount(account: Account, now: number): SeededData {
  const random = new SeededRandom(20_261_124);
  const sessions = seedSessions(account, random, now);
  const students = seedStudents(account, random, now);
  seedBookings(account, random, { sessions, students, now });
  const [demoStudent, busyStudent] = students;
  if (!demoStudent || !busyStudent) throw new Error('no students were made');
  return { sessions, students, demoStudent, busyStudent };
}
