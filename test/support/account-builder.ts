import type { StoredRecord } from '../../src/emulator/record.ts';
import type { EmulatorSettings } from '../../src/emulator/settings.ts';
import type { Emulator } from '../../src/emulator/emulator.ts';

const CONTACTS = '0-1';
const BOOKINGS = '2-50158943';
const MOCK_EXAMS = '2-50158913';
const TYPES = { contacts: CONTACTS, bookings: BOOKINGS, mock_exams: MOCK_EXAMS };
type TypeName = keyof typeof TYPES;
const ENROLLMENTS = '2-41701559';

export interface TestStudent {
  id: string;
  studentId: string;
  email: string;
}

export interface ExamFacts {
  type?: string;
  /** `YYYY-MM-DD` */
  date?: string;
  capacity?: number | null;
  properties?: Record<string, string | number | null>;
}

export interface BookingFacts {
  student: TestStudent;
  exam?: string;
  isActive?: string | null;
  /** How often the pair is associated: 2 adds a labelled association, as real pairs often have. */
  links?: 1 | 2;
  properties?: Record<string, string | null>;
}

/** Puts records into an emulator as an administrator would, without a call, long enough ago for no lag to hide them. */
export class AccountBuilder {
  readonly #emulator: Emulator;
  #count = 0;

  constructor(emulator: Emulator) {
    this.#emulator = emulator;
  }

  get #longAgo(): number {
    return this.#emulator.clock.now() - 60_000;
  }

  /** All that were made. */
  readonly students: TestStudent[] = [];

  student(properties: Record<string, string | number> = {}): TestStudent {
    const number = 1_700_000 + (this.#count += 1);
    const all = {
      student_id: number,
      email: `student${number}@example.com`,
      firstname: 'Ada',
      lastname: "O'Neil",
      sj_credits: 1,
      ...properties,
    };
    const { account } = this.#emulator;
    const record = account.create(account.objectType(CONTACTS), all, this.#longAgo);
    const student = { id: record.id, studentId: String(all.student_id), email: all.email.toLowerCase() };
    this.students.push(student);
    return student;
  }

  exam({ type = 'Situational Judgment', date = '2026-12-10', capacity = 20, properties = {} }: ExamFacts = {}): string {
    const all = {
      mock_exam_id: (this.#count += 1),
      mock_type: type,
      exam_date: date,
      start_time: `${date}T14:00:00Z`,
      end_time: `${date}T17:00:00Z`,
      capacity,
      total_bookings: 0,
      location: 'Calgary',
      is_active: 'true',
      ...properties,
    };
    const { account } = this.#emulator;
    return account.create(account.objectType(MOCK_EXAMS), all, this.#longAgo).id;
  }

  booking({ student, exam, isActive = 'Active', links = 1, properties = {} }: BookingFacts): string {
    const { account } = this.#emulator;
    const number = (this.#count += 1);
    const all = {
      booking_id: `booking ${number}`,
      name: 'Ada',
      email: student.email,
      is_active: isActive,
      ...properties,
    };
    const record = account.create(account.objectType(BOOKINGS), all, this.#longAgo);
    this.associate(BOOKINGS, record.id, CONTACTS, student.id, links);
    if (exam) this.associate(BOOKINGS, record.id, MOCK_EXAMS, exam, links);
    return record.id;
  }

  enrollment(student: TestStudent, properties: Record<string, string> = {}): string {
    const { account } = this.#emulator;
    const all = {
      enrollment_id: 'ENR-1',
      course_id: 'C-1',
      enrollment_status: 'Registered',
      contact_record_id: student.id,
      ...properties,
    };
    return account.create(account.objectType(ENROLLMENTS), all, this.#longAgo).id;
  }

  associate(from: string, fromId: string, to: string, toId: string, links = 1): void {
    const { associations, portal } = this.#emulator.account;
    const types = portal.associationTypes.filter((type) => type.from === from && type.to === to);
    for (const type of types.slice(0, links)) associations.add(type, fromId, toId, this.#longAgo);
  }

  /** Ties a booking to another contact or exam than before, as somebody in HubSpot's own pages would, now. */
  move(booking: string, side: 'contacts' | 'mock_exams', from: string, to: string): void {
    const { account, clock } = this.#emulator;
    const { associations, portal } = account;
    const typeId = { contacts: CONTACTS, mock_exams: MOCK_EXAMS }[side];
    associations.remove([BOOKINGS, booking], [typeId, from], clock.now());
    const type = portal.associationTypes.find((each) => each.from === BOOKINGS && each.to === typeId && !each.label);
    if (!type) throw new Error('there is no such association');
    associations.add(type, booking, to, clock.now());
  }

  /** Changes a record as somebody in HubSpot's own pages would, now. */
  change(type: TypeName, id: string, properties: Record<string, string | number>): void {
    this.#emulator.account.update(this.#record(type, id), properties, this.#emulator.clock.now());
  }

  /** Archives a record as somebody in HubSpot's own pages would, now. */
  archive(type: TypeName, id: string): void {
    this.#emulator.account.archive(this.#record(type, id), this.#emulator.clock.now());
  }

  /** Stores values as HubSpot has been seen to send them, though it would refuse them if they were written today. */
  plant(type: TypeName, id: string, values: Record<string, string>): void {
    this.#emulator.account.plant(this.#record(type, id), values, this.#longAgo);
  }

  /** Merges two records as somebody in HubSpot's own pages would, now. Returns the survivor's id. */
  merge(type: TypeName, [primary, other]: [string, string], survivorId?: EmulatorSettings['survivorId']): string {
    const { account, clock } = this.#emulator;
    return account.merge(this.#record(type, primary), this.#record(type, other), clock.now(), survivorId).id;
  }

  #record(type: TypeName, id: string): StoredRecord {
    const { account } = this.#emulator;
    const record = account.records.get(account.objectType(TYPES[type]), id);
    if (!record) throw new Error(`there is no ${type} ${id}`);
    return record;
  }

  /** Property values of every record that is not archived, oldest first. */
  all(type: TypeName): Readonly<Record<string, string>>[] {
    const { account } = this.#emulator;
    const objectType = account.objectType(TYPES[type]);
    const live = account.records.all(objectType).filter(({ archivedAt }) => archivedAt === undefined);
    return live.map(({ versions }) => versions.at(-1)?.values ?? {});
  }

  /** Current property values of a record, rollups left aside. */
  values(type: TypeName, id: string): Readonly<Record<string, string>> {
    const { account } = this.#emulator;
    const objectType = account.objectType(TYPES[type]);
    return account.records.get(objectType, id)?.versions.at(-1)?.values ?? {};
  }
}
