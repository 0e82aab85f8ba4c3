import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { TestStudent } from '../support/account-builder.ts';
import { seatHolders, sendBooking, sendCancel } from '../support/booking.ts';
import { World } from '../support/world.ts';

const SETTINGS = {
  latency: { readMs: 20, writeMs: 40 },
  lag: { associationMs: 3000, rollupMs: 2000, searchMs: 10_000 },
  limits: { per10Seconds: null, searchPerSecond: null },
};
const ENV = { RATE_LIMIT_PER_ADDRESS: '0', RATE_LIMIT_BOOKINGS: '0', RATE_LIMIT_SYNC: '0', CRON_SECRET: 'cron' };
const DATES = ['2026-12-10', '2026-12-11', '2026-12-12'];
const STUDENTS = 4;
const CREDITS = 2;
const CAPACITY = 2;

/** One thing a student does: when, who, and to which session. */
const Step = fc.record({
  pauseMs: fc.constantFrom(0, 0, 0, 10, 50, 400, 3500),
  student: fc.nat(STUDENTS - 1),
  session: fc.nat(DATES.length - 1),
  act: fc.constantFrom('book', 'book', 'cancel'),
});
type Step = typeof Step extends fc.Arbitrary<infer S> ? S : never;

interface Stage {
  world: World;
  students: TestStudent[];
  exams: string[];
}

async function setStage(): Promise<Stage> {
  const world = await World.create({ settings: SETTINGS, env: ENV });
  const students = Array.from({ length: STUDENTS }, () => world.account.student({ sj_credits: CREDITS }));
  const exams = DATES.map((date) => world.account.exam({ date, capacity: CAPACITY }));
  return { world, students, exams };
}

/** Lets the steps begin one after the other without waiting for their ends. */
async function play({ world, students, exams }: Stage, steps: readonly Step[]): Promise<void> {
  const booked = new Map<string, string>();
  const perform = async ({ student: index, session, act }: Step) => {
    const student = students[index];
    const exam = exams[session] ?? '';
    if (!student) return;
    if (act === 'cancel') {
      const id = booked.get(`${index} ${session}`);
      if (id) await sendCancel(world, student, id);
      return;
    }
    const { status, body } = await sendBooking(world, student, { exam, date: DATES[session] ?? '' });
    if (status === 201) booked.set(`${index} ${session}`, body.data.booking_record_id);
  };
  await world.clock.run(async () => {
    const running: Promise<void>[] = [];
    for (const step of steps) {
      await world.clock.sleep(step.pauseMs);
      running.push(perform(step));
    }
    await Promise.all(running);
  });
  await world.settle();
}

describe('booking and cancelling at random', () => {
  it('never sells a seat twice, never loses or makes a credit, and counts right after a sync', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(Step, { minLength: 1, maxLength: 14 }), async (steps) => {
        const stage = await setStage();
        const { world, students, exams } = stage;
        await play(stage, steps);
        const holders = exams.map((exam) => seatHolders(world, exam));
        for (const seats of holders) expect(seats.length).toBeLessThanOrEqual(CAPACITY);
        const owners = holders.flat().map((id) => world.account.values('bookings', id)['email']);
        for (const { id, email } of students) {
          const active = owners.filter((owner) => owner === email).length;
          expect(Number(world.account.values('contacts', id)['sj_credits']) + active).toBe(CREDITS);
        }
        await world.request('POST', 'mock-exams/sync-capacity', {
          body: { mock_exam_ids: exams },
          headers: { Authorization: 'Bearer cron' },
        });
        expect(exams.map((exam) => world.account.values('mock_exams', exam)['total_bookings'])).toEqual(
          holders.map((seats) => String(seats.length)),
        );
      }),
      { numRuns: 300, endOnFailure: true },
    );
  }, 300_000);
});
