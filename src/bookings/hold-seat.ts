import type { Debt } from '../consistency/debts.ts';
import { AppError } from '../contract/errors.ts';
import { type DatedExam, readExamWithBookings } from '../reads/exams.ts';
import { overlaySeats } from '../reads/own-writes.ts';
import { readSeatsOf } from '../reads/seats.ts';
import { type BookingSeat, unreadSeat } from '../records/booking.ts';
import { currentContext, waitingFor } from '../request/context.ts';
import { sleep } from '../time/clock.ts';
import type { Deps } from '../wiring/deps.ts';

/** How long a student waits for a seat that is held for somebody else. */
const SEAT_WAIT_MS = 3000;

/** The seats of an exam: all linked bookings are taken to hold one as long as their status has not been read. */
export class SeatLooks {
  readonly #deps: Deps;
  readonly #exam: DatedExam;
  readonly #linked: readonly string[];
  #seats: readonly BookingSeat[] | undefined;

  /** @param linked the bookings HubSpot links to the exam. */
  constructor(deps: Deps, exam: DatedExam, linked: readonly string[]) {
    this.#deps = deps;
    this.#exam = exam;
    this.#linked = linked;
  }

  /** Where the links leave no room the statuses will be needed: they are read beside what else is read. */
  async prepare(): Promise<void> {
    const { id, capacity } = this.#exam;
    const taken = (await overlaySeats(this.#deps, new Map([[id, this.first]]))).get(id)?.total ?? 0;
    if (taken >= (capacity ?? 0)) await this.read();
  }

  /** What is known without a call. */
  get first(): readonly BookingSeat[] {
    return this.#seats ?? this.#linked.map(unreadSeat);
  }

  async read(): Promise<readonly BookingSeat[]> {
    return (this.#seats ??= await this.#readStatuses(this.#linked));
  }

  /** With what HubSpot links by now. */
  async readAnew(): Promise<readonly BookingSeat[]> {
    const found = await readExamWithBookings(this.#deps, this.#exam.id);
    return (this.#seats = await this.#readStatuses(found?.bookingIds ?? []));
  }

  async #readStatuses(linked: readonly string[]): Promise<readonly BookingSeat[]> {
    const { id } = this.#exam;
    const { seats, failures } = await readSeatsOf(this.#deps, new Map([[id, linked]]));
    for (const error of failures.values()) throw error;
    return seats.get(id) ?? [];
  }
}

/**
 * As long as the links alone leave room no status is read. Full only because of seats held for others: waits for them.
 * @throws {AppError} `EXAM_FULL`, or `RATE_LIMITED` while that is not certain
 */
export async function holdSeat(deps: Deps, exam: DatedExam, debt: Debt, looks: SeatLooks): Promise<void> {
  const { clock, debts } = deps;
  const { id: examId, capacity } = exam;
  const open = async (seats: readonly BookingSeat[]) =>
    debts.openWithSeat(debt, { examId, capacity: capacity ?? 0, seats });
  let outcome = await open(looks.first);
  if (outcome === 'contended' || outcome === 'full') outcome = await open(await looks.read());
  const decideAt = Math.min(clock.monotonicMs() + SEAT_WAIT_MS, currentContext()?.deadlineAt ?? Infinity);
  while (outcome === 'young' || (outcome === 'contended' && clock.monotonicMs() < decideAt)) {
    const leftMs = decideAt - clock.monotonicMs();
    if (outcome === 'young') await untilAllIsKnown(deps);
    else await waitingFor(clock, 'seat', async () => debts.seatsChanged(examId, leftMs));
    outcome = await open(outcome === 'young' ? await looks.readAnew() : await looks.read());
  }
  if (outcome === 'opened') return;
  if (outcome === 'full') throw examFull();
  // Some of those who are ahead may yet give their seats back: "full" could be untrue.
  const message = 'The last seats are being booked right now. Please try again in a moment.';
  throw new AppError('RATE_LIMITED', message, { retryAfterSeconds: 3 });
}

/** Until HubSpot shows what others sold that is not known here. @throws {AppError} when that takes too long. */
export async function untilAllIsKnown({ clock, debts }: Deps): Promise<void> {
  const leftMs = debts.knowsAllAtMs - clock.monotonicMs();
  if (leftMs <= 0) return;
  if (debts.knowsAllAtMs >= (currentContext()?.deadlineAt ?? Infinity)) {
    const message = 'The booking system is starting up. Please try again in a moment.';
    throw new AppError('RATE_LIMITED', message, { retryAfterSeconds: Math.ceil(leftMs / 1000) });
  }
  await waitingFor(clock, 'confirmation', async () => sleep(clock, leftMs));
}

export function examFull(): AppError {
  return new AppError('EXAM_FULL', 'This mock exam session is now full');
}
