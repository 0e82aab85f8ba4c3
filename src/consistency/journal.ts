import type { HeldCredits } from '../records/contact.ts';
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
  credits: HeldCredits;
  /** `updatedAt` HubSpot gave the write, in epoch milliseconds. */
  updatedAtMs: number;
}

/**
 * The journal of our own writes: HubSpot shows associations and rollups seconds late, so whoever reads lays it over
 * what HubSpot says. For facts read by id it counts only while the record's `updatedAt` is older than that of our
 * write, so that what somebody changed in HubSpot meanwhile wins.
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

  /** Entries of one exam as far as they are known in this process, at once. */
  peekExam(examId: string): JournalEntry[];
  entriesOfExams(examIds: readonly string[]): Promise<Map<string, JournalEntry[]>>;
  entriesOfContact(contactId: string): Promise<JournalEntry[]>;
  entryOf(bookingId: string): Promise<JournalEntry | undefined>;
  creditsOf(contactId: string): Promise<CreditsEntry | undefined>;

  /**
   * HubSpot's associations of that contact or exam show exactly these bookings. What it showed long enough ago and
   * does not show any more was taken away.
   */
  linksRead(side: BookingSide, id: string, bookingIds: Iterable<string>): Promise<void>;
  /** HubSpot says that a booking is not associated with that contact or exam any more; `side` where it is told. */
  linkRemoved(bookingId: string, otherId: string, side?: BookingSide): Promise<void>;
  /**
   * Records of one kind were merged into `survivorId`, which may be one of them or a new one: HubSpot shows what was
   * written of any of them under that id from now on.
   */
  merged(kind: BookingSide | 'booking', ids: Iterable<string>, survivorId: string): Promise<void>;
  /** Somebody changed facts of the exam: those noted with its bookings here are not believed any more. */
  examChanged(examId: string): Promise<void>;
  /** When that happened last to any exam, in milliseconds of the monotonic clock; -Infinity for never. */
  examsChangedAtMs(): Promise<number>;
  /** A read by id showed these bookings as of `updatedAtMs`. */
  shownById(bookings: Iterable<{ id: string; updatedAtMs: number }>): Promise<void>;
}
