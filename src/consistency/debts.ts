import { randomUUID } from 'node:crypto';
import type { BookingSeat } from '../records/booking.ts';
import type { CreditField, HeldCredits } from '../records/contact.ts';
import type { BookingSide, Journal } from './journal.ts';

/** A write to a credit that was sent and not answered: HubSpot may still carry it out. */
export interface OpenCopy {
  /** What the contact held before, and what the write sets. */
  base: number;
  amount: number;
  /** `updatedAt` of the contact as it was read before, in epoch milliseconds. */
  sinceMs: number;
  /** What was written along with it, by which the contact's history shows that it was carried out; null for nothing. */
  mark: string | null;
  /** When it is too old to be carried out, in milliseconds of the monotonic clock. */
  closesAtMs: number;
}

/**
 * `writing`: the booking, or its cancelling, is not known to have been written. `confirming`: other instances may have
 * sold the seat, too. `crediting`: only the credit is open. `undoing`: nothing is to be left of it.
 */
type DebtStage = 'writing' | 'confirming' | 'crediting' | 'undoing';

/**
 * How far a booking is sure of its seat once it is made. `certain`: nobody else can have sold it. `rank`: other instances
 * may have; each of them ranks what HubSpot shows. `doubtful`: others may have, who do not rank.
 */
export type Assurance = 'certain' | 'rank' | 'doubtful';

/** `whole`: all of it is done. `nothing`: it came to nothing. `partly`: what is missing is told in the log. */
export type DebtEnd = 'whole' | 'nothing' | 'partly';

/**
 * What is owed for one booking or one cancelling, from before its first write leaves until HubSpot is seen to hold all of
 * it. One worker carries it on, whether or not the student still waits. Times are of the monotonic clock.
 */
export interface Debt {
  readonly id: string;
  readonly kind: 'booking' | 'cancelling';
  contactId: string;
  examId: string;
  /** The booking's `booking_id`, sealed: it holds the student's name. */
  readonly bookingName: string;
  /** The idempotency key of the request, sealed, and what was asked with it; null for none. */
  readonly request: { key: string; fingerprint: string } | null;
  /** Type and day of the exam: a student has one booking of each. */
  readonly session: string;
  /** What is taken (`booking`) or given back (`cancelling`); null where there is nothing to give back. */
  credit: CreditField | null;
  /** HubSpot's record id; null while the create is unanswered. */
  bookingId: string | null;
  stage: DebtStage;
  assurance: Assurance;
  /** The contact's credits before and after, once the credit is known to have been written. */
  credited: { before: HeldCredits; after: HeldCredits } | null;
  copies: OpenCopy[];
  /** Whether the student was told that it is done, and whether the credit was still open then. */
  told: 'no' | 'open' | 'done';
  /** HubSpot's time of the cancelling, in epoch milliseconds; 0 while it is not known. */
  cancelledAtMs: number;
  deadlineAt: number;
  nextLookAtMs: number;
  end: DebtEnd | null;
  endedAtMs: number;
  /** Why it came to nothing. */
  error: unknown;
}

/** Where an exam stands for somebody who wants a seat. */
export interface SeatRequest {
  examId: string;
  capacity: number;
  /** The bookings HubSpot links. */
  seats: readonly BookingSeat[];
}

/** The same for a booking that was made. */
export interface SeatClaim extends SeatRequest {
  /** Those of `seats` that were made after it. */
  later: ReadonlySet<string>;
  made: MadeBooking;
}

/** A booking as the journal takes it down. */
export type MadeBooking = Parameters<Journal['bookingMade']>[0];

/**
 * `opened`: the seat is held. `contended`: full only because of seats that are held for others at this moment, and may be
 * given back. `full`: no seat is left. `young`: what others sold a moment ago may not be known; it shows in HubSpot when
 * {@link Debts.knowsAllAtMs} has come.
 */
export type SeatOutcome = 'opened' | 'contended' | 'full' | 'young';

