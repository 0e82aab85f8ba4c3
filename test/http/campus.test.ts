import { describe, expect, it } from 'vitest';
import type { TestStudent } from '../support/account-builder.ts';
import { bookingBody } from '../support/booking.ts';
import { type Answer, World } from '../support/world.ts';

/** HubSpot at its usual pace, with its limits. */
const HUBSPOT = {
  latency: { readMs: 100, writeMs: 200 },
  lag: { associationMs: 2000, rollupMs: 2000, searchMs: 5000 },
  limits: { per10Seconds: 190, associationsPer10Seconds: 150, searchPerSecond: 4 },
};
const CAMPUS = { 'x-real-ip': '203.0.113.9' };
const POLLS = 8;
/** Within which all of them come. */
const SPREAD_MS = 30_000;

/** What one student does from behind the address that all share; statuses by step. */
async function visit(world: World, student: TestStudent, exam: string): Promise<[string, number][]> {
  const who = { student_id: student.studentId, email: student.email };
  const type = 'Situational Judgment';
  const send = async (method: string, path: string, rest: Parameters<World['send']>[2] = {}): Promise<Answer> =>
    world.send(method, path, { ...rest, headers: CAMPUS });
  const steps: [string, number][] = [];
  const take = async (step: string, answer: Promise<Answer>) => steps.push([step, (await answer).status]);
  await take('sign in', send('POST', 'mock-exams/validate-credits', { body: { ...who, mock_type: type } }));
  await take('look', send('GET', 'mock-exams/available', { query: { mock_type: type, realtime: 'true' } }));
  for (let poll = 0; poll < POLLS; poll += 1) {
    await take('poll', send('GET', `mock-exams/${exam}/capacity`));
    await world.clock.sleep(2000);
  }
  await take('book', send('POST', 'bookings/create', { body: bookingBody(student, { exam }) }));
  await take('list', send('GET', 'bookings/list', { query: who }));
  return steps;
}

describe('behind one address', () => {
  it.each([100, 300])('%i students sign in, look, poll, book and list within a minute', async (count) => {
    const world = await World.create({ settings: HUBSPOT });
    const exam = world.account.exam({ capacity: count });
    const students = Array.from({ length: count }, () => world.account.student());
    const startedMs = world.clock.monotonicMs();
    const visits = await world.clock.run(async () =>
      Promise.all(
        students.map(async (student, index) => {
          await world.clock.sleep((SPREAD_MS * index) / count);
          return visit(world, student, exam);
        }),
      ),
    );
    expect(world.clock.monotonicMs() - startedMs).toBeLessThanOrEqual(60_000);
    const tally: Record<string, number> = {};
    for (const [step, status] of visits.flat()) tally[`${step} ${status}`] = (tally[`${step} ${status}`] ?? 0) + 1;
    expect(tally).toEqual({
      'sign in 200': count,
      'look 200': count,
      'poll 200': POLLS * count,
      'book 201': count,
      'list 200': count,
    });
  });
});
