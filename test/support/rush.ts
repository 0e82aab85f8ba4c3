import { bookingBody } from './booking.ts';
import type { TestStudent } from './account-builder.ts';
import type { Answer, World } from './world.ts';

/** What one student met while a session opened. */
export interface RushedStudent {
  student: TestStudent;
  login: Answer;
  sessions: Answer;
  booking: Answer;
  list: Answer;
  /** Milliseconds that the booking took, by the virtual clock. */
  bookingMs: number;
}

export interface RushOptions {
  exam: string;
  students: readonly TestStudent[];
  /** Milliseconds over which the students come, evenly. */
  spreadMs: number;
}

/** Every student logs in, looks, books and looks at the list, all of them from one address as on a campus. */
export async function rush(world: World, { exam, students, spreadMs }: RushOptions): Promise<RushedStudent[]> {
  return world.clock.run(async () =>
    Promise.all(
      students.map(async (student, index) => {
        await world.clock.sleep(Math.floor((spreadMs * index) / students.length));
        return goThrough(world, student, exam);
      }),
    ),
  );
}

async function goThrough(world: World, student: TestStudent, exam: string): Promise<RushedStudent> {
  const who = { student_id: student.studentId, email: student.email };
  const login = await world.send('POST', 'mock-exams/validate-credits', {
    body: { ...who, mock_type: 'Situational Judgment' },
  });
  const sessions = await world.send('GET', 'mock-exams/available', {
    query: { mock_type: 'Situational Judgment', realtime: 'true', student_id: student.studentId },
  });
  const startedAt = world.clock.now();
  const booking = await world.send('POST', 'bookings/create', { body: bookingBody(student, { exam }) });
  const bookingMs = world.clock.now() - startedAt;
  const list = await world.send('GET', 'bookings/list', { query: { ...who, filter: 'upcoming' } });
  return { student, login, sessions, booking, list, bookingMs };
}
