import type { CacheService } from '../cache/cache-service.ts';
import { bookingListKey, contactBookingIdsKey, contactKey, type SignedIn, signedInKey, tags } from '../cache/keys.ts';
import type { InProcessDebts } from '../consistency/in-process-debts.ts';
import type { InProcessJournal } from '../consistency/in-process-journal.ts';
import type { Journal } from '../consistency/journal.ts';

/** What an instance tells the others, besides its debts: what it has taken down in its journal, and what it has dropped. */
export type Fact =
  | ['made', Parameters<Journal['bookingMade']>[0]]
  | ['undone', { bookingId: string; contactId: string }]
  | ['cancelled', Parameters<Journal['bookingCancelled']>[0]]
  | ['credits', ...Parameters<Journal['creditsWritten']>]
  | ['linkRemoved', ...Parameters<Journal['linkRemoved']>]
  | ['merged', 'booking' | 'contact' | 'exam', string[], string]
  | ['examChanged', string]
  | ['dropped', string[]]
  | ['signedIn', string, SignedIn, string[], number]
  | ['loginFailed', string];

/** Those of this process, which take down without waiting. */
interface Memory {
  journal: InProcessJournal;
  debts: InProcessDebts;
  /** Undefined before it exists. */
  cache: CacheService | undefined;
  loginFailed: ((key: string) => void) | undefined;
}

/**
 * Takes down at once what another instance did, also in what is cached here, and drops what that has made stale.
 * @param toldAtMs when it was told, in milliseconds of the monotonic clock.
 */
export function takeDown(fact: Fact, toldAtMs: number, { journal, debts, cache, loginFailed }: Memory): void {
  const drop = (...stale: string[]) => cache?.dropStale(stale);
  const relist = (contactId: string, change: (ids: readonly string[]) => readonly string[]) => {
    cache?.patch(contactBookingIdsKey(contactId), change);
    cache?.delete(bookingListKey(contactId));
  };
  switch (fact[0]) {
    case 'made':
      void journal.bookingMade(fact[1]);
      relist(fact[1].contactId, (ids) => [...new Set([...ids, fact[1].bookingId])]);
      break;
    case 'undone':
      void journal.bookingUndone(fact[1].bookingId);
      drop(tags.booking(fact[1].bookingId));
      relist(fact[1].contactId, (ids) => ids.filter((id) => id !== fact[1].bookingId));
      break;
    case 'cancelled':
      void journal.bookingCancelled(fact[1]);
      drop(tags.booking(fact[1].bookingId));
      cache?.delete(bookingListKey(fact[1].contactId));
      break;
    case 'credits':
      void journal.creditsWritten(fact[1], fact[2]);
      cache?.patch(contactKey(fact[1]), (contact) =>
        contact && contact.updatedAtMs < fact[2].updatedAtMs ? { ...contact, ...fact[2] } : contact,
      );
      break;
    case 'signedIn':
      cache?.learn(signedInKey(fact[1]), fact[2], toldAtMs - fact[4]);
      cache?.learn(contactBookingIdsKey(fact[2].id), fact[3], toldAtMs - fact[4]);
      break;
    case 'linkRemoved':
      void journal.linkRemoved(fact[1], fact[2], fact[3] ?? undefined);
      break;
    case 'merged':
      void journal.merged(fact[1], fact[2], fact[3]);
      void debts.merged(fact[1], fact[2], fact[3]);
      break;
    case 'examChanged':
      void journal.examChanged(fact[1]);
      break;
    case 'dropped':
      drop(...fact[1]);
      break;
    case 'loginFailed':
      loginFailed?.(fact[1]);
      break;
  }
}
