import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareSessions, countFromProperty, EXAM_PROPERTIES, toExam } from '../../src/records/exam.ts';
import { recordOf, watchedContext } from '../support/odd-values.ts';

type Values = Partial<Record<(typeof EXAM_PROPERTIES)[number], string>>;

function read(values: Values) {
  const { context, told } = watchedContext();
  return { ...toExam(recordOf(EXAM_PROPERTIES, values), context), told };
}

describe('the day of an exam', () => {
  it.each([
    ['2026-12-04', '2026-12-04'],
    [' 2026-12-04 ', '2026-12-04'],
    ['2026-12-04T00:00:00Z', '2026-12-04'],
    ['2026-12-04T00:00:00-05:00', '2026-12-04'],
    ['1796342400000', '2026-12-04'],
    ['1796342400000.0', '2026-12-04'],
    ['1.7963424E12', '2026-12-04'],
    ['-86400000', '1969-12-31'],
    ['9999-12-31', '9999-12-31'],
  ])('%s is %s', (value, examDate) => {
    expect(read({ exam_date: value })).toMatchObject({ examDate, told: [] });
  });

  it.each([
    '99999999999999',
    '20261204',
    '1790254800000000000',
    '1e400',
    'tbd',
    '2026-02-30',
    '10000-01-01',
    '0000-01-01',
    '4/12/26',
  ])('%s is none, and told', (value) => {
    const told = [{ type: 'exam', id: '1', property: 'exam_date' }];
    expect(read({ exam_date: value, start_time: '2026-12-04T14:00:00Z' })).toMatchObject({
      examDate: null,
      startTime: null,
      told,
    });
  });

  it.each(['', '  '])('%j is unset, which is nothing to tell', (value) => {
    expect(read({ exam_date: value })).toMatchObject({ examDate: null, told: [] });
  });
});

describe('the times of an exam', () => {
  it.each([
    ['2026-12-04T14:30:00Z', '2026-12-04T14:30:00Z'],
    [' 2026-07-04T13:30:00.000Z\n', '2026-12-04T14:30:00Z'],
    ['2026-12-04T09:30:00-05:00', '2026-12-04T14:30:00Z'],
    ['2026-12-04T14:30:00', '2026-12-04T14:30:00Z'],
    ['1796394600000', '2026-12-04T14:30:00Z'],
    ['1796394600000.0', '2026-12-04T14:30:00Z'],
    ['-30600000', '2026-12-04T15:30:00Z'],
  ])('%j is %s', (value, instant) => {
    expect(read({ exam_date: '2026-12-04', start_time: value, end_time: value })).toMatchObject({
      startTime: instant,
      endTime: instant,
      told: [],
    });
  });

  it.each([
    '1790254800000000000',
    '99999999999999999',
    '8640000000000001',
    '1e400',
    'tbd',
    'room 5',
    '2026-12-04',
    '9 am',
  ])('%s is none, and told by itself', (value) => {
    const exam = read({ exam_date: '2026-12-04', start_time: value, end_time: '2026-12-04T17:00:00Z' });
    expect(exam).toMatchObject({ startTime: null, endTime: '2026-12-04T17:00:00Z' });
    expect(exam.told).toEqual([{ type: 'exam', id: '1', property: 'start_time' }]);
  });
});

describe('the numbers of an exam', () => {
  it.each([
    ['15', 15],
    ['15.0', 15],
    [' 15 ', 15],
    ['67340.0', 67_340],
    ['1e3', 1000],
    ['1.5E1', 15],
    ['2.9', 2],
    ['-3', 0],
    ['-0.4', 0],
  ])('%j is %d', (value, count) => {
    expect(read({ capacity: value, total_bookings: value })).toMatchObject({
      capacity: count,
      totalBookings: count,
      told: [],
    });
  });

  it.each(['1,000', '1e400', '9007199254740993', '0x10', 'Infinity', 'many', '1 5', '-', '.'])(
    '%j is none, and told',
    (value) => {
      const exam = read({ capacity: value, total_bookings: value });
      expect(exam).toMatchObject({ capacity: null, totalBookings: 0 });
      expect(exam.told.map(({ property }) => property)).toEqual(['capacity', 'total_bookings']);
    },
  );

  it('are told by events in the same words', () => {
    const tell = (value: string) => countFromProperty({ name: 'total_bookings', value });
    expect(['15', '15.0', ' 15 ', '-1', '', ' ', 'many', '1e400'].map(tell)).toEqual([
      15,
      15,
      15,
      0,
      null,
      null,
      null,
      null,
    ]);
    expect(countFromProperty({ name: 'capacity', value: '15' })).toBeNull();
  });
});

describe('the words of an exam', () => {
  it('lose the blanks around them, and are unset when nothing is left', () => {
    const odd = { mock_type: ' Mini-mock ', location: ' ', address: '1 Main St\nFloor 2\n', is_active: '' };
    expect(read(odd)).toMatchObject({
      mockType: 'Mini-mock',
      location: null,
      address: '1 Main St\nFloor 2',
      isActive: null,
      told: [],
    });
  });

  it.each(['true', 'True', ' TRUE '])('%j is active', (value) => {
    expect(read({ is_active: value }).isActive).toBe('true');
  });
});

describe('the order of sessions', () => {
  const session = fc.record({
    day: fc.constantFrom('2026-12-04', '2026-12-05'),
    start: fc.constantFrom(null, '2026-12-04T14:00:00Z', '2026-12-04T14:00:00.5Z', '+010000-01-01T01:00:00Z'),
    id: fc.constantFrom('9', '10', '35864200951'),
  });

  it('is total, whatever is unknown', () => {
    fc.assert(
      fc.property(session, session, session, (a, b, c) => {
        expect(Math.sign(compareSessions(a, b))).toBe(-Math.sign(compareSessions(b, a)) + 0);
        expect(compareSessions(a, b) === 0).toBe(a.day === b.day && a.start === b.start && a.id === b.id);
        const inOrder = compareSessions(a, b) < 0 && compareSessions(b, c) < 0;
        expect(inOrder && compareSessions(a, c) >= 0).toBe(false);
      }),
    );
  });

  it('has the unknown start first, and ids by size', () => {
    const day = '2026-12-04';
    const start = '2026-12-04T14:00:00Z';
    const sessions = [
      { day, start, id: '10' },
      { day, start, id: '9' },
      { day, start: null, id: '11' },
    ];
    expect(sessions.toSorted(compareSessions).map(({ id }) => id)).toEqual(['11', '9', '10']);
  });
});
