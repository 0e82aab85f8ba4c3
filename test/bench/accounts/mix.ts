import type { AccountBuilder } from '../../support/account-builder.ts';
import type { AccountSize } from './accounts.ts';
import { bookSeats, session, times } from './sessions.ts';

const TYPES = ['Situational Judgment', 'Clinical Skills', 'Mini-mock'];
const SESSIONS_PER_TYPE = 20;
const SEATS_TAKEN = 8;
const CREDITS = { sj_credits: 9, cs_credits: 9, sjmini_credits: 9 };

/** An ordinary day: 60 sessions of three types with free seats, and students who have a few bookings already. */
export function buildMixAccount(account: AccountBuilder, { students }: AccountSize) {
  const others = times(60, () => account.student());
  const sessions = TYPES.flatMap((type, offset) =>
    times(SESSIONS_PER_TYPE, (index) =>
      session(account, { type, capacity: 30, daysAhead: 3 + index * 3 + offset, taken: SEATS_TAKEN }),
    ),
  );
  const taken = sessions.flatMap(({ id }) =>
    bookSeats(account, id, others, SEATS_TAKEN).map((booking) => ({ booking, exam: id })),
  );
  const past = times(10, (index) => session(account, { capacity: 100, daysAhead: -3 - index }));
  const online = times(students, () => {
    const student = account.student(CREDITS);
    account.enrollment(student);
    for (const { id } of past.slice(0, 5)) bookSeats(account, id, [student], 1);
    return student;
  });
  return { sessions, taken, students: online };
}
