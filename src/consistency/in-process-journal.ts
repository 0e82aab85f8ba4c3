import type { Clock } from '../time/clock.ts';
import type { BookingSide, CreditsEntry, Journal, JournalEntry } from './journal.ts';

/** So long after HubSpot first showed an association one read may still miss it, another server having answered. */
const LINK_SETTLES_MS = 60_000;
/** An entry is kept this long after HubSpot first showed all of it: longer than any cached value is served. */
const KEEP_AFTER_SHOWN_MS = 7 * 60_000;
/** An entry that HubSpot never showed is kept this long. */
const KEEP_AT_MOST_MS = 15 * 60_000;

const NOT_MADE = { facts: null, made: false, madeAtMs: undefined };
const NOT_GIVEN_UP = { undone: false, undoneAtMs: undefined, cancelledAtMs: undefined };

interface Kept {
  entry: JournalEntry & { lost: Set<BookingSide> };
  /** When HubSpot first showed what was written: the associations, or the status. */
  shownAt: Map<BookingSide | 'status', number>;
}

/** A {@link Journal} in the memory of this process. */
export class InProcessJournal implements Journal {
  readonly #clock: Clock;
  readonly #entries = new Map<string, Kept>();
  readonly #byExam = new Map<string, Set<string>>();
  readonly #byContact = new Map<string, Set<string>>();
  readonly #credits = new Map<string, CreditsEntry & { writtenAt: number }>();
  #examsChangedAtMs = -Infinity;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  async bookingMade(made: Parameters<Journal['bookingMade']>[0]): Promise<void> {
    this.#write({ ...made, made: true, ...NOT_GIVEN_UP });
  }

  async bookingUndone(bookingId: string): Promise<void> {
    const kept = this.#entries.get(bookingId);
    if (kept) kept.entry = { ...kept.entry, undone: true, undoneAtMs: this.#clock.now() };
  }

  async bookingCancelled(cancelled: Parameters<Journal['bookingCancelled']>[0]): Promise<void> {
    const known = this.#entries.get(cancelled.bookingId)?.entry;
    const kept = this.#write({ ...NOT_MADE, ...NOT_GIVEN_UP, ...known, ...cancelled });
    kept.shownAt.delete('status');
  }

  async creditsWritten(contactId: string, entry: CreditsEntry): Promise<void> {
    // The sweep relies on the order of writing.
    this.#credits.delete(contactId);
    this.#credits.set(contactId, { ...entry, writtenAt: this.#clock.monotonicMs() });
  }

  /** Entries of one exam, at once: reserving a seat must not wait between looking and taking. */
  peekExam(examId: string): JournalEntry[] {
    this.#sweep();
    return this.#pick(this.#byExam.get(examId));
  }

  /** Bookings made, by whomever, in the last `withinMs`. */
  madeWithin(withinMs: number): JournalEntry[] {
    const since = this.#clock.monotonicMs() - withinMs;
    const entries = [...this.#entries.values()].map(({ entry }) => entry);
    return entries.filter(({ made, undone, writtenAtMs }) => made && !undone && writtenAtMs >= since);
  }

  async entriesOfExams(examIds: readonly string[]): Promise<Map<string, JournalEntry[]>> {
    return new Map(examIds.map((examId) => [examId, this.peekExam(examId)]));
  }

  async entriesOfContact(contactId: string): Promise<JournalEntry[]> {
    this.#sweep();
    return this.#pick(this.#byContact.get(contactId));
  }

  async entryOf(bookingId: string): Promise<JournalEntry | undefined> {
    return this.#entries.get(bookingId)?.entry;
  }

  async creditsOf(contactId: string): Promise<CreditsEntry | undefined> {
    return this.#credits.get(contactId);
  }

  async linksRead(side: BookingSide, id: string, bookingIds: Iterable<string>): Promise<void> {
    const ours = (side === 'exam' ? this.#byExam : this.#byContact).get(id);
    if (!ours) return;
    const now = this.#clock.monotonicMs();
    const linked = new Set(bookingIds);
    for (const bookingId of ours) {
      const { entry, shownAt } = this.#entries.get(bookingId) ?? {};
      if (linked.has(bookingId)) {
        if (!shownAt?.has(side)) shownAt?.set(side, now);
        entry?.lost.delete(side);
      } else if (now - (shownAt?.get(side) ?? Infinity) > LINK_SETTLES_MS) entry?.lost.add(side);
    }
  }

  async linkRemoved(bookingId: string, otherId: string, side?: BookingSide): Promise<void> {
    const entry = this.#entries.get(bookingId)?.entry;
    if (side !== 'contact' && entry?.examId === otherId) entry.lost.add('exam');
    if (side !== 'exam' && entry?.contactId === otherId) entry.lost.add('contact');
  }

  async shownById(bookings: Iterable<{ id: string; updatedAtMs: number }>): Promise<void> {
    if (this.#entries.size === 0) return;
    for (const { id, updatedAtMs } of bookings) {
      const cancelledAtMs = this.#entries.get(id)?.entry.cancelledAtMs;
      const shownAt = this.#entries.get(id)?.shownAt;
      const isNew = cancelledAtMs !== undefined && updatedAtMs >= cancelledAtMs && !shownAt?.has('status');
      if (isNew) shownAt?.set('status', this.#clock.monotonicMs());
    }
  }

  async merged(kind: BookingSide | 'booking', ids: Iterable<string>, survivorId: string): Promise<void> {
    for (const id of ids) {
      if (id === survivorId) continue;
      if (kind === 'booking') this.#move(id, { bookingId: survivorId });
      for (const bookingId of (kind === 'contact' && this.#byContact.get(id)) || []) {
        this.#move(bookingId, { contactId: survivorId });
      }
      for (const bookingId of (kind === 'exam' && this.#byExam.get(id)) || []) {
        this.#move(bookingId, { examId: survivorId });
      }
      // What a merge makes of credits is for HubSpot to say.
      if (kind === 'contact') this.#credits.delete(id);
    }
  }

  async examChanged(examId: string): Promise<void> {
    this.#examsChangedAtMs = this.#clock.monotonicMs();
    for (const bookingId of this.#byExam.get(examId) ?? []) {
      const kept = this.#entries.get(bookingId);
      if (kept) kept.entry = { ...kept.entry, facts: null };
    }
  }

  async examsChangedAtMs(): Promise<number> {
    return this.#examsChangedAtMs;
  }

  /** Keeps an entry under other ids; where the booking it was merged into has one of its own, that one stands. */
  #move(bookingId: string, ids: Partial<Pick<JournalEntry, 'bookingId' | 'contactId' | 'examId'>>): void {
    const kept = this.#entries.get(bookingId);
    if (!kept) return;
    const entry = { ...kept.entry, ...ids };
    this.#remove(bookingId, kept.entry);
    if (this.#entries.has(entry.bookingId)) return;
    this.#entries.set(entry.bookingId, { ...kept, entry });
    this.#index(entry);
  }

  #pick(ids: ReadonlySet<string> = new Set()): JournalEntry[] {
    return [...ids].flatMap((id) => this.#entries.get(id)?.entry ?? []);
  }

  #write(written: Omit<JournalEntry, 'writtenAtMs' | 'lost'>): Kept {
    const known = this.#entries.get(written.bookingId);
    const lost = known?.entry.lost ?? new Set<BookingSide>();
    const entry = { ...written, lost, writtenAtMs: this.#clock.monotonicMs() };
    const kept: Kept = { entry, shownAt: known?.shownAt ?? new Map<BookingSide | 'status', number>() };
    // The sweep relies on the order of writing.
    this.#entries.delete(entry.bookingId);
    this.#entries.set(entry.bookingId, kept);
    this.#index(entry);
    return kept;
  }

  #index({ bookingId, examId, contactId }: JournalEntry): void {
    addTo(this.#byExam, examId, bookingId);
    addTo(this.#byContact, contactId, bookingId);
  }

  #remove(bookingId: string, { examId, contactId }: JournalEntry): void {
    this.#entries.delete(bookingId);
    removeFrom(this.#byExam, examId, bookingId);
    removeFrom(this.#byContact, contactId, bookingId);
  }

  /** Entries are in the order of their writing, so the sweep looks at little more than what has to go. */
  #sweep(): void {
    const now = this.#clock.monotonicMs();
    for (const [id, { entry, shownAt }] of this.#entries) {
      const ageMs = now - entry.writtenAtMs;
      if (ageMs <= KEEP_AFTER_SHOWN_MS) break;
      if (ageMs <= KEEP_AT_MOST_MS && now - allShownAt(entry, shownAt) <= KEEP_AFTER_SHOWN_MS) continue;
      this.#remove(id, entry);
    }
    for (const [contactId, { writtenAt }] of this.#credits) {
      if (now - writtenAt <= KEEP_AT_MOST_MS) break;
      this.#credits.delete(contactId);
    }
  }
}

/** When HubSpot had shown all that was written; Infinity while it has not. */
function allShownAt({ made, cancelledAtMs }: JournalEntry, shownAt: Kept['shownAt']): number {
  const awaited = [...(made ? (['contact', 'exam'] as const) : []), ...(cancelledAtMs ? (['status'] as const) : [])];
  return Math.max(...awaited.map((what) => shownAt.get(what) ?? Infinity));
}

function addTo(index: Map<string, Set<string>>, key: string, id: string): void {
  const ids = index.get(key) ?? new Set();
  index.set(key, ids.add(id));
}

function removeFrom(index: Map<string, Set<string>>, key: string, id: string): void {
  const ids = index.get(key);
  ids?.delete(id);
  if (ids?.size === 0) index.delete(key);
}
