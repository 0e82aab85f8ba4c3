import type { Reading } from '../cache/entry-store.ts';
import { contactByEmailKey, contactKey, emailOfKey, sessionsKey } from '../cache/keys.ts';
import { dayAt } from '../time/calendar.ts';
import type { Deps } from '../wiring/deps.ts';
import { MOCK_TYPES } from '../contract/fields.ts';
import { isTransient } from '../hubspot/errors.ts';
import { CONTACT_PROPERTIES, toContact } from '../records/contact.ts';
import { readSessions } from '../reads/exams.ts';
import { overlayContact } from '../reads/own-writes.ts';
import { recountSeats } from '../reads/seats.ts';

/** Contacts whose credits are kept warm, those seen last first: five calls' worth. */
const MAX_CONTACTS = 500;
/** Whoever has not been seen for so long need not find anything warm. */
const SEEN_LATELY_MS = 60 * 60_000;

/** What was read anew. */
export interface Warmed {
  /** Sessions by type. */
  sessions: Record<string, number>;
  /** Sessions whose seats were counted; those of which that failed keep what they had. */
  counted: number;
  contacts: number;
}

/**
 * Reads anew what students look at most: the sessions, their seats, and the credits of contacts seen lately.
 * @throws {HubSpotError} when any of it fails, except an outage while seats are counted, or one contact of several, which
 * are logged.
 */
export async function warmCache(deps: Deps): Promise<Warmed> {
  const reading = deps.cache.begin();
  const [sessions, contacts] = await Promise.all([warmSessions(deps, reading), warmContacts(deps, reading)]);
  const examIds = sessions.flatMap(({ examIds: ids }) => ids);
  const counted = await warmSeats(deps, examIds);
  const counts = sessions.map(({ mockType, examIds: ids }) => [mockType, ids.length]);
  return { sessions: Object.fromEntries(counts) as Record<string, number>, counted, contacts };
}

async function warmSessions(deps: Deps, reading: Reading) {
  const today = dayAt(deps.clock.now(), deps.config.timeZone);
  return Promise.all(
    MOCK_TYPES.map(async (mockType) => {
      const exams = await readSessions(deps, mockType);
      reading.keep(sessionsKey(mockType), exams);
      const coming = exams.filter(({ examDate }) => examDate !== null && examDate >= today);
      return { mockType, examIds: coming.map(({ id }) => id) };
    }),
  );
}

async function warmSeats(deps: Deps, examIds: readonly string[]): Promise<number> {
  const { taken, failures } = await recountSeats(deps, examIds);
  for (const [examId, error] of failures) {
    if (!isTransient(error)) throw error;
    deps.log.warn('exam not counted', { examId, reason: error.message });
  }
  return taken.size;
}

/**
 * A login looks for the address first and for the contact then: both are kept.
 * @throws {HubSpotError} when not one of them could be read.
 */
async function warmContacts(deps: Deps, reading: Reading): Promise<number> {
  const addresses = deps.cache.keysUsed('contact', SEEN_LATELY_MS).flatMap((key) => emailOfKey(key) ?? []);
  const seenLately = addresses.slice(0, MAX_CONTACTS);
  const options = { idProperty: 'email' } as const;
  const { contacts } = deps.config.objectTypes;
  const batch = await deps.hubspot.batchReadObjects(contacts, seenLately, CONTACT_PROPERTIES, options);
  const [failure] = batch.failures.values();
  if (failure && batch.results.size === 0) throw failure;
  if (failure) deps.log.warn('contacts not warmed', { count: batch.failures.size, reason: failure.message });
  for (const [address, record] of batch.results) {
    const contact = await overlayContact(deps, toContact(record, deps.recordContext));
    reading.keep(contactKey(contact.id), contact);
    reading.keep(contactByEmailKey(address), { contactId: contact.id });
  }
  return batch.results.size;
}
