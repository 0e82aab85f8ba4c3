import { describe, expect, it } from 'vitest';
import { BOOKING_PROPERTIES, creditOfToken, SEAT_PROPERTIES, toBooking, toSeat } from '../../src/records/booking.ts';
import { recordOf, watchedContext } from '../support/odd-values.ts';

type Values = Partial<Record<(typeof BOOKING_PROPERTIES)[number], string>>;

function read(values: Values, dates = {}) {
  const { context, told } = watchedContext();
  return { ...toBooking(recordOf(BOOKING_PROPERTIES, values, dates), context), told };
}

const ROLLED_UP = { mock_type: 'Mini-mock', exam_date: '2026-12-04' };

describe('the status of a booking', () => {
  it.each([
    [' Cancelled ', 'Cancelled', 'cancelled', false],
    ['CANCELLED\n', 'CANCELLED', 'cancelled', false],
    [' FALSE ', 'FALSE', 'cancelled', false],
    ['0', '0', 'cancelled', false],
    [' completed', 'completed', 'completed', true],
    ['Active ', 'Active', 'scheduled', true],
    ['  ', null, 'scheduled', true],
    ['', null, 'scheduled', true],
  ])('%j', (value, isActive, status, holdsSeat) => {
    expect(read({ is_active: value })).toMatchObject({ isActive, status, holdsSeat, told: [] });
    expect(toSeat(recordOf(SEAT_PROPERTIES, { is_active: value })).holdsSeat).toBe(holdsSeat);
  });

  it('takes no seat when it failed, however that is written', () => {
    expect(read({ is_active: ' FAILED ' }).holdsSeat).toBe(false);
    expect(toSeat(recordOf(SEAT_PROPERTIES, { is_active: ' FAILED ' })).holdsSeat).toBe(false);
  });
});

describe('the words of a booking', () => {
  it.each([
    ['true', true, 0],
    [' TRUE ', true, 0],
    ['False', false, 0],
    ['', false, 0],
    ['right', false, 1],
  ])('a dominant hand of %j is %s', (value, dominantHand, tellings) => {
    const booking = read({ dominant_hand: value });
    expect([booking.dominantHand, booking.told.length]).toEqual([dominantHand, tellings]);
  });

  it('name the credit whatever blanks and capitals they have', () => {
    expect(creditOfToken(read({ token_used: ' shared token\n' }).tokenUsed)).toBe('shared_mock_credits');
    expect(creditOfToken(read({ token_used: 'Admin Override' }).tokenUsed)).toBeNull();
    expect(creditOfToken(read({ token_used: ' ' }).tokenUsed)).toBeNull();
  });

  it('keep the name as it was typed', () => {
    expect(read({ name: ' Ada\nMaria ', booking_id: ' B-1 ', email: ' ada@example.com ' })).toMatchObject({
      name: ' Ada\nMaria ',
      bookingId: 'B-1',
      email: 'ada@example.com',
    });
  });
});

describe('what is rolled up onto a booking', () => {
  it.each(['1790254800000000000', '99999999999999999', '8640000000000001', 'tbd'])(
    'a start of %s is unknown, the rest is not',
    (value) => {
      const booking = read({ ...ROLLED_UP, location: ' ', start_time: value, end_time: '2026-12-04T17:00:00Z' });
      expect(booking.examFacts).toEqual({
        mockType: 'Mini-mock',
        examDate: '2026-12-04',
        location: null,
        startTime: null,
        endTime: '2026-12-04T17:00:00Z',
      });
      expect(booking.told).toEqual([{ type: 'booking', id: '1', property: 'start_time' }]);
    },
  );

  it('is not there without a type and a readable day', () => {
    expect(read({ ...ROLLED_UP, mock_type: ' ' })).toMatchObject({ examFacts: null, told: [] });
    expect(read({ ...ROLLED_UP, exam_date: '' })).toMatchObject({ examFacts: null, told: [] });
    expect(read({ ...ROLLED_UP, exam_date: '99999999999999' }).told).toHaveLength(1);
  });
});

it('a booking whose own dates cannot be read is as old as can be', () => {
  expect(read({}, { createdAt: 'tbd', updatedAt: '8640000000000001' }).updatedAtMs).toBe(0);
});
