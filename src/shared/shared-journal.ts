import type { InProcessJournal } from '../consistency/in-process-journal.ts';
import type { BookingSide, CreditsEntry, Journal, JournalEntry } from '../consistency/journal.ts';
import type { Fact } from './facts.ts';
import type { Ledger } from './ledger.ts';
import type { Write } from './outbox.ts';

/** HubSpot shows an association within this time, in milliseconds: a new state is told of those made in it. */
const SHOWN_WITHIN_MS = 60_000;

/** A {@link Journal} whose entries all instances are told. Every one of them keeps all, and reads its own. */
export class SharedJournal implements Journal {
  readonly #local: InProcessJournal;
  readonly #ledger: Ledger;

  constructor(local: InProcessJournal, ledger: Ledger) {
    this.#local = local;
    this.#ledger = ledger;
  }

  /** The others are told by the step in which its seat becomes its own. */
  async bookingMade(made: Parameters<Journal['bookingMade']>[0]): Promise<void> {
    await this.#local.bookingMade(made);
  }

  async bookingUndone(bookingId: string): Promise<void> {
    await this.#local.bookingUndone(bookingId);
    const entry = await this.#local.entryOf(bookingId);
    if (!entry) return;
    this.#tell(['undone', { bookingId, contactId: entry.contactId }]);
    this.#ledger.outbox.queue(seat(entry.examId, bookingId, 0, 1));
  }

  async bookingCancelled(cancelled: Parameters<Journal['bookingCancelled']>[0]): Promise<void> {
    await this.#local.bookingCancelled(cancelled);
    this.#tell(['cancelled', cancelled]);
    const { examId, bookingId, cancelledAtMs } = cancelled;
    if (examId !== '') this.#ledger.outbox.queue(seat(examId, bookingId, cancelledAtMs, 0));
  }

  async creditsWritten(contactId: string, entry: CreditsEntry): Promise<void> {
    await this.#local.creditsWritten(contactId, entry);
    this.#tell(['credits', contactId, entry]);
  }

  async linkRemoved(bookingId: string, otherId: string, side?: BookingSide): Promise<void> {
    const entry = await this.#local.entryOf(bookingId);
    await this.#local.linkRemoved(bookingId, otherId, side);
    this.#tell(side ? ['linkRemoved', bookingId, otherId, side] : ['linkRemoved', bookingId, otherId]);
    if (side === 'contact' || entry?.examId !== otherId) return;
    this.#ledger.outbox.queue({ kind: 'moved', key: `exam:${otherId}`, values: () => [bookingId] });
  }

  async merged(kind: BookingSide | 'booking', ids: Iterable<string>, survivorId: string): Promise<void> {
    const all = [...ids];
    await this.#local.merged(kind, all, survivorId);
    this.#tell(['merged', kind, all, survivorId]);
  }

  async examChanged(examId: string): Promise<void> {
    await this.#local.examChanged(examId);
    this.#tell(['examChanged', examId]);
  }

  peekExam(examId: string): JournalEntry[] {
    return this.#local.peekExam(examId);
  }

  async entriesOfExams(examIds: readonly string[]): Promise<Map<string, JournalEntry[]>> {
    return this.#local.entriesOfExams(examIds);
  }

  async entriesOfContact(contactId: string): Promise<JournalEntry[]> {
    return this.#local.entriesOfContact(contactId);
  }

  async entryOf(bookingId: string): Promise<JournalEntry | undefined> {
    return this.#local.entryOf(bookingId);
  }

  async creditsOf(contactId: string): Promise<CreditsEntry | undefined> {
    return this.#local.creditsOf(contactId);
  }

  async linksRead(side: BookingSide, id: string, bookingIds: Iterable<string>): Promise<void> {
    await this.#local.linksRead(side, id, bookingIds);
  }

  async examsChangedAtMs(): Promise<number> {
    return this.#local.examsChangedAtMs();
  }

  async shownById(bookings: Iterable<{ id: string; updatedAtMs: number }>): Promise<void> {
    await this.#local.shownById(bookings);
  }

  /** For a state that may have lost what HubSpot does not show yet. */
  remembered(): Write[] {
    return this.#local.madeWithin(SHOWN_WITHIN_MS).map(({ bookingId, contactId, examId, facts, madeAtMs }) => {
      const news = JSON.stringify(['made', { bookingId, contactId, examId, facts, madeAtMs }]);
      return { kind: 'made', key: `exam:${examId}`, values: () => [examId, bookingId, news] };
    });
  }

  #tell(fact: Fact): void {
    this.#ledger.outbox.queue({ kind: 'news', key: null, values: () => [JSON.stringify(fact)] });
  }
}

function seat(examId: string, bookingId: string, cancelledAtMs: number, undone: 0 | 1): Write {
  return { kind: 'seat', key: `exam:${examId}`, values: () => [examId, bookingId, cancelledAtMs, undone] };
}
