import { contactIdOfKey, contactKey, sessionsKey } from '../cache/keys.ts';
import { dayAt } from '../calendar.ts';
import type { Deps } from '../deps.ts';
import { MOCK_TYPES } from '../fields.ts';
import { requireComplete } from '../hubspot/batch.ts';
import { CONTACT_PROPERTIES, toContact } from '../records/contact.ts';
import { readSessions } from '../reads/exams.ts';
import { recountSeats } from '../reads/seats.ts';

/** Contacts whose credits are kept warm, those seen last first: five calls' worth. */
const MAX_CONTACTS = 500;

/** What was read anew. */
export interface Warmed {
  /** Sessions by type. */
  sessions: Record<string, number>;
  /** Sessions whose seats were counted; those of which that failed keep what they had. */
  counted: number;
  contacts: number;
}

/** Reads anew what students look at most: the sessions, their seats, and the credits of contacts seen lately. */
export async function warmCache(deps: Deps): Promise<Warmed> {
  const [sessions, contacts] = await Promise.all([warmSessions(deps), warmContacts(deps)]);
  const examIds = sessions.flatMap(({ examIds: ids }) => ids);
  const { taken } = await recountSeats(deps, examIds);
  const counts = sessions.map(({ mockType, examIds: ids }) => [mockType, ids.length]);
  return { sessions: Object.fromEntries(counts) as Record<string, number>, counted: taken.size, contacts };
}

async function warmSessions(deps: Deps) {
  const today = dayAt(deps.clock.now(), deps.config.timeZone);
  return Promise.all(
    MOCK_TYPES.map(async (mockType) => {
      const exams = await readSessions(deps, mockType);
      deps.cache.set(sessionsKey(mockType), exams);
      const coming = exams.filter(({ examDate }) => examDate !== null && examDate >= today);
      return { mockType, examIds: coming.map(({ id }) => id) };
    }),
  );
}

async function warmContacts(deps: Deps): Promise<number> {
  const ids = deps.cache.keysOf('contact').flatMap((key) => contactIdOfKey(key) ?? []);
  const seenLately = ids.slice(0, MAX_CONTACTS);
  const batch = await deps.hubspot.batchReadObjects(deps.config.objectTypes.contacts, seenLately, CONTACT_PROPERTIES);
  for (const record of requireComplete(batch).values()) {
    const contact = toContact(record);
    const written = await deps.journal.creditsOf(contact.id);
    const ours = written && contact.updatedAtMs < written.updatedAtMs ? { credits: written.credits } : {};
    deps.cache.set(contactKey(contact.id), { ...contact, ...ours });
  }
  return seenLately.length;
}