/** Debts, and the seats held for them. */
export interface Debts {
  /** From when on, in milliseconds of the monotonic clock, HubSpot shows whatever was sold and is not known here. */
  readonly knowsAllAtMs: number;
  /** Whether the work on it is this instance's. */
  isOwn(debt: Debt): boolean;
  /**
   * Opens a booking's debt together with its seat, in one atomic step: a hundred students can be on their way at once. The
   * seat is held until the booking is made or the debt ends.
   */
  openWithSeat(debt: Debt, request: SeatRequest): Promise<SeatOutcome>;
  /** Opens a cancelling's debt, unless one of the booking is open: then that one is the answer. One atomic step. */
  open(debt: Debt): Promise<Debt>;
  /**
   * The booking exists: its seat is its own from now on. One atomic step with the journal's entry. The debt's `assurance`
   * tells whether it has to be confirmed.
   */
  made(debt: Debt, made: MadeBooking): Promise<void>;
  /**
   * Decides anew whether a booking that was made may keep its seat; `seats` tell what HubSpot shows, those made after it
   * marked as later. Undefined when nobody but the one who asks can tell.
   */
  claim(debt: Debt, request: SeatClaim): Promise<SeatOutcome | undefined>;
  /** To be called when something about the debt has changed. */
  save(debt: Debt): Promise<void>;
  /** {@link save}, for what must not be forgotten before the next write to HubSpot leaves. */
  saveNow(debt: Debt): Promise<void>;
  end(debt: Debt, end: DebtEnd, error?: unknown): Promise<void>;
  /** Those that are open, that ended a short time ago, or whose writes may still be carried out. */
  ofContact(contactId: string): Promise<readonly Debt[]>;
  ofBooking(bookingId: string): Promise<readonly Debt[]>;
  /** Records of one kind were merged into `survivorId`. */
  merged(kind: BookingSide | 'booking', ids: readonly string[], survivorId: string): Promise<void>;
  /** All that have not ended. */
  unsettled(): Promise<readonly Debt[]>;
  /** Ids of those whose owners have not been heard of for too long, once. */
  takeOverdue(): readonly string[];
  /** Makes such a one this instance's own; null when it is not overdue any more. */
  adopt(id: string): Promise<Debt | null>;
  /** Resolves when a seat of the exam was booked or given back, or after `maxWaitMs`. */
  seatsChanged(examId: string, maxWaitMs: number): Promise<void>;
  /** Resolves when the debt has ended, or after `maxWaitMs`; at once when nothing is known of it before that. */
  ended(debt: Debt, maxWaitMs: number): Promise<void>;
  /** Lets its worker look at once. */
  hurry(debt: Debt): void;
  /** Resolves when the debt is hurried, or after `maxWaitMs`. */
  untilWanted(debt: Debt, maxWaitMs: number): Promise<void>;
  /** Lets every worker look again and again, at once and until then: the process ends in so many milliseconds. */
  stop(graceMs: number): void;
  /** When the process ends, in milliseconds of the monotonic clock; Infinity as long as nobody has said so. */
  readonly stopsAtMs: number;
}

/** A debt that is about to be opened. */
export function newDebt(
  what: Pick<Debt, 'kind' | 'contactId' | 'examId' | 'bookingName' | 'session' | 'credit' | 'bookingId'> & {
    request?: Debt['request'];
  },
  nowMs: number,
  durationMs: number,
): Debt {
  const open = { stage: 'writing', credited: null, told: 'no', cancelledAtMs: 0, end: null } as const;
  const own = { id: randomUUID(), assurance: 'certain' } as const;
  const times = { deadlineAt: nowMs + durationMs, nextLookAtMs: nowMs, endedAtMs: Infinity };
  return { ...what, ...open, ...own, ...times, request: what.request ?? null, copies: [], error: undefined };
}

/**
 * When the credit may be written for another debt, in milliseconds of the monotonic clock: a copy that HubSpot may still
 * carry out would overwrite it. 0 for at once: also where copies are marked, since what they overwrite is made up for.
 */
export function gateOpensAtMs(debts: readonly Debt[], credit: CreditField, own?: Debt): number {
  const others = debts.filter((debt) => debt !== own && debt.credit === credit);
  const unmarked = others.flatMap(({ copies }) => copies.filter(({ mark }) => mark === null));
  return Math.max(0, ...unmarked.map(({ closesAtMs }) => closesAtMs));
}

/** Credits with what debts will have made of them, whether or not HubSpot shows it yet. */
export function promised(debts: readonly Debt[], credits: HeldCredits): HeldCredits {
  const all = { ...credits };
  for (const { kind, credit, credited, stage, end, copies } of debts) {
    const isOwed = kind === 'booking' ? stage !== 'undoing' : stage === 'crediting';
    const held = credit === null ? null : all[credit];
    if (credit === null || held === null || credited || end || !isOwed) continue;
    const isShown = copies.some(({ amount }) => amount === held);
    if (!isShown) all[credit] = held + (kind === 'booking' ? -1 : 1);
  }
  return all;
}
