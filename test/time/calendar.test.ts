import { describe, expect, it } from 'vitest';
import { addHours, atHour, dayAt, onDay, parseDay } from '../../src/time/calendar.ts';

const TORONTO = 'America/Toronto';

describe('dayAt', () => {
  it('is the day in Toronto, not in UTC', () => {
    expect(dayAt(Date.parse('2026-11-25T04:59:00Z'), TORONTO)).toBe('2026-11-24');
    expect(dayAt(Date.parse('2026-11-25T05:00:00Z'), TORONTO)).toBe('2026-11-25');
    expect(dayAt(Date.parse('2026-07-01T04:00:00Z'), TORONTO)).toBe('2026-07-01');
  });
});

describe('parseDay', () => {
  it.each([
    ['2026-12-04', '2026-12-04'],
    ['2026-12-04T00:00:00Z', '2026-12-04'],
    ['2026-12-04 00:00:00', '2026-12-04'],
    ['2026-12-04T23:30:00-05:00', '2026-12-04'],
    ['1796342400000', null],
    ['December 4, 2026', null],
    ['2026-13-40', null],
    ['2026-02-30', null],
    ['2028-02-29', '2028-02-29'],
    ['2026-12-04x', null],
    ['0000-01-01', null],
    ['0001-01-01', '0001-01-01'],
    ['10000-01-01', null],
    ['+010000-01-01', null],
    ['', null],
  ])('reads %s as %s', (value, day) => {
    expect(parseDay(value)).toBe(day);
  });
});

describe('atHour', () => {
  it('follows daylight saving', () => {
    expect(atHour('2026-12-04', 8, TORONTO)).toBe('2026-12-04T13:00:00Z');
    expect(atHour('2026-07-04', 8, TORONTO)).toBe('2026-07-04T12:00:00Z');
  });

  it('has an answer on the days the clock changes', () => {
    expect(atHour('2026-03-08', 2, TORONTO)).toBe('2026-03-08T07:00:00Z');
    expect(atHour('2026-11-01', 1, TORONTO)).toBe('2026-11-01T05:00:00Z');
  });
});

describe('onDay', () => {
  it('keeps a time that is already on its day', () => {
    expect(onDay('2026-12-04', Date.parse('2026-12-04T14:00:00Z'), TORONTO)).toBe('2026-12-04T14:00:00Z');
  });

  it('keeps the hour on the wall of a cloned session, also across daylight saving', () => {
    expect(onDay('2026-12-04', Date.parse('2026-07-10T13:00:00Z'), TORONTO)).toBe('2026-12-04T14:00:00Z');
  });

  it('has an answer for the first and the last day there is', () => {
    const first = Date.parse('0001-01-01T00:00:00Z');
    const last = Date.parse('9999-12-31T23:59:59.999Z');
    expect([onDay('0001-01-01', last, TORONTO), onDay('9999-12-31', first, TORONTO)]).toEqual([
      expect.stringMatching(/^0001-01-0/),
      expect.stringMatching(/^(9999-12-31|\+010000-01-01)T/),
    ]);
  });
});

describe('addHours', () => {
  it('goes both ways', () => {
    expect(addHours('2026-12-04T14:00:00Z', 1)).toBe('2026-12-04T15:00:00Z');
    expect(addHours('2026-12-04T14:00:00Z', -1)).toBe('2026-12-04T13:00:00Z');
  });
});
