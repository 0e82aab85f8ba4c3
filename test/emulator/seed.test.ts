import { describe, expect, it } from 'vitest';
import { Emulator } from '../../src/emulator/emulator.ts';
import { currentValues } from '../../src/emulator/record.ts';
import { seedAccount } from '../../src/emulator/seed/seed.ts';

const NOW = Date.parse('2026-11-24T12:00:00Z');

function seed(now = NOW) {
  const { account } = new Emulator();
  const data = seedAccount(account, now);
  const all = (type: string) => account.records.all(account.objectType(type)).map((record) => currentValues(record));
  return { account, data, exams: all('2-50158913'), students: all('0-1'), bookings: all('2-50158943') };
}

describe('the data set', () => {
  const { account, data, exams, students, bookings } = seed();
  const count = <T>(items: readonly T[], fits: (item: T) => boolean | undefined) => items.filter(fits).length;

  it('has 60 sessions of all types in several places, past and to come, some without times', () => {
    expect(exams).toHaveLength(60);
    expect(new Set(exams.map((exam) => exam['mock_type'])).size).toBe(3);
    expect(new Set(exams.map((exam) => exam['location'])).size).toBeGreaterThan(4);
    expect(count(exams, (exam) => (exam['exam_date'] ?? '') < '2026-11-24')).toBeGreaterThan(10);
    expect(count(exams, (exam) => (exam['exam_date'] ?? '') > '2026-11-24')).toBeGreaterThan(30);
    expect(count(exams, (exam) => exam['start_time'] === undefined)).toBe(6);
    expect(new Set(exams.map((exam) => exam['is_active']))).toEqual(new Set(['true', 'false', 'scheduled']));
  });

  it('has 400 students with namesakes and apostrophes, with and without credits', () => {
    expect(students).toHaveLength(400);
    const names = students.map((student) => `${student['firstname']} ${student['lastname']}`);
    expect(new Set(names).size).toBeLessThan(400);
    expect(count(names, (name) => name.includes("'"))).toBeGreaterThan(20);
    expect(count(students, (student) => student['sj_credits'] === undefined)).toBeGreaterThan(5);
  });

  it('has 1,500 bookings in every state and every format of booking_id', () => {
    expect(bookings).toHaveLength(1500);
    const states = new Set(bookings.map((booking) => booking['is_active']));
    expect(states).toEqual(new Set(['Active', 'active', 'Completed', 'Cancelled', 'cancelled', undefined]));
    const ids = bookings.map((booking) => booking['booking_id'] ?? '');
    expect(count(ids, (id) => / - \d{4}-\d{2}-\d{2}$/.test(id))).toBe(500);
    expect(count(ids, (id) => / - [A-Z][a-z]+ \d{1,2}, \d{4}$/.test(id))).toBe(500);
    expect(count(ids, (id) => /-\d{7}-[A-Z][a-z]+ \d{1,2}, \d{4}$/.test(id))).toBe(500);
  });

  it('has one student with 500 bookings', () => {
    expect(count(bookings, (booking) => booking['email'] === data.busyStudent.email)).toBe(500);
  });

  it('has full sessions and drifted counts, and never more seats taken than there are', () => {
    const seats = data.sessions.map(({ record, capacity }) => {
      const rows = account.visibleAssociations(
        account.objectType('2-50158913'),
        record.id,
        account.objectType('2-50158943'),
        NOW,
      );
      const ids = new Set(rows.map(({ toId }) => toId));
      const taken = count([...ids], (id) => {
        const booking = account.records.get(account.objectType('2-50158943'), id);
        return booking && !/cancelled/i.test(currentValues(booking)['is_active'] ?? '');
      });
      return { taken, capacity, shown: Number(currentValues(record)['total_bookings']) };
    });
    expect(seats.every(({ taken, capacity }) => taken <= capacity)).toBe(true);
    expect(count(seats, ({ taken, capacity }) => taken === capacity)).toBeGreaterThanOrEqual(5);
    expect(count(seats, ({ taken, shown }) => taken !== shown)).toBeGreaterThanOrEqual(3);
  });

  it('is the same every time, on other days with other dates', () => {
    expect(seed().bookings).toEqual(bookings);
    const later = seed(NOW + 7 * 86_400_000);
    expect(later.exams[30]?.['exam_date']).not.toBe(exams[30]?.['exam_date']);
    expect(later.exams.map((exam) => exam['capacity'])).toEqual(exams.map((exam) => exam['capacity']));
  });
});
