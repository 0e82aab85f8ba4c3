import type { AccountBuilder } from '../../support/account-builder.ts';
import type { AccountSize } from './accounts.ts';
import { bookSeats, session, times } from './sessions.ts';

/** How many bookings a student of the account has who has any. */
const BOOKINGS_EACH = 3;

/** One open session, and as many students of each kind as there are to be bookings and cancellations. */
export function buildWritesAccount(account: AccountBuilder, { students }: AccountSize) {
  const open = session(account, { capacity: 100, daysAhead: 5 });
  const held = session(account, { capacity: 100, daysAhead: 6, taken: students });
  const past = times(BOOKINGS_EACH, (index) => session(account, { capacity: 100, daysAhead: -3 - index }));
  const newcomers = times(students, () => account.student());
  const regulars = times(students, () => {
    const student = account.student();
    for (const { id } of past) bookSeats(account, id, [student], 1);
    return student;
  });
  const holders = times(students, () => {
    const student = account.student();
    return { student, booking: bookSeats(account, held.id, [student], 1)[0] ?? '' };
  });
  return { open, held, newcomers, regulars, holders };
}
