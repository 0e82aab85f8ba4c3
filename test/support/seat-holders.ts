import type { Emulator } from '../../src/emulator/emulator.ts';

const BOOKINGS = '2-50158943';
const MOCK_EXAMS = '2-50158913';

/** Ids of an exam's bookings in HubSpot that hold a seat, by what is stored, however late HubSpot shows it. */
export function seatHoldersOf({ account, clock }: Emulator, exam: string): string[] {
  const rows = account.associations.at(MOCK_EXAMS, exam, BOOKINGS, clock.now());
  const ids = [...new Set(rows.map(({ toId }) => toId))];
  return ids.filter((id) => {
    const record = account.records.get(account.objectType(BOOKINGS), id);
    return record && !/^(cancelled|false|0|failed)$/i.test(record.versions.at(-1)?.values['is_active'] ?? '');
  });
}
