import { describe, expect, it } from 'vitest';
import { epochMs } from '../../src/time/clock.ts';
import { isOnCalendar, parseInstant } from '../../src/time/instant.ts';

describe('parseInstant', () => {
  it.each([
    ['2026-12-10T14:00:00Z', '2026-12-10T14:00:00.000Z'],
    ['2026-12-10T14:00:00.125Z', '2026-12-10T14:00:00.125Z'],
    ['2026-12-10T14:00Z', '2026-12-10T14:00:00.000Z'],
    ['2026-12-10t14:00:00z', '2026-12-10T14:00:00.000Z'],
    ['2026-12-10T09:00:00-05:00', '2026-12-10T14:00:00.000Z'],
    ['2026-12-10T09:00:00-0500', '2026-12-10T14:00:00.000Z'],
    ['2026-12-10 14:00:00', '2026-12-10T14:00:00.000Z'],
    ['2026-12-10T14:00:00', '2026-12-10T14:00:00.000Z'],
  ])('reads %s', (text, instant) => {
    expect(new Date(parseInstant(text) ?? Number.NaN).toISOString()).toBe(instant);
  });

  it.each([
    '',
    'tbd',
    'room 5',
    '9',
    '14:00',
    '2026-12-10',
    '2026-02-30T10:00:00Z',
    '2026-12-10T25:00:00Z',
    '2026-12-10T14:00:00+99:99',
    '0000-12-10T14:00:00Z',
    '0001-01-01T00:00:00+05:00',
    '9999-12-31T23:00:00-05:00',
    '+010000-12-10T14:00:00Z',
    '2026-12-10T14:00:00Z and so on',
  ])('does not take %j for a time', (text) => {
    expect(parseInstant(text)).toBeNull();
    expect(epochMs(text)).toBe(0);
  });
});

describe('isOnCalendar', () => {
  it.each([
    [0, true],
    [-86_400_000, true],
    [253_402_300_799_999, true],
    [253_402_300_800_000, false],
    [-62_135_596_800_000, true],
    [-62_135_596_800_001, false],
    [Number.NaN, false],
    [Infinity, false],
  ])('%d: %s', (moment, onCalendar) => {
    expect(isOnCalendar(moment)).toBe(onCalendar);
  });
});
