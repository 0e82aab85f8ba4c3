import { describe, expect, it } from 'vitest';
import {
  bookingDetailsKey,
  bookingExamsKey,
  bookingKey,
  bookingListKey,
  contactByEmailKey,
  contactKey,
  emailOfKey,
  enrollmentKey,
  examBookingIdsKey,
  examKey,
  seatsKey,
  sessionsKey,
} from '../../src/cache/keys.ts';
import { tagsOf } from '../../src/cache/entry.ts';
import { type CacheKind, cachePolicies } from '../../src/cache/policies.ts';
import type { Booking, BookingSeat, BookingWithExam } from '../../src/records/booking.ts';
import type { Contact } from '../../src/records/contact.ts';
import type { Exam } from '../../src/records/exam.ts';
import { TTL_MS } from '../support/cache.ts';

const [SEARCH_MS, ASSOCIATION_MS] = [10_000, 3000];

describe('the table of lifetimes', () => {
  it.each<[CacheKind, boolean, number]>([
    ['exam', true, 0],
    ['sessions', true, SEARCH_MS],
    ['seats', true, ASSOCIATION_MS],
    ['contact', false, 0],
    ['enrollment', false, SEARCH_MS],
    ['booking', false, ASSOCIATION_MS],
    ['association', false, ASSOCIATION_MS],
    ['bookingList', false, ASSOCIATION_MS],
  ])('%s: stale ones served %s, source late by %s ms', (kind, isShared, sourceLagMs) => {
    const stale = isShared ? [30_000, 300_000] : [0, 0];
    const { staleWhileRevalidateMs, staleIfErrorMs, ...rest } = cachePolicies(TTL_MS)[kind];
    expect([staleWhileRevalidateMs, staleIfErrorMs]).toEqual(stale);
    expect(rest).toEqual({ ttlMs: TTL_MS[kind], sourceLagMs });
  });
});

describe('what drops a value', () => {
  const seat: BookingSeat = { id: '3', holdsSeat: true, updatedAtMs: 0, createdAtMs: 0 };
  const listed = [{ booking: { id: '3' }, exam: { id: '2' } }, { booking: { id: '4' } }];

  it.each([
    [tagsOf(examKey('2'), null), ['exam:2']],
    [tagsOf(examKey('2'), { id: '5' } as Exam), ['exam:2', 'exam:5']],
    [tagsOf(sessionsKey('Mini-mock'), []), ['exams']],
    [tagsOf(examBookingIdsKey('2'), ['3']), ['exam:2:bookings']],
    [tagsOf(seatsKey('2'), [seat]), ['exam:2:bookings', 'booking:3']],
    [tagsOf(contactKey('1'), null), ['contact:1']],
    [tagsOf(contactKey('1'), { id: '6' } as Contact), ['contact:1', 'contact:6']],
    [tagsOf(contactByEmailKey('a@example.com'), { contactId: '1' }), ['contact:1']],
    [tagsOf(contactByEmailKey('a@example.com'), null), []],
    [tagsOf(enrollmentKey('1'), { enrollment: null }), ['contact:1', 'enrollments']],
    [tagsOf(bookingKey('3'), null), ['booking:3', 'rollups']],
    [tagsOf(bookingKey('3'), { id: '7' } as Booking), ['booking:3', 'rollups', 'booking:7']],
    [tagsOf(bookingExamsKey('3'), ['2']), ['booking:3:links']],
    [tagsOf(bookingDetailsKey('3'), null), ['booking:3', 'booking:3:links']],
    [
      tagsOf(bookingListKey('1'), listed as BookingWithExam[]),
      ['contact:1:bookings', 'booking-lists', 'booking:3', 'exam:2', 'booking:4'],
    ],
  ])('%j', (tags, expected) => {
    expect(tags).toEqual(expected);
  });
});

describe('the key of an e-mail address', () => {
  it('is told apart from other keys', () => {
    expect(emailOfKey(contactByEmailKey('a@example.com').key)).toBe('a@example.com');
    expect(emailOfKey(contactKey('1').key)).toBeNull();
  });
});
