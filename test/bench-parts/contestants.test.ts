import { describe, expect, it } from 'vitest';
import { Emulator } from '../../src/emulator/emulator.ts';
import type { SettingsPatch } from '../../src/emulator/settings.ts';
import { buildReadsAccount } from '../bench/accounts/reads.ts';
import { MOCK_TYPE, type SessionFacts } from '../bench/accounts/sessions.ts';
import { buildWritesAccount } from '../bench/accounts/writes.ts';
import type { Operations } from '../bench/contestants/operations.ts';
import { naiveOperations } from '../bench/naive/operations.ts';
import { officialOperations } from '../bench/official/operations.ts';
import { AccountBuilder, type TestStudent } from '../support/account-builder.ts';
import { HUBSPOT_URL } from '../support/hubspot-client.ts';
import { serveInProcess } from '../support/wire.ts';

/** Accounts of thousands of records are put up: on a busy machine that takes seconds. */
const SLOW = { timeout: 30_000 };
const NO_LIMITS = { limits: { per10Seconds: null, associationsPer10Seconds: null, searchPerSecond: null } };

/** An account in an emulator that answers at once, and one of the two APIs that this one is compared with over it. */
function put<D>(
  build: (account: AccountBuilder) => D,
  connect: (hubspotUrl: string) => Operations,
  settings: SettingsPatch = {},
) {
  const emulator = new Emulator({ settings: { ...NO_LIMITS, ...settings } });
  const account = new AccountBuilder(emulator);
  const data = build(account);
  serveInProcess(emulator);
  const cost = async (work: (operations: Operations) => Promise<unknown>) => {
    emulator.log.clear();
    const answer = await work(connect(HUBSPOT_URL));
    return { answer, calls: emulator.log.calls.length };
  };
  const drift = (exams: readonly string[]) => {
    for (const id of exams) account.change('mock_exams', id, { total_bookings: 99 });
  };
  return { account, data, cost, drift };
}

const NO_ROLLUPS = { lag: { rollupMs: 1e12 } };
const login = ({ studentId, email }: TestStudent) => ({ student_id: studentId, email });
const wish = (student: TestStudent, { id, date, type }: SessionFacts) => ({
  ...login(student),
  mock_exam_id: id,
  contact_id: student.id,
  name: 'Ada',
  mock_type: type,
  exam_date: date,
});
const sessionIds = ({ sessions }: { sessions: readonly SessionFacts[] }) => sessions.map(({ id }) => id);
const writes = (account: AccountBuilder) => buildWritesAccount(account, { students: 1, seats: 0 });

describe('the naive API makes exactly the calls that were measured on the one this project replaces', SLOW, () => {
  it('54 for a list of 50 whose rollups are empty, 3 when they are filled', async () => {
    const empty = put(buildReadsAccount, naiveOperations, NO_ROLLUPS);
    const list = async (operations: Operations) => operations.listBookings(login(empty.data.fifty.student));
    expect(await empty.cost(list)).toMatchObject({ calls: 54, answer: { pagination: { total: 50 } } });
    const filled = put(buildReadsAccount, naiveOperations);
    expect(await filled.cost(list)).toMatchObject({ calls: 3, answer: { pagination: { total: 50 } } });
  });

  it('sees no more than the first 100 of 500 bookings', async () => {
    const { data, cost } = put(buildReadsAccount, naiveOperations);
    const list = cost(async (operations) => operations.listBookings(login(data.fiveHundred.student)));
    expect(await list).toMatchObject({ answer: { pagination: { total: 100 } } });
  });

  it('61 for 20 sessions in real time, 1 without', async () => {
    const { data, cost, drift } = put(buildReadsAccount, naiveOperations);
    drift(sessionIds(data));
    expect((await cost(async (operations) => operations.availableExams(MOCK_TYPE, false))).calls).toBe(1);
    const realtime = await cost(async (operations) => operations.availableExams(MOCK_TYPE, true));
    expect(realtime.calls).toBe(61);
    expect(realtime.answer).toHaveLength(20);
    expect(realtime.answer).toEqual(expect.arrayContaining([expect.objectContaining({ total_bookings: 15 })]));
  });

  it('81 for a sync of 20 sessions', async () => {
    const { account, data, cost, drift } = put(buildReadsAccount, naiveOperations);
    drift(sessionIds(data));
    expect((await cost(async (operations) => operations.syncCapacity())).calls).toBe(81);
    expect(account.values('mock_exams', data.sessions[19]?.id ?? '')['total_bookings']).toBe('15');
  });

  it('160 for a webhook of 100 events on 20 sessions', async () => {
    const { data, cost } = put(buildReadsAccount, naiveOperations);
    const events = (data.webhookGroups[0]?.bookings ?? []).map((id) => ({ objectId: Number(id) }));
    expect(events).toHaveLength(100);
    const delivered = await cost(async (operations) => operations.bookingEvents(events));
    expect(delivered).toMatchObject({ calls: 160, answer: { updatedExams: 20 } });
  });

  it('2 to validate credits, 9 to book, 8 to cancel', async () => {
    const { account, data, cost } = put(writes, naiveOperations);
    const [student, holder] = [data.newcomers[0], data.holders[0]];
    if (!student || !holder) throw new Error('no students');
    const credits = await cost(async (operations) => operations.validateCredits(login(student), MOCK_TYPE));
    expect(credits).toMatchObject({ calls: 2, answer: { eligible: true, contact_id: student.id } });
    expect((await cost(async (operations) => operations.createBooking(wish(student, data.open)))).calls).toBe(9);
    expect(account.values('contacts', student.id)['sj_credits']).toBe('0');
    const cancelling = cost(async (operations) => operations.cancelBooking(login(holder.student), holder.booking));
    expect((await cancelling).calls).toBe(8);
    expect(account.values('bookings', holder.booking)['is_active']).toBe('Cancelled');
  });
});

describe('the API over the official client answers right, in as few calls as its batches allow', SLOW, () => {
  it('lists, counts, syncs and takes events', async () => {
    const { data, cost, drift } = put(buildReadsAccount, officialOperations, NO_ROLLUPS);
    const list = (student: TestStudent) => async (operations: Operations) => operations.listBookings(login(student));
    expect(await cost(list(data.fifty.student))).toMatchObject({ calls: 5, answer: { pagination: { total: 50 } } });
    expect(await cost(list(data.fiveHundred.student))).toMatchObject({ answer: { pagination: { total: 500 } } });
    drift(sessionIds(data));
    const realtime = await cost(async (operations) => operations.availableExams(MOCK_TYPE, true));
    expect(realtime.calls).toBe(6);
    expect(realtime.answer).toEqual(expect.arrayContaining([expect.objectContaining({ total_bookings: 15 })]));
    const events = (data.webhookGroups[0]?.bookings ?? []).map((id) => ({ objectId: Number(id) }));
    const delivered = await cost(async (operations) => operations.bookingEvents(events));
    expect(delivered).toMatchObject({ calls: 7, answer: { updatedExams: 20 } });
  });

  it('books and cancels', async () => {
    const { account, data, cost } = put(writes, officialOperations);
    const [student, holder] = [data.newcomers[0], data.holders[0]];
    if (!student || !holder) throw new Error('no students');
    await cost(async (operations) => operations.createBooking(wish(student, data.open)));
    expect(account.values('contacts', student.id)['sj_credits']).toBe('0');
    await cost(async (operations) => operations.cancelBooking(login(holder.student), holder.booking));
    expect(account.values('bookings', holder.booking)['is_active']).toBe('Cancelled');
    expect(account.values('contacts', holder.student.id)['sj_credits']).toBe('2');
  });
});
