import type { AccountBuilder } from '../../support/account-builder.ts';
import type { AccountSize } from './accounts.ts';
import { bookSeats, session, times } from './sessions.ts';

/** HubSpot's account allows sessions of up to this many seats. */
const MOST_SEATS = 100;
/** Sessions of the same type that are full already: students see them, too. */
const FULL_SESSIONS = 15;
const FULL_SEATS = 15;

/**
 * Students with one credit each, the sessions that open with `seats` in all, others of the type that are full, and a
 * spare student to warm a process up with.
 */
export function buildRushAccount(account: AccountBuilder, { students, seats }: AccountSize) {
  const openCount = Math.max(1, Math.ceil(students / MOST_SEATS));
  const others = times(60, () => account.student());
  const full = times(FULL_SESSIONS, (index) => {
    const made = session(account, { capacity: FULL_SEATS, daysAhead: 20 + index, taken: FULL_SEATS });
    bookSeats(account, made.id, others, FULL_SEATS);
    return made;
  });
  const open = times(openCount, (index) =>
    session(account, { capacity: Math.ceil(seats / openCount), daysAhead: 5 + index }),
  );
  const rushing = times(students, () => {
    const student = account.student({ sj_credits: 1 });
    account.enrollment(student);
    return student;
  });
  return { open, full, students: rushing, spare: account.student() };
}
