import { once } from 'node:events';
import { afterEach, describe, expect, it } from 'vitest';
import { Emulator } from '../../src/emulator/emulator.ts';
import { serveEmulator } from '../../src/emulator/server.ts';
import { AccountBuilder, type TestStudent } from '../support/account-builder.ts';
import { bookingBody, BOOKINGS, CONTACTS } from '../support/booking.ts';
import { startProcess } from '../support/start-process.ts';

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

/** The API in a process of its own over a HubSpot in this one, which lives on. */
async function start(env: Record<string, string> = {}) {
  const emulator = new Emulator();
  const server = await serveEmulator(emulator);
  closing.push(async () => server.close());
  const account = new AccountBuilder(emulator);
  const student = account.student({ sj_credits: 3 });
  const exam = account.exam({ date: '2099-12-10' });
  const { child, lines, find } = await startProcess({
    PORT: '0',
    HS_PRIVATE_APP_TOKEN: 'pat-test',
    HUBSPOT_BASE_URL: server.url,
    CONSISTENCY_LAG_MS: '0',
    LOG_LEVEL: 'info',
    ...env,
  });
  const url = /http:\/\/localhost:\d+/.exec(await find(/^API on/))?.[0] ?? '';
  const book = async () => sendBooking(url, student, exam);
  return { emulator, account, student, exam, child, lines, book };
}

async function sendBooking(url: string, student: TestStudent, exam: string): Promise<Response> {
  const body = JSON.stringify(bookingBody(student, { exam, date: '2099-12-10' }));
  return fetch(`${url}/api/bookings/create`, { method: 'POST', body });
}

const errorsIn = (lines: readonly string[]) => lines.filter((line) => line.includes('"level":"error"'));

describe('SIGTERM', () => {
  it('right after a booking: count and note are written before the process ends', async () => {
    const { emulator, account, exam, child, lines, book } = await start();
    expect((await book()).status).toBe(201);
    child.kill('SIGTERM');
    expect(await once(child, 'exit')).toEqual([0, null]);
    expect(account.values('mock_exams', exam)['total_bookings']).toBe('1');
    const { account: stored } = emulator;
    expect(stored.records.all(stored.objectType('notes'))).toHaveLength(1);
    expect(errorsIn(lines)).toEqual([]);
  }, 30_000);

  it('during a booking: it is answered, and what is owed is finished', async () => {
    const { emulator, account, student, child, lines, book } = await start();
    emulator.faults.add({ fault: { kind: 'slow', beforeMs: 700 }, operation: 'objects.create', objectType: BOOKINGS });
    emulator.faults.add({ fault: { kind: 'html', status: 504 }, operation: 'objects.update', objectType: CONTACTS });
    const answer = book();
    await new Promise((resolve) => {
      setTimeout(resolve, 300);
    });
    child.kill('SIGTERM');
    expect((await answer).status).toBe(201);
    expect(await once(child, 'exit')).toEqual([0, null]);
    expect(account.values('contacts', student.id)['sj_credits']).toBe('2');
    expect(errorsIn(lines)).toEqual([]);
  }, 30_000);

  it('while HubSpot answers nothing: one line names what is left, within the grace', async () => {
    const { emulator, student, exam, child, lines, book } = await start({
      SHUTDOWN_GRACE_MS: '1500',
      STUDENT_DEADLINE_MS: '500',
    });
    emulator.faults.add({ fault: { kind: 'hang' }, operation: 'objects.update', objectType: CONTACTS, times: 99 });
    expect((await book()).status).toBe(201);
    child.kill('SIGTERM');
    expect(await once(child, 'exit')).toEqual([0, null]);
    const left = errorsIn(lines).filter((line) => line.includes('stopped before everything was finished'));
    const named = expect.stringMatching(
      new RegExp(`^booking: bookingId \\d+, contactId ${student.id}, examId ${exam}$`),
    );
    expect(left.map((line) => (JSON.parse(line) as { debts: unknown }).debts)).toEqual([[named]]);
  }, 30_000);
});
