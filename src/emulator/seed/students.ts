import type { Account } from '../account.ts';
import type { StoredRecord } from '../record.ts';
import type { SeededRandom } from './random.ts';

const STUDENTS = 400;
const FIRST_STUDENT_ID = 1_599_999;

const FIRST_NAMES =
  'Maya Liam Aisha Noah Priya Omar Chloé Daniel Fatima Lucas Hannah Ravi Sofia Ethan Zainab Mateo Grace Yusuf Elena Arjun Mei Samuel Ines Kwame'.split(
    ' ',
  );
const LAST_NAMES =
  "O'Brien Singh Tremblay D'Souza Nguyen Okafor Patel Kowalski N'Diaye García Chen Haddad MacDonald Ferreira Ali Lévesque Sharma Novak Osei Park".split(
    ' ',
  );

export interface Student {
  record: StoredRecord;
  studentId: string;
  name: string;
  email: string;
}

/**
 * Students with credits. The first is the one to try things with; names repeat after a while, so that namesakes exist.
 */
export function seedStudents(account: Account, random: SeededRandom, now: number): Student[] {
  const contacts = account.objectType('0-1');
  const enrollments = account.objectType('2-41701559');
  return Array.from({ length: STUDENTS }, (_, index) => {
    const firstname = FIRST_NAMES[index % FIRST_NAMES.length] ?? 'Maya';
    const lastname = LAST_NAMES[Math.floor(index / 2) % LAST_NAMES.length] ?? 'Singh';
    const studentId = String(FIRST_STUDENT_ID + index);
    const email = index === 0 ? 'maya.obrien@example.com' : emailOf(firstname, lastname, index);
    const createdAt = now - 200 * 86_400_000 + index * 60_000;
    const properties = { email, student_id: studentId, firstname, lastname, ...credits(index, random) };
    const record = account.create(contacts, properties, createdAt);
    account.create(enrollments, enrollmentOf(record.id, index), createdAt);
    return { record, studentId, name: `${firstname} ${lastname}`, email };
  });
}

function emailOf(firstname: string, lastname: string, index: number): string {
  const plain = `${firstname}.${lastname}`.normalize('NFD').replaceAll(/[^\w.]/g, '');
  return `${plain}.${index}@example.com`.toLowerCase();
}

/** Most have a few credits, every ninth none; unset and zero both occur. */
function credits(index: number, random: SeededRandom): Record<string, number> {
  if (index === 0) return { sj_credits: 3, cs_credits: 2, sjmini_credits: 1, shared_mock_credits: 2 };
  if (index % 9 === 0) return index % 2 === 0 ? {} : { sj_credits: 0, cs_credits: 0, shared_mock_credits: 0 };
  return {
    sj_credits: random.between(0, 4),
    cs_credits: random.between(0, 4),
    sjmini_credits: random.between(0, 2),
    shared_mock_credits: random.between(0, 3),
  };
}

function enrollmentOf(contactId: string, index: number): Record<string, string> {
  return {
    enrollment_id: `ENR-${2001 + index}`,
    course_id: `NDECC-${2 + (index % 3)}`,
    enrollment_status: index % 5 === 4 ? 'Completed' : 'Registered',
    contact_record_id: contactId,
  };
}
