import { describe, expect, it } from 'vitest';
import type { TestStudent } from '../support/account-builder.ts';
import { World, type WorldOptions } from '../support/world.ts';

const LATENCY = { latency: { readMs: 100, writeMs: 200 } };

async function start(options: WorldOptions = {}) {
  const world = await World.create(options);
  const student = world.account.student({ sj_credits: 2, shared_mock_credits: 3 });
  return { world, student };
}

async function list(world: World, student: TestStudent, query: Record<string, string | number> = {}) {
  return world.get('bookings/list', { student_id: student.studentId, email: student.email, limit: 100, ...query });
}

/** Rollups have not been filled yet for anything associated within the last ten minutes. */
const EMPTY_ROLLUPS = { ...LATENCY, lag: { rollupMs: 600_000 } };

describe.each(['v3', '2026-09'])('what a list costs on %s', (version) => {
  const env = { HUBSPOT_API_VERSION: version };

  it('50 bookings with rollups: 2 calls, 2 rounds', async () => {
    const { world, student } = await start({ settings: LATENCY, env });
    const exam = world.account.exam();
    for (let count = 0; count < 50; count += 1) world.account.booking({ student, exam, links: 2 });
    expect((await list(world, student)).body.data.bookings).toHaveLength(50);
    expect(world.takeCost()).toEqual({ calls: 2, rounds: 2 });
  });

  it('50 bookings without rollups: 4 calls, 4 rounds', async () => {
    const { world, student } = await start({ settings: EMPTY_ROLLUPS, env });
    const exams = Array.from({ length: 20 }, () => world.account.exam());
    for (let count = 0; count < 50; count += 1) {
      world.account.booking({ student, exam: exams[count % 20] ?? '', links: 2 });
    }
    expect((await list(world, student)).body.data.bookings).toHaveLength(50);
    expect(world.takeCost()).toEqual({ calls: 4, rounds: 4 });
  });

  it('a page of 10 out of 500: 7 calls, 3 rounds, and all of them are seen', async () => {
    const { world, student } = await start({ settings: LATENCY, env });
    const exam = world.account.exam();
    for (let count = 0; count < 500; count += 1) world.account.booking({ student, exam, links: 2 });
    const { body } = await list(world, student, { limit: 10 });
    expect(body.data.bookings).toHaveLength(10);
    expect(body.data.pagination.total).toBe(500);
    expect(world.takeCost()).toEqual({ calls: 7, rounds: 3 });
  });

  it('50 students at once: no error, two calls each', async () => {
    const { world } = await start({ settings: { ...LATENCY, limits: { per10Seconds: null } }, env });
    const exam = world.account.exam();
    const students = Array.from({ length: 50 }, () => world.account.student());
    for (const student of students) world.account.booking({ student, exam });
    const send = async (student: TestStudent) =>
      world.send('GET', 'bookings/list', { query: { student_id: student.studentId, email: student.email } });
    const answers = await world.clock.run(async () => Promise.all(students.map(send)));
    expect(answers.map(({ status, body }) => [status, body.data?.bookings[0]?.email])).toEqual(
      students.map(({ email }) => [200, email]),
    );
    expect(world.takeCalls().length).toBeLessThanOrEqual(100);
  });
});
