import { describe, expect, it } from 'vitest';
import { sendBooking } from '../support/booking.ts';
import { LIFELIKE, login } from '../support/looking.ts';
import { type Answer, World } from '../support/world.ts';

/** Milliseconds by name, as a browser's network panel shows them. */
function partsOf(answer: Answer): Record<string, number> {
  const entries = (answer.headers.get('server-timing') ?? '').split(', ');
  return Object.fromEntries(
    entries.flatMap((entry) => {
      const [, name, ms] = /^(\w+);.*dur=([\d.]+)$/.exec(entry) ?? [];
      return name ? [[name, Number(ms)] as const] : [];
    }),
  );
}

/** What of the whole no part explains. */
function unexplainedMs(answer: Answer): number {
  const { total = 0, ...parts } = partsOf(answer);
  return total - Object.values(parts).reduce((sum, ms) => sum + ms, 0);
}

describe('what an answer waited for', () => {
  async function listAfter503() {
    const world = await World.create({ settings: { latency: { readMs: 100 } } });
    const student = world.account.student();
    world.emulator.faults.add({ fault: { kind: 'status', status: 503 } });
    const answer = await world.get('bookings/list', { student_id: student.studentId, email: student.email });
    return { world, answer };
  }

  it('is named in Server-Timing, part by part up to the whole', async () => {
    const { answer } = await listAfter503();
    const timing = answer.headers.get('server-timing') ?? '';
    const msOf = (name: string) => Number(new RegExp(`${name};(?:[^,]*;)?dur=([\\d.]+)`).exec(timing)?.[1]);
    expect(timing).toMatch(/^hubspot;desc="2 calls";dur=[\d.]+, retry;dur=[\d.]+, cache;desc=miss, total;dur=[\d.]+$/);
    expect(msOf('retry')).toBeGreaterThanOrEqual(250);
    expect(msOf('hubspot') + msOf('retry')).toBeCloseTo(msOf('total'), 0);
  });

  it('is in the log line of the request', async () => {
    const { world } = await listAfter503();
    const [line] = world.requests();
    expect(line).toMatchObject({ hubspotCalls: 2, hubspotMs: expect.any(Number), retryMs: expect.any(Number) });
    expect(line).not.toHaveProperty('lingerMs');
    expect(Number(line?.['hubspotMs']) + Number(line?.['retryMs'])).toBeCloseTo(Number(line?.['durationMs']), -1);
  });
});

describe('an answer that took long is explained to the millisecond', () => {
  async function start(env: Record<string, string> = {}, capacity = 20) {
    const world = await World.create({ settings: LIFELIKE, env });
    const exam = world.account.exam({ capacity });
    const students = Array.from({ length: 60 }, () => world.account.student({ sj_credits: 3 }));
    const [student] = students;
    if (!student) throw new Error('there are students');
    return { world, exam, student, students };
  }

  it('when it was confirmed', async () => {
    const { world, exam, student } = await start({ BOOKING_CONFIRMATION: 'always' });
    const answer = await world.clock.run(async () => sendBooking(world, student, { exam }));
    expect([answer.status, partsOf(answer)['confirmation'], unexplainedMs(answer)]).toEqual([201, 3000, 0]);
  });

  it('when it waited for the student’s other request', async () => {
    const { world, exam, student } = await start();
    const both = await world.clock.run(async () =>
      Promise.all([sendBooking(world, student, { exam }), sendBooking(world, student, { exam })]),
    );
    expect(both.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([201, 400]);
    expect(both.map(unexplainedMs)).toEqual([0, 0]);
    expect(both.filter((answer) => (partsOf(answer)['lock'] ?? 0) > 0)).toHaveLength(1);
  });

  it('when somebody else had asked HubSpot for the same', async () => {
    const { world, student } = await start();
    const look = async () => world.send('GET', 'bookings/list', { query: login(student) });
    const both = await world.clock.run(async () => Promise.all([look(), look()]));
    expect(both.map(unexplainedMs)).toEqual([0, 0]);
    expect(both.some((answer) => (partsOf(answer)['shared'] ?? 0) > 0)).toBe(true);
  });

  it('when the last seat was held for another student', async () => {
    const { world, exam, students } = await start({}, 1);
    const answers = await world.clock.run(async () =>
      Promise.all(students.slice(0, 2).map(async (student) => sendBooking(world, student, { exam }))),
    );
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([201, 400]);
    expect(answers.map(unexplainedMs)).toEqual([0, 0]);
    expect(answers.some((answer) => (partsOf(answer)['seat'] ?? 0) > 0)).toBe(true);
  });

  it('when HubSpot’s limit was nearly spent', async () => {
    const { world, exam, students } = await start({ HUBSPOT_CALLS_PER_10_SECONDS: '12' }, 60);
    const answers = await world.clock.run(async () =>
      Promise.all(
        students.map(async (student, index) => {
          await world.clock.sleep(index * 100);
          return sendBooking(world, student, { exam });
        }),
      ),
    );
    for (const answer of answers) expect(Math.abs(unexplainedMs(answer))).toBeLessThan(1);
    const waits = new Set(answers.flatMap((answer) => Object.keys(partsOf(answer))));
    expect([...waits]).toEqual(expect.arrayContaining(['hubspot', 'linger', 'budget']));
  });
});
