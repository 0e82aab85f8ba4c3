import { describe, expect, it } from 'vitest';
import { sendBooking } from '../support/booking.ts';
import type { TestStudent } from '../support/account-builder.ts';
import { World } from '../support/world.ts';

/** What the booking page does before its form is sent. */
async function signIn(world: World, { studentId, email }: TestStudent): Promise<void> {
  const body = { student_id: studentId, email, mock_type: 'Situational Judgment' };
  const answer = await world.request('POST', 'mock-exams/validate-credits', { body });
  expect(answer.status).toBe(200);
  world.takeCalls();
}

const book = async (world: World, student: TestStudent, exam: string) =>
  world.clock.run(async () => sendBooking(world, student, { exam }));

describe('booking right after signing in', () => {
  it('reads the contact beside the create, not before it, and takes what it holds by then', async () => {
    const world = await World.create();
    const student = world.account.student({ sj_credits: 3 });
    const exam = world.account.exam();
    await signIn(world, student);
    // Staff give a credit in the very moment.
    world.account.change('contacts', student.id, { sj_credits: '7' });
    expect((await book(world, student, exam)).status).toBe(201);
    expect(world.account.values('contacts', student.id)['sj_credits']).toBe('6');
    await world.settle();
    const reads = world.takeCalls().filter(({ method, objectType }) => method === 'GET' && objectType === '0-1');
    expect(reads).toHaveLength(1);
  });

  it('refuses nobody for a credit that was missing a moment ago', async () => {
    const world = await World.create();
    const student = world.account.student({ sj_credits: 0, cs_credits: 1, shared_mock_credits: 0 });
    const exam = world.account.exam();
    await world.request('GET', 'bookings/list', { query: { student_id: student.studentId, email: student.email } });
    world.account.change('contacts', student.id, { sj_credits: '1' });
    expect((await book(world, student, exam)).status).toBe(201);
  });

  it('refuses nobody for a booking that was cancelled a moment ago', async () => {
    const world = await World.create();
    const student = world.account.student({ sj_credits: 3 });
    const exam = world.account.exam();
    const made = world.account.booking({ student, exam });
    await signIn(world, student);
    world.account.change('bookings', made, { is_active: 'Cancelled' });
    expect((await book(world, student, exam)).status).toBe(201);
  });

  it('asks again who it is when somebody else’s number was signed in with', async () => {
    const world = await World.create();
    const student = world.account.student({ sj_credits: 3 });
    const other = world.account.student({ sj_credits: 3 });
    const exam = world.account.exam();
    await signIn(world, student);
    const answer = await book(world, { ...student, studentId: other.studentId }, exam);
    expect([answer.status, answer.body.code]).toEqual([403, 'ACCESS_DENIED']);
  });

  it('signs in also while the bookings of contacts cannot be read', async () => {
    const world = await World.create();
    const students = [world.account.student(), world.account.student()];
    const fault = { kind: 'status', status: 500 } as const;
    world.emulator.faults.add({ fault, operation: 'associations.batchRead', times: Infinity });
    const answers = await world.clock.run(async () =>
      Promise.all(
        students.map(async ({ studentId, email }) =>
          world.send('POST', 'mock-exams/validate-credits', {
            body: { student_id: studentId, email, mock_type: 'Situational Judgment' },
          }),
        ),
      ),
    );
    expect(answers.map(({ status }) => status)).toEqual([200, 200]);
  });
});
