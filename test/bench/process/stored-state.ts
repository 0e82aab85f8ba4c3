import type { Emulator } from '../../../src/emulator/emulator.ts';
import { currentValues } from '../../../src/emulator/record.ts';
import type { StoredState } from './messages.ts';

const CONTACTS = '0-1';
const BOOKINGS = '2-50158943';
const MOCK_EXAMS = '2-50158913';

/** Looks into the emulator's store, past its lags: what is true of seats and credits in the end. */
export function storedState(
  { account, clock }: Emulator,
  { exams, contacts }: { exams: readonly string[]; contacts: readonly string[] },
): StoredState {
  const valuesOf = (type: string, id: string) => {
    const record = account.records.get(account.objectType(type), id);
    return record && currentValues(record);
  };
  const holdsSeat = (id: string) => {
    const values = valuesOf(BOOKINGS, id);
    return values !== undefined && !/^(cancelled|false|0|failed)$/i.test(values['is_active'] ?? '');
  };
  const seatsOf = (exam: string) => {
    const rows = account.associations.at(MOCK_EXAMS, exam, BOOKINGS, clock.now());
    return [...new Set(rows.map(({ toId }) => toId))].filter(holdsSeat).length;
  };
  return {
    seats: Object.fromEntries(exams.map((id) => [id, seatsOf(id)])),
    credits: Object.fromEntries(contacts.map((id) => [id, Number(valuesOf(CONTACTS, id)?.['sj_credits'] ?? 0)])),
  };
}
