import type { Account } from '../account.ts';
import type { SeededRandom } from './random.ts';
import type { Session } from './sessions.ts';
import type { Student } from './students.ts';

const BOOKINGS = 1500;
const BUSY_STUDENT_BOOKINGS = 500;
const FULL_SESSIONS = 6;
const DRIFTING_SESSIONS = 5;
const DAY_MS = 86_400_000;

/** Writes bookings one by one and keeps count of the seats they take. */
class BookingSeeder {
  readonly #account: Account;
  readonly #random: SeededRandom;
  readonly #now: number;
  readonly #seats = new Map<Session, number>();
  readonly #active = new Set<string>();
  written = 0;

  constructor(account: Account, random: SeededRandom, now: number) {
    this.#account = account;
    this.#random = random;
    this.#now = now;
  }

  seatsTaken(session: Session): number {
    return this.#seats.get(session) ?? 0;
  }

  /** A student holds one seat per day and type: whatever would break that, or a full session, is booked as cancelled. */
  book(student: Student, session: Session, wish: 'Active' | 'Cancelled'): void {
    const slot = `${student.studentId} ${session.date} ${session.type}`;
    const free = this.seatsTaken(session) < session.capacity && !this.#active.has(slot);
    const seated = wish === 'Active' && free;
    if (seated) {
      this.#active.add(slot);
      this.#seats.set(session, this.seatsTaken(session) + 1);
    }
    const status = seated ? this.#seatedStatus(session) : this.#random.chance(0.1) ? 'cancelled' : 'Cancelled';
    this.#write(student, session, status);
  }

  #seatedStatus({ past }: Session): string | undefined {
    if (past) return this.#random.chance(0.85) ? 'Completed' : 'Active';
    if (this.#random.chance(0.03)) return undefined;
    return this.#random.chance(0.03) ? 'active' : 'Active';
  }

  #write(student: Student, session: Session, status: string | undefined): void {
    const account = this.#account;
    const createdAt = this.#now - this.#random.between(2, 60) * DAY_MS - this.#random.between(0, DAY_MS);
    const clinical = session.type === 'Clinical Skills';
    const record = account.create(
      account.objectType('2-50158943'),
      {
        booking_id: this.#bookingId(student, session),
        name: student.name,
        email: student.email,
        is_active: status ?? null,
        token_used: this.#random.chance(0.15) ? 'Shared Token' : `${session.type} Token`,
        dominant_hand: clinical ? String(this.#random.chance(0.85)) : null,
        attending_location: clinical ? null : this.#random.pick(['Mississauga', 'Calgary', 'Vancouver', 'Online']),
      },
      createdAt,
    );
    this.written += 1;
    this.#associate(record.id, '0-1', student.record.id, createdAt);
    this.#associate(record.id, '2-50158913', session.record.id, createdAt);
  }

  /** Every third pair carries a labelled association besides the unlabelled one. */
  #associate(bookingId: string, toType: string, toId: string, at: number): void {
    const { portal, associations } = this.#account;
    const types = portal.associationTypes.filter(({ from, to }) => from === '2-50158943' && to === toType);
    const labelled = this.written % 3 === 0;
    for (const type of types) if (type.label === null || labelled) associations.add(type, bookingId, toId, at);
  }

  /** The three formats that the account's history has left behind. */
  #bookingId({ name, studentId }: Student, { type, date }: Session): string {
    const long = new Date(date).toLocaleDateString('en-US', { timeZone: 'UTC', dateStyle: 'long' });
    const formats = [
      `${type}-${name.replaceAll("'", '&#x27;')} - ${date}`,
      `${type}-${name} - ${long}`,
      `${type}-${studentId}-${long}`,
    ];
    return formats[this.written % 3] ?? '';
  }
}

/** Bookings of every kind: full sessions, cancelled and completed ones, one student with 500, counts that drifted. */
export function seedBookings(
  account: Account,
  random: SeededRandom,
  { sessions, students, now }: { sessions: readonly Session[]; students: readonly Student[]; now: number },
): void {
  const seeder = new BookingSeeder(account, random, now);
  const [first, busy, ...others] = students;
  if (!first || !busy) throw new Error('no students to book for');
  for (let count = 0; count < BUSY_STUDENT_BOOKINGS; count += 1) {
    seeder.book(busy, random.pick(sessions), random.chance(0.05) ? 'Active' : 'Cancelled');
  }
  for (const session of sessions.filter((_, index) => index % 9 === 0)) seeder.book(first, session, 'Active');
  const coming = sessions.filter(({ past }) => !past);
  for (const session of coming.slice(2, 2 + FULL_SESSIONS)) {
    while (seeder.seatsTaken(session) < session.capacity) seeder.book(random.pick(others), session, 'Active');
  }
  while (seeder.written < BOOKINGS) {
    seeder.book(random.pick(others), random.pick(sessions), random.chance(0.85) ? 'Active' : 'Cancelled');
  }
  for (const [index, session] of sessions.entries()) {
    const drift = !session.past && index % 8 === 0 && index / 8 < DRIFTING_SESSIONS + 3 ? 2 : 0;
    const shown = Math.max(0, seeder.seatsTaken(session) - drift);
    account.update(session.record, { total_bookings: shown }, now - DAY_MS);
  }
}
