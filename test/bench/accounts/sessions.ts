import type { AccountBuilder, TestStudent } from '../../support/account-builder.ts';

const DAY_MS = 86_400_000;

/** The only type of session that the scenarios book. */
export const MOCK_TYPE = 'Situational Judgment';

/** `YYYY-MM-DD`, `days` from today; by UTC, so that a few days' distance is needed to be sure of the side. */
function dayFromToday(days: number): string {
  return new Date(Date.now() + days * DAY_MS).toISOString().slice(0, 10);
}

/** A session as a student sees it. */
export interface SessionFacts {
  id: string;
  /** `YYYY-MM-DD` */
  date: string;
  type: string;
  capacity: number;
}

export interface SessionWish {
  capacity: number;
  daysAhead: number;
  type?: string;
  /** Seats that are going to be booked, as the stored count has it. */
  taken?: number;
  properties?: Record<string, string | number>;
}

/** Puts up a session. */
export function session(account: AccountBuilder, wish: SessionWish): SessionFacts {
  const { capacity, daysAhead, type = MOCK_TYPE, taken = 0, properties = {} } = wish;
  const date = dayFromToday(daysAhead);
  return {
    id: account.exam({ type, date, capacity, properties: { total_bookings: taken, ...properties } }),
    date,
    type,
    capacity,
  };
}

/** Books `count` seats of a session, in turn for each of the students. */
export function bookSeats(
  account: AccountBuilder,
  exam: string,
  students: readonly TestStudent[],
  count: number,
): string[] {
  return Array.from({ length: count }, (_, index) => {
    const student = students[index % students.length];
    if (!student) throw new Error('no students to book for');
    return account.booking({ student, exam, properties: { token_used: `${MOCK_TYPE} Token` } });
  });
}

export function times<T>(count: number, make: (index: number) => T): T[] {
  return Array.from({ length: count }, (_, index) => make(index));
}
