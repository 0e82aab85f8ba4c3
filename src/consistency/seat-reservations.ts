import { type Clock, waitAtMost } from '../time/clock.ts';
import type { InProcessJournal } from './in-process-journal.ts';
import type { Journal } from './journal.ts';
import type { BookingSeat } from '../records/booking.ts';
import { seatsTaken } from './seats-taken.ts';

/** Where an exam stands for somebody who wants a seat. */
export interface SeatRequest {
  examId: string;
  capacity: number;
  /** The bookings HubSpot links. */
  seats: readonly BookingSeat[];
}

/**
 * `reserved`: the seat is held for you. `contended`: full only because of seats that are held for others at this
 * moment, and may be given back. `full`: no seat is left.
 */
export type ReservationOutcome = { kind: 'reserved'; reservationId: string } | { kind: 'contended' } | { kind: 'full' };

/**
 * Seats held while HubSpot is still writing the booking. No lock is held meanwhile: reserving is one atomic step, so a
 * hundred students can be on their way at once. A shared store can take its place.
 */
export interface SeatReservations {
  reserve(request: SeatRequest): Promise<ReservationOutcome>;
  /** The booking exists: the seat is its own from now on. One atomic step with the journal's entry. */
  confirm(reservationId: string, made: Parameters<Journal['bookingMade']>[0]): Promise<void>;
  release(reservationId: string): Promise<void>;
  /** Resolves when some seat of the exam was confirmed or released, or after `maxWaitMs`. */
  changed(examId: string, maxWaitMs: number): Promise<void>;
}

/** A reservation nobody ends is given up after this long: the booking it was for cannot appear any more. */
const RESERVATION_TTL_MS = 60_000;

interface Reservation {
  examId: string;
  expiresAt: number;
}

/** {@link SeatReservations} in the memory of this process, where a function that does not wait is atomic. */
export class InProcessReservations implements SeatReservations {
  readonly #clock: Clock;
  readonly #journal: InProcessJournal;
  readonly #reservations = new Map<string, Reservation>();
  readonly #waiting = new Map<string, Set<() => void>>();
  #lastId = 0;

  constructor(clock: Clock, journal: InProcessJournal) {
    this.#clock = clock;
    this.#journal = journal;
  }

  async reserve({ examId, capacity, seats }: SeatRequest): Promise<ReservationOutcome> {
    const taken = seatsTaken(seats, this.#journal.peekExam(examId));
    const open = this.#openFor(examId);
    if (taken >= capacity) return { kind: 'full' };
    if (taken + open >= capacity) return { kind: 'contended' };
    const reservationId = String((this.#lastId += 1));
    this.#reservations.set(reservationId, { examId, expiresAt: this.#clock.monotonicMs() + RESERVATION_TTL_MS });
    return { kind: 'reserved', reservationId };
  }

  async confirm(reservationId: string, made: Parameters<Journal['bookingMade']>[0]): Promise<void> {
    const written = this.#journal.bookingMade(made);
    this.#end(reservationId);
    await written;
  }

  async release(reservationId: string): Promise<void> {
    this.#end(reservationId);
  }

  async changed(examId: string, maxWaitMs: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const waiting = this.#waiting.get(examId) ?? new Set();
    this.#waiting.set(examId, waiting.add(resolve));
    await waitAtMost(this.#clock, maxWaitMs, promise);
    waiting.delete(resolve);
    if (waiting.size === 0) this.#waiting.delete(examId);
  }

  #openFor(examId: string): number {
    const now = this.#clock.monotonicMs();
    let open = 0;
    for (const [id, reservation] of this.#reservations) {
      if (reservation.expiresAt <= now) this.#reservations.delete(id);
      else if (reservation.examId === examId) open += 1;
    }
    return open;
  }

  #end(reservationId: string): void {
    const examId = this.#reservations.get(reservationId)?.examId;
    this.#reservations.delete(reservationId);
    for (const wake of this.#waiting.get(examId ?? '') ?? []) wake();
  }
}
