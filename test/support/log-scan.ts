import { deepEqual } from 'node:assert/strict';
import { afterEach } from 'vitest';

/** Whatever may log in a test: its lines, and the people of whom they must not tell. */
interface Scanned {
  lines: readonly string[];
  account: { students: readonly { studentId: string; email: string }[] };
}

const scanned = new Set<Scanned>();

/** What tests send and no log may hold: a name, tokens and secrets. */
const SECRETS = ["Ada O'Neil", 'pat-test-token', 'app-client-secret', 'cron-secret', 'watch-me', '@example.com'];

/** Has the log of an instance searched for persons and secrets when the test is over. */
export function scanLog(instance: Scanned): void {
  scanned.add(instance);
}

afterEach(() => {
  for (const { lines, account } of scanned) {
    const text = lines.join('\n');
    const numbers = new Set(text.match(/\d{5,}/g));
    const told = [
      ...SECRETS.filter((secret) => text.includes(secret)),
      ...account.students.flatMap(({ studentId, email }) => [
        ...(numbers.has(studentId) ? [studentId] : []),
        ...(text.includes(email) ? [email] : []),
      ]),
    ];
    deepEqual(told, [], 'the log tells of persons or secrets');
  }
  scanned.clear();
});
