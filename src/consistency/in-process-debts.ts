import { type Clock, waitAtMost } from '../time/clock.ts';
import type { Debt, DebtEnd, Debts, SeatOutcome, SeatRequest } from './debts.ts';
import type { InProcessJournal } from './in-process-journal.ts';
import type { BookingSide, Journal } from './journal.ts';
import { seatsTaken } from './seats-taken.ts';

/** An ended debt is remembered this long: who asks again within that time is told what came of it. */
const KEEP_MS = 15 * 60_000;

/** {@link Debts} in the memory of this process, where a function that does not wait is atomic. */
export class InProcessDebts implements Debts {
  readonly #clock: Clock;
  readonly #journal: InProcessJournal;
  readonly #debts = new Set<Debt>();
  readonly #waiting = new Map<unknown, Set<() => void>>();
  stopsAtMs = Infinity;

  constructor(clock: Clock, journal: InProcessJournal) {
    this.#clock = clock;
    this.#journal = journal;
  }

  async openWithSeat(debt: Debt, { examId, capacity, seats }: SeatRequest): Promise<SeatOutcome> {
    const taken = seatsTaken(seats, this.#journal.peekExam(examId));
    if (taken >= capacity) return 'full';
    if (taken + this.#seatsHeld(examId) >= capacity) return 'contended';
    this.#add(debt);
    return 'opened';
  }

  async open(debt: Debt): Promise<Debt> {
    const rivals = [...this.#debts].filter(({ bookingId, kind }) => bookingId === debt.bookingId && kind === debt.kind);
    const known = rivals.find(({ end }) => end === null);
    if (!known) this.#add(debt);
    return known ?? debt;
  }

  async made(debt: Debt, made: Parameters<Journal['bookingMade']>[0]): Promise<void> {
    const written = this.#journal.bookingMade(made);
    debt.bookingId = made.bookingId;
    this.#wake(debt.examId);
    await written;
  }

  async save(): Promise<void> {
    // Whoever changes a debt changes the one that is kept here.
  }

  async end(debt: Debt, end: DebtEnd, error?: unknown): Promise<void> {
    Object.assign(debt, { end, error, endedAtMs: this.#clock.monotonicMs() });
    if (end === 'nothing' && debt.bookingId === null) this.#debts.delete(debt);
    this.#wake(debt);
    this.#wake(debt.examId);
  }

  async ofContact(contactId: string): Promise<readonly Debt[]> {
    return [...this.#debts].filter((debt) => debt.contactId === contactId);
  }

  async ofBooking(bookingId: string): Promise<readonly Debt[]> {
    return [...this.#debts].filter((debt) => debt.bookingId === bookingId);
  }

  async merged(kind: BookingSide | 'booking', ids: readonly string[], survivorId: string): Promise<void> {
    const field = ({ booking: 'bookingId', contact: 'contactId', exam: 'examId' } as const)[kind];
    for (const debt of this.#debts) if (ids.includes(debt[field] ?? '')) debt[field] = survivorId;
  }

  async unsettled(): Promise<readonly Debt[]> {
    return [...this.#debts].filter(({ end }) => end === null);
  }

  async seatsChanged(examId: string, maxWaitMs: number): Promise<void> {
    await this.#sleep(examId, maxWaitMs);
  }

  async ended(debt: Debt, maxWaitMs: number): Promise<void> {
    const until = this.#clock.monotonicMs() + maxWaitMs;
    while (debt.end === null && this.#clock.monotonicMs() < until) {
      await this.#sleep(debt, until - this.#clock.monotonicMs());
    }
  }

  hurry(debt: Debt): void {
    this.#wake(debt);
  }

  async untilWanted(debt: Debt, maxWaitMs: number): Promise<void> {
    await this.#sleep(debt, maxWaitMs);
  }

  stop(graceMs: number): void {
    this.stopsAtMs = this.#clock.monotonicMs() + graceMs;
    for (const debt of this.#debts) this.hurry(debt);
  }

  #seatsHeld(examId: string): number {
    const isHeld = (debt: Debt) => debt.examId === examId && debt.bookingId === null && debt.end === null;
    return [...this.#debts].filter(isHeld).length;
  }

  #add(debt: Debt): void {
    const now = this.#clock.monotonicMs();
    for (const known of this.#debts) {
      const isOver = known.endedAtMs + KEEP_MS < now && known.copies.every(({ closesAtMs }) => closesAtMs < now);
      if (isOver) this.#debts.delete(known);
    }
    this.#debts.add(debt);
  }

  async #sleep(until: unknown, maxWaitMs: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const waiting = this.#waiting.get(until) ?? new Set();
    this.#waiting.set(until, waiting.add(resolve));
    await waitAtMost(this.#clock, maxWaitMs, promise);
    waiting.delete(resolve);
    if (waiting.size === 0) this.#waiting.delete(until);
  }

  #wake(whoWaitsFor: unknown): void {
    for (const wake of this.#waiting.get(whoWaitsFor) ?? []) wake();
  }
}
