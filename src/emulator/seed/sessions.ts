import { Temporal } from 'temporal-polyfill';
import type { Account } from '../account.ts';
import type { StoredRecord } from '../record.ts';
import type { SeededRandom } from './random.ts';

const TIME_ZONE = 'America/Toronto';
const SESSIONS = 60;
const PAST_SESSIONS = 18;
const TYPES = ['Situational Judgment', 'Clinical Skills', 'Mini-mock'] as const;
const LOCATIONS = [
  'Mississauga',
  'Mississauga - B9',
  'Mississauga - Lab D',
  'Calgary',
  'Vancouver',
  'Montreal',
  'Richmond Hill',
  'Online',
];
const START_HOURS = [9, 12, 13, 17];

export interface Session {
  record: StoredRecord;
  type: (typeof TYPES)[number];
  /** `YYYY-MM-DD`. */
  date: string;
  capacity: number;
  past: boolean;
}

/** Sessions from two months ago to three months ahead, of every type, in several places. */
export function seedSessions(account: Account, random: SeededRandom, now: number): Session[] {
  const today = Temporal.Instant.fromEpochMilliseconds(now).toZonedDateTimeISO(TIME_ZONE).toPlainDate();
  return Array.from({ length: SESSIONS }, (_, index) => {
    const past = index < PAST_SESSIONS;
    const offset = past ? -3 * (PAST_SESSIONS - index) : Math.floor((index - PAST_SESSIONS) * 2.2);
    return seedSession(account, random, { index, past, day: today.add({ days: offset }), now });
  });
}

interface Slot {
  index: number;
  past: boolean;
  day: Temporal.PlainDate;
  now: number;
}

function seedSession(account: Account, random: SeededRandom, { index, past, day, now }: Slot): Session {
  const mockExams = account.objectType('2-50158913');
  const type = TYPES[index % TYPES.length] ?? 'Mini-mock';
  const capacity = random.between(13, 30);
  const properties = {
    mock_exam_id: 4001 + index,
    mock_type: type,
    exam_date: day.toString(),
    capacity,
    total_bookings: 0,
    location: random.pick(LOCATIONS),
    address: '2000 Credit Valley Road, Mississauga, ON',
    is_active: activity(index, past),
    ...times(index, day, random),
  };
  const record = account.create(mockExams, properties, now - 90 * 86_400_000 + index * 1000);
  return { record, type, date: day.toString(), capacity, past };
}

/** Past sessions are often left active; a few coming ones are switched off or only scheduled. */
function activity(index: number, past: boolean): string {
  if (past) return index % 3 === 0 ? 'false' : 'true';
  if (index % 17 === 0) return 'false';
  return index % 19 === 0 ? 'scheduled' : 'true';
}

/** Every tenth session lacks its times; every thirteenth was cloned and still carries its model's date. */
function times(index: number, day: Temporal.PlainDate, random: SeededRandom): Record<string, string> {
  if (index % 10 === 9) return {};
  const hour = random.pick(START_HOURS);
  const written = index % 13 === 5 ? day.subtract({ months: 4 }) : day;
  const at = (wallHour: number) =>
    written
      .toZonedDateTime({ timeZone: TIME_ZONE, plainTime: { hour: wallHour } })
      .toInstant()
      .toString();
  return { start_time: at(hour), end_time: at(hour + 3) };
}
