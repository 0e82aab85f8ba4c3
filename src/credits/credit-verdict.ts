import type { OpenCopy } from '../consistency/debts.ts';
import type { PastValue } from '../hubspot/types.ts';
import type { Contact, CreditField, Student } from '../records/contact.ts';
import { effectOf, type readMarks, stepsSince, toCreditHistory } from '../records/credit-history.ts';

/** One credit more or less for one booking. */
export interface CreditWish {
  credit: CreditField;
  delta: 1 | -1;
  /** HubSpot's record id of the booking it is for. */
  bookingId: string;
  /**
   * The contact before the change became due, where other instances may make the same change: a credit that has been
   * changed by just that since was changed by one of them.
   */
  origin: Student | null;
}

/** What is known when a contact is looked at. */
export interface Evidence {
  contact: Contact;
  /** Past values of the credit, newest first. */
  past: readonly PastValue[];
  /** The writes that the witness shows; null where there is none. */
  marks: ReturnType<typeof readMarks> | null;
  /** Writes of this change that were not answered. */
  copies: readonly OpenCopy[];
  /** Whether some of them may still be carried out. */
  anyOpen: boolean;
}

/** `written`: the change is made. `due`: it is not, and may be. `unclear`: somebody else has written meanwhile. */
export type Verdict = 'written' | 'due' | 'unclear';

/** What a look at a contact says of a change. Pure. */
export function judgeCredit(wish: CreditWish, evidence: Evidence): Verdict {
  const { credit, delta, origin } = wish;
  const { contact, past, copies } = evidence;
  const held = contact.credits[credit];
  if (held === null) return 'unclear';
  const witnessed = judgeByWitness(wish, evidence);
  if (witnessed) return witnessed;
  if (copies.length > 0) return judgeCopies(held, evidence);
  const before = origin?.credits[credit] ?? held;
  if (held === before) return 'due';
  if (held === before + delta) return 'written';
  const steps = stepsSince(toCreditHistory(past, held), origin?.updatedAtMs ?? 0);
  return steps?.every(({ byApp }) => !byApp) ? 'due' : 'unclear';
}

/** Null where there is no witness, or it has nothing to say; while it is behind nobody knows what was carried out. */
function judgeByWitness(wish: CreditWish, evidence: Evidence): Verdict | null {
  const { contact, past, marks, copies } = evidence;
  if (!marks) return null;
  if (!toCreditHistory(past, contact.credits[wish.credit])) return copies.length > 0 ? 'unclear' : null;
  return missingOf(wish, evidence) === 0 ? 'written' : 'due';
}

/**
 * What a change still lacks: all of it or, where the witness shows its writes, what they have not really changed. One that
 * replaced what others wrote meanwhile lacks, or has too much of, just that.
 */
export function missingOf(wish: CreditWish, { contact, past, marks }: Evidence): number {
  if (!marks) return wish.delta;
  return wish.delta - effectOf(marks, toCreditHistory(past, contact.credits[wish.credit]), wish);
}

/** Whoever wrote another value than ours did so without ours: once ours is too old to be carried out, it is due again. */
function judgeCopies(held: number, { past, copies, anyOpen }: Evidence): Verdict {
  if (copies.some(({ amount }) => amount === held)) return 'written';
  if (copies.every(({ base }) => base === held)) return 'due';
  const sinceMs = Math.min(...copies.map((copy) => copy.sinceMs));
  const history = toCreditHistory(past, held);
  if (!history || !stepsSince(history, sinceMs)) return 'unclear';
  const isOurs = history.some(
    ({ amount, atMs, byApp }) => byApp && atMs > sinceMs && copies.some((copy) => copy.amount === amount),
  );
  if (isOurs) return 'written';
  return anyOpen ? 'unclear' : 'due';
}

/**
 * Whether history shows one of the writes right after a value that it did not rest on: what others wrote is lost. An app's
 * value before it is no other's unless other instances may be running.
 */
export function hasReplaced({ contact, past, copies }: Evidence, credit: CreditField, othersMayRun: boolean): boolean {
  const history = toCreditHistory(past, contact.credits[credit]) ?? [];
  const sinceMs = Math.min(...copies.map((copy) => copy.sinceMs));
  return history.some(({ amount, atMs, byApp }, index) => {
    const before = history[index + 1];
    const own = copies.filter((copy) => byApp && atMs > sinceMs && copy.amount === amount);
    const isOthers = before !== undefined && (othersMayRun || !before.byApp);
    return isOthers && own.length > 0 && own.every(({ base }) => base !== before.amount);
  });
}
