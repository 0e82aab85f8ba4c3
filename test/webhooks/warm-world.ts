import { WEBHOOK_ENV } from '../support/webhook.ts';
import { World } from '../support/world.ts';

/** What each answer of a warm world costs while everything is cached. */
export const NOTHING = { list: 0, details: 0, credits: 0, capacity: 0, available: 0, realtime: 0 };

/** A student who has looked at everything, so that all of it is cached. */
export async function warmWorld(settings = {}) {
  const world = await World.create({ env: WEBHOOK_ENV, settings });
  const student = world.account.student({ sj_credits: 3 });
  const exam = world.account.exam();
  const booking = world.account.booking({ student, exam });
  world.account.enrollment(student);
  const login = { student_id: student.studentId, email: student.email };
  const reads: Record<string, () => Promise<number>> = {};
  const read = (name: string, method: string, path: string, options = {}) => {
    reads[name] = async () => {
      world.takeCalls();
      await world.request(method, path, options);
      await world.settle();
      return world.takeCalls().length;
    };
  };
  read('list', 'GET', 'bookings/list', { query: login });
  read('details', 'GET', `bookings/${booking}`, { query: login });
  read('credits', 'POST', 'mock-exams/validate-credits', { body: { ...login, mock_type: null } });
  read('capacity', 'GET', `mock-exams/${exam}/capacity`);
  read('available', 'GET', 'mock-exams/available', { query: { mock_type: 'Situational Judgment' } });
  read('realtime', 'GET', 'mock-exams/available', { query: { mock_type: 'Situational Judgment', realtime: 'true' } });
  /** HubSpot calls each of the answers costs now. */
  const costs = async () => {
    const all: Record<string, number> = {};
    for (const [name, cost] of Object.entries(reads)) all[name] = await cost();
    return all;
  };
  await costs();
  return { world, student, exam, booking, costs };
}
