import type { SoakStudent } from './soak-people.ts';
import type { Stage } from './soak-stage.ts';

const CONTACTS = '0-1';
const BOOKINGS = '2-50158943';

/** What happened to one student, line by line in time order: for whoever asks why their credits are wrong. */
export function tellStory({ emulator, account, apis }: Stage, { student, answers }: SoakStudent): string[] {
  const moments: [at: number, what: string][] = [];
  const { records, associations } = emulator.account;
  const now = emulator.clock.now();
  const historyOf = (type: string, id: string, property: string) =>
    records.get(emulator.account.objectType(type), id)?.history.until(property, now) ?? [];
  for (const { at, value, source } of historyOf(CONTACTS, student.id, 'sj_credits')) {
    moments.push([at, `credits are ${value}, by ${source.sourceType}`]);
  }
  const linked = associations.at(CONTACTS, student.id, BOOKINGS, now).map(({ toId }) => toId);
  const told = answers.map(({ answer }) => String(answer.body?.data?.booking_record_id ?? ''));
  const bookings = new Set([...linked, ...told].filter((id) => id !== ''));
  for (const id of bookings) {
    for (const { at, value } of historyOf(BOOKINGS, id, 'is_active')) moments.push([at, `booking ${id} is ${value}`]);
    const isThere = records.get(emulator.account.objectType(BOOKINGS), id)?.archivedAt === undefined;
    if (!isThere) moments.push([now, `booking ${id} is archived`]);
  }
  for (const { action, answer } of answers) {
    if (action !== 'book' && action !== 'cancel' && action !== 'webhook') continue;
    const { sentAt, receivedAt, status, body } = answer;
    const facts = JSON.stringify(body?.data ?? body?.code ?? null);
    moments.push([sentAt, `${action} (until ${time(receivedAt)}) ${status} ${facts}`]);
  }
  for (const line of apis.flatMap(({ lines }) => lines)) {
    if (!line.startsWith('{') || ![student.id, ...bookings].some((id) => line.includes(`"${id}"`))) continue;
    moments.push([Date.parse((JSON.parse(line) as { time: string }).time), line]);
  }
  const sorted = moments.toSorted(([a], [b]) => a - b);
  return [`contact ${account.values('contacts', student.id)['sj_credits']} credits`, ...sorted.map(line)];
}

function time(at: number): string {
  return new Date(at).toISOString().slice(11, 23);
}

function line([at, what]: [number, string]): string {
  return `${time(at)} ${what}`;
}
