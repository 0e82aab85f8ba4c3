import type { AccountBuilder } from '../../support/account-builder.ts';
import { bookSeats, session, times } from './sessions.ts';

/** Sessions on offer, as the contract measures. */
const SESSIONS = 20;
const BOOKINGS_EACH = 15;
/** Deliveries of 100 events, each about 20 sessions of its own, so that none is known from the one before. */
const WEBHOOK_GROUPS = 8;
const EVENTS_EACH = 5;

/** 20 sessions with 15 bookings each and wrong counts; students with 50 and 500 bookings; sessions for webhooks. */
export function buildReadsAccount(account: AccountBuilder) {
  const others = times(60, () => account.student());
  const sessions = times(SESSIONS, (index) => {
    const made = session(account, { capacity: 20, daysAhead: 3 + index });
    bookSeats(account, made.id, others, BOOKINGS_EACH);
    return made;
  });
  const past = times(50, (index) =>
    session(account, { capacity: 500, daysAhead: -3 - index, properties: { is_active: 'false' } }),
  );
  return {
    sessions,
    fifty: studentWithBookings(account, past, 50),
    fiveHundred: studentWithBookings(account, past, 500),
    webhookGroups: times(WEBHOOK_GROUPS, () => webhookGroup(account, others)),
  };
}

type Sessions = readonly { id: string }[];

function studentWithBookings(account: AccountBuilder, past: Sessions, count: number) {
  const student = account.student();
  account.enrollment(student);
  const bookings = times(count, (index) => bookSeats(account, past[index % past.length]?.id ?? '', [student], 1)[0]);
  return { student, booking: bookings[0] ?? '' };
}

/** 20 sessions that are not on offer yet, with the bookings that the events are about. */
function webhookGroup(account: AccountBuilder, others: Parameters<typeof bookSeats>[2]) {
  const exams = times(SESSIONS, (index) =>
    session(account, { capacity: 20, daysAhead: 40 + index, properties: { is_active: 'scheduled' } }),
  );
  const bookings = exams.flatMap(({ id }) => bookSeats(account, id, others, BOOKINGS_EACH).slice(0, EVENTS_EACH));
  return { exams: exams.map(({ id }) => id), bookings };
}
