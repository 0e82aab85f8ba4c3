import { type Clock, waitAtMost } from '../time/clock.ts';
import type { Assurance, Debt, DebtEnd, Debts, MadeBooking, SeatClaim, SeatOutcome, SeatRequest } from './debts.ts';
import type { InProcessJournal } from './in-process-journal.ts';
import type { BookingSide } from './journal.ts';
import { seatsTaken } from './seats-taken.ts';

/** An ended debt is remembered this long: who asks again within that time is told what came of it. */
const KEEP_MS = 15 * 60_000;

export interface InProcessDebtsOptions {
  clock: Clock;
  journal: InProcessJournal;
  /** How far a booking is sure of its seat when this process alone has decided on it. */
  assurance: Assurance;
  /** From when on HubSpot shows what predecessors of this process sold, in milliseconds of the monotonic clock. */
  knowsAllAtMs: number;
}

/** {@link Debts} in the memory of this process, where a function that does not wait is atomic. */
export class InProcessDebts implements Debts {
  readonly #knowsAllAtMs: number;
  readonly #assurance: Assurance;
  readonly #clock: Clock;
  readonly #journal: InProcessJournal;
  readonly #debts = new Set<Debt>();
  readonly #seatSeekers: Sleepers<string>;
  readonly #askers: Sleepers<Debt>;
  readonly #workers: Sleepers<Debt>;
  stopsAtMs = Infinity;

  constructor({ clock, journal, assurance, knowsAllAtMs }: InProcessDebtsOptions) {
    this.#knowsAllAtMs = knowsAllAtMs;
    this.#assurance = assurance;
    this.#clock = clock;
    this.#journal = journal;
    this.#seatSeekers = new Sleepers(clock);
    this.#askers = new Sleepers(clock);
    this.#workers = new Sleepers(clock);
  }

  get knowsAllAtMs(): number {
    return this.#knowsAllAtMs;
  }

  isOwn(_debt: Debt): boolean {
    return true;
  }

  async openWithSeat(debt: Debt, { examId, capacity, seats }: SeatRequest): Promise<SeatOutcome> {
    const taken = seatsTaken(seats, this.#journal.peekExam(examId));
    if (taken >= capacity) return 'full';
    if (taken + this.#seatsHeld(examId) >= capacity) return 'contended';
    debt.assurance = this.#assurance;
    this.keep(debt);
    return 'opened';
  }

  async open(debt: Debt): Promise<Debt> {
    const rivals = [...this.#debts].filter(({ bookingId, kind }) => bookingId === debt.bookingId && kind === debt.kind);
    const known = rivals.find(({ end }) => end === null);
    if (!known) this.keep(debt);
    return known ?? debt;
  }

  async made(debt: Debt, made: MadeBooking): Promise<void> {
    const written = this.#journal.bookingMade(made);
    debt.bookingId = made.bookingId;
    this.#seatSeekers.wake(debt.examId);
    await written;
  }

  /** Nobody knows more than whoever has decided. */
  async claim(_debt: Debt, _request: SeatClaim): Promise<SeatOutcome | undefined> {
    return undefined;
  }

  /** Whoever changes a debt changes the one that is kept here: those who wait for it may want to know. */
  async save(debt: Debt): Promise<void> {
    this.#askers.wake(debt);
  }

  async saveNow(debt: Debt): Promise<void> {
    return this.save(debt);
  }

  async end(debt: Debt, end: DebtEnd, error?: unknown): Promise<void> {
    Object.assign(debt, { end, error, endedAtMs: this.#clock.monotonicMs() });
    if (end === 'nothing' && debt.bookingId === null) this.#debts.delete(debt);
    this.#askers.wake(debt);
    this.#seatSeekers.wake(debt.examId);
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
    return this.pending;
  }

  takeOverdue(): readonly string[] {
    return [];
  }

  /** Nobody else has any. */
  async adopt(_id: string): Promise<Debt | null> {
    return null;
  }

  async seatsChanged(examId: string, maxWaitMs: number): Promise<void> {
    await this.#seatSeekers.sleep(examId, maxWaitMs);
  }

  async ended(debt: Debt, maxWaitMs: number): Promise<void> {
    const until = this.#clock.monotonicMs() + maxWaitMs;
    while (debt.end === null && debt.nextLookAtMs < until && this.#clock.monotonicMs() < until) {
      await this.#askers.sleep(debt, until - this.#clock.monotonicMs());
    }
  }

  hurry(debt: Debt): void {
    this.#workers.wake(debt);
  }

  async untilWanted(debt: Debt, maxWaitMs: number): Promise<void> {
    await this.#workers.sleep(debt, maxWaitMs);
  }

  stop(graceMs: number): void {
    this.stopsAtMs = this.#clock.monotonicMs() + graceMs;
    for (const debt of this.#debts) this.hurry(debt);
  }

  /** Those that have not ended. */
  get pending(): readonly Debt[] {
    return [...this.#debts].filter(({ end }) => end === null);
  }

  byId(id: string): Debt | undefined {
    return [...this.#debts].find((debt) => debt.id === id);
  }

  forget(debt: Debt): void {
    this.#debts.delete(debt);
    this.#seatSeekers.wake(debt.examId);
  }

  #seatsHeld(examId: string): number {
    const isHeld = (debt: Debt) => debt.examId === examId && debt.bookingId === null && debt.end === null;
    return [...this.#debts].filter(isHeld).length;
  }

  /** Has it known here from now on. */
  keep(debt: Debt): void {
    const now = this.#clock.monotonicMs();
    for (const known of this.#debts) {
      const isOver = known.endedAtMs + KEEP_MS < now && known.copies.every(({ closesAtMs }) => closesAtMs < now);
      if (isOver) this.#debts.delete(known);
    }
    this.#debts.add(debt);
  }
}

/** Who waits for something to happen, by what they wait for. */
class Sleepers<K> {
  readonly #clock: Clock;
  readonly #sleeping = new Map<K, Set<() => void>>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  async sleep(key: K, maxWaitMs: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const sleeping = this.#sleeping.get(key) ?? new Set();
    this.#sleeping.set(key, sleeping.add(resolve));
    await waitAtMost(this.#clock, maxWaitMs, promise);
    sleeping.delete(resolve);
    if (sleeping.size === 0) this.#sleeping.delete(key);
  }

  wake(key: K): void {
    for (const wake of this.#sleeping.get(key) ?? []) wake();
  }
}
