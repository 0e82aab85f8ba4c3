import { describe, expect, it } from 'vitest';
import { seatHolders } from '../support/booking.ts';
import { rush, type RushedStudent } from '../support/rush.ts';
import { World } from '../support/world.ts';

/** HubSpot at its usual pace, with the limits of a Professional account and one search a second less. */
const HUBSPOT = {
  latency: { readMs: 100, writeMs: 200 },
  lag: { associationMs: 2000, rollupMs: 2000, searchMs: 5000 },
  limits: { per10Seconds: 190, associationsPer10Seconds: 150, searchPerSecond: 4 },
};
/** One campus address asks for all: only the limits that would hold it up are lifted. */
const ENV = { RATE_LIMIT_AVAILABLE: '0', RATE_LIMIT_PER_ADDRESS: '0' };

async function open(students: number, capacity: number, env: Record<string, string> = {}) {
  const world = await World.create({ settings: HUBSPOT, env: { ...ENV, ...env } });
  const exam = world.account.exam({ capacity });
  for (let index = 0; index < 19; index += 1) world.account.exam({ date: `2026-12-${11 + index}` });
  return { world, exam, students: Array.from({ length: students }, () => world.account.student({ sj_credits: 1 })) };
}

function tally(results: readonly RushedStudent[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { booking } of results) {
    const outcome = booking.status === 201 ? '201' : booking.body.code;
    counts[outcome] = (counts[outcome] ?? 0) + 1;
  }
  return counts;
}

function p95(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.ceil(values.length * 0.95) - 1] ?? Number.NaN;
}

describe.each([
  ['in the same second', 1000, 45, 750],
  ['at the same moment', 0, 25, 600],
  ['spread over ten seconds', 10_000, 150, 1500],
])('a hundred students %s', (_shape, spreadMs, budget, mostMs) => {
  it.each([
    ['seats for all', 100],
    ['seats for 25', 25],
  ])('%s: every answer is right, and HubSpot is hardly asked', async (_name, capacity) => {
    const { world, exam, students } = await open(100, capacity);
    const results = await rush(world, { exam, students, spreadMs });
    await world.settle();

    expect(tally(results)).toEqual({ 201: capacity, ...(capacity < 100 ? { EXAM_FULL: 100 - capacity } : {}) });
    expect(seatHolders(world, exam)).toHaveLength(capacity);
    for (const { student, login, sessions, booking, list } of results) {
      const booked = booking.status === 201;
      expect([login.status, login.body.data.eligible]).toEqual([200, true]);
      expect(sessions.body.data).toHaveLength(20);
      expect(list.body.data.bookings.map(({ id }: { id: string }) => id)).toEqual(
        booked ? [booking.body.data.booking_record_id] : [],
      );
      expect(list.body.data.credits.sj_credits).toBe(booked ? 0 : 1);
      expect(world.account.values('contacts', student.id)['sj_credits']).toBe(booked ? '0' : '1');
    }
    expect(world.account.values('mock_exams', exam)['total_bookings']).toBe(String(capacity));

    const calls = world.takeCalls();
    expect(calls.filter(({ status }) => status === 429)).toEqual([]);
    expect(calls.filter(({ operation }) => operation !== 'associations.labels').length).toBeLessThan(budget);
    expect(p95(results.map(({ bookingMs }) => bookingMs))).toBeLessThanOrEqual(mostMs);
  });
});

describe('300 students in the same second', () => {
  it('all get a right answer, and HubSpot never refuses a call', async () => {
    const { world, exam, students } = await open(300, 30);
    const results = await rush(world, { exam, students, spreadMs: 1000 });
    expect(tally(results)).toEqual({ 201: 30, EXAM_FULL: 270 });
    expect(world.takeCalls().filter(({ status }) => status === 429)).toEqual([]);
  });
});

describe('without coalescing', () => {
  it('the same rush is refused early and told so, and still sells no seat twice', async () => {
    const { world, exam, students } = await open(100, 25, { COALESCING_ENABLED: 'false' });
    const results = await rush(world, { exam, students, spreadMs: 1000 });
    await world.settle();
    expect(seatHolders(world, exam).length).toBeLessThanOrEqual(25);
    const { 201: booked = 0 } = tally(results);
    // Whose create left just before their deadline is told so, and has a seat in the end.
    const late = results.filter(({ booking }) => booking.body.error?.includes('still being completed'));
    const paid = students.filter(({ id }) => world.account.values('contacts', id)['sj_credits'] === '0');
    expect(seatHolders(world, exam).length).toBeGreaterThanOrEqual(booked);
    expect(seatHolders(world, exam).length).toBeLessThanOrEqual(booked + late.length);
    expect(paid).toHaveLength(seatHolders(world, exam).length);
    expect(world.takeCalls().filter(({ status }) => status === 429)).toEqual([]);
    const refused = results.filter(({ booking }) => booking.status === 503);
    for (const { booking } of refused) expect(booking.headers.get('retry-after')).toMatch(/^\d+$/);
  });
});
