import type { Clock } from '../time/clock.ts';
import type { Credits } from '../records/contact.ts';
import type { ExamFacts } from '../records/exam.ts';

/** The two records a booking is associated with. */
export type BookingSide = 'contact' | 'exam';

/** What this API did to one booking and HubSpot may not show yet. */
export interface JournalEntry {
  bookingId: string;
  contactId: string;
  examId: string;
  /** Facts of the exam, which HubSpot rolls up late; null when the booking was not made here. */
  facts: ExamFacts | null;
  made: boolean;
  /** HubSpot's time of making it, in epoch milliseconds; undefined when it was not made here. */
  madeAtMs: number | undefined;
  /** Sides on which HubSpot has taken the association away again: somebody moved the booking. */
  lost: ReadonlySet<BookingSide>;
  /** When it was last written, in milliseconds of the monotonic clock. */
  writtenAtMs: number;
  /** Archived again, because what had to follow failed. */
  undone: boolean;
  /** When it was undone, by our wall clock, in epoch milliseconds. */
  undoneAtMs: number | undefined;
  /** `updatedAt` HubSpot gave the cancelling write, in epoch milliseconds. */
  cancelledAtMs: number | undefined;
}

/** Credits as this API last wrote them. */
export interface CreditsEntry {
  credits: Credits;
  /** `updatedAt` HubSpot gave the write, in epoch milliseconds. */
  updatedAtMs: number;
}

/**
 * The journal of our own writes: HubSpot shows associations and rollups seconds late, so whoever reads lays it over
 * what HubSpot says. For facts read by id it counts only while the record's `updatedAt` is older than that of our
 * write, so that what somebody changed in HubSpot meanwhile wins. A shared store can take its place.
 */
export interface Journal {
  bookingMade(
    entry: Pick<JournalEntry, 'bookingId' | 'contactId' | 'examId'> & { facts: ExamFacts; madeAtMs: number },
  ): Promise<void>;
  /** The booking was archived again. */
  bookingUndone(bookingId: string): Promise<void>;
  bookingCancelled(
    entry: Pick<JournalEntry, 'bookingId' | 'contactId' | 'examId'> & { cancelledAtMs: number },
  ): Promise<void>;
  creditsWritten(contactId: string, entry: CreditsEntry): Promise<void>;

  entriesOfExams(examIds: readonly string[]): Promise<Map<string, JournalEntry[]>>;
  entriesOfContact(contactId: string): Promise<JournalEntry[]>;
  entryOf(bookingId: string): Promise<JournalEntry | undefined>;
  creditsOf(contactId: string): Promise<CreditsEntry | undefined>;

  /**
   * HubSpot's associations of that contact or exam show exactly these bookings. What it showed long enough ago and
   * does not show any more was taken away.
   */
  linksRead(side: BookingSide, id: string, bookingIds: Iterable<string>): Promise<void>;
  /** HubSpot says that a booking is not associated with that contact or exam any more. */
  linkRemoved(bookingId: string, otherId: string): Promise<void>;
  /** A read by id showed these bookings as of `updatedAtMs`. */
  shownById(bookings: Iterable<{ id: string; updatedAtMs: number }>): Promise<void>;
}

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
    this.#credits.set(contactId, { ...entry, writtenAt: this.#clock.monotonicMs() });
  }

  /** Entries of one exam, at once: reserving a seat must not wait between looking and taking. */
  peekExam(examId: string): JournalEntry[] {
    this.#sweep();
    return this.#pick(this.#byExam.get(examId));
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

  async linkRemoved(bookingId: string, otherId: string): Promise<void> {
    const entry = this.#entries.get(bookingId)?.entry;
    if (entry?.examId === otherId) entry.lost.add('exam');
    if (entry?.contactId === otherId) entry.lost.add('contact');
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
    addTo(this.#byExam, entry.examId, entry.bookingId);
    addTo(this.#byContact, entry.contactId, entry.bookingId);
    return kept;
  }

  /** Entries are in the order of their writing, so the sweep looks at little more than what has to go. */
  #sweep(): void {
    const now = this.#clock.monotonicMs();
    for (const [id, { entry, shownAt }] of this.#entries) {
      const ageMs = now - entry.writtenAtMs;
      if (ageMs <= KEEP_AFTER_SHOWN_MS) break;
      if (ageMs <= KEEP_AT_MOST_MS && now - allShownAt(entry, shownAt) <= KEEP_AFTER_SHOWN_MS) continue;
      this.#entries.delete(id);
      removeFrom(this.#byExam, entry.examId, id);
      removeFrom(this.#byContact, entry.contactId, id);
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
