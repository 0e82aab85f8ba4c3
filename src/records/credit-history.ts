import type { PastValue } from '../hubspot/types.ts';

/** Past values of a credit, newest first; null where HubSpot's history is behind, or does not tell them. */
export type CreditHistory = readonly { amount: number; atMs: number; byApp: boolean }[] | null;

/** A change of a credit that history shows. */
export interface CreditStep {
  delta: number;
  atMs: number;
  /** Whether an app made it, and not somebody in HubSpot's own pages. */
  byApp: boolean;
}

/** @param held what the contact holds: as long as the newest past value is another one, history is behind. */
export function toCreditHistory(past: readonly PastValue[] | undefined, held: number | null): CreditHistory {
  const values = (past ?? []).map(({ value, atMs, sourceType }) => {
    return { amount: Number(value), atMs, byApp: sourceType === 'INTEGRATION' };
  });
  const tells = held !== null && values[0]?.amount === held && values.every(({ amount }) => Number.isFinite(amount));
  return tells ? values : null;
}

/** Changes after that moment, oldest first; null when history does not reach back to it. */
export function stepsSince(history: CreditHistory, sinceMs: number): CreditStep[] | null {
  if (!history?.some(({ atMs }) => atMs <= sinceMs)) return null;
  const steps = history.flatMap(({ amount, atMs, byApp }, index) => {
    const before = history[index + 1];
    return before ? [{ delta: amount - before.amount, atMs, byApp }] : [];
  });
  return steps.filter(({ atMs }) => atMs > sinceMs).toReversed();
}

/** A write of a credit, in the words of the property that witnesses it. */
export interface CreditMark {
  bookingId: string;
  /** What the write is for: a payment or a refund. */
  delta: 1 | -1;
  credit: string;
  base: number;
  amount: number;
  /** Tells it from every other write. */
  attempt: string;
}

/** Such as `-1 for booking 9001: cs_credits 3>2 #1a2b`. */
export function toMark({ bookingId, delta, credit, base, amount, attempt }: CreditMark): string {
  return `${delta > 0 ? '+' : ''}${delta} for booking ${bookingId}: ${credit} ${base}>${amount} #${attempt}`;
}

const MARK = /^([+-]1) for booking (\d+): (\w+) (-?\d+)>(-?\d+) #(\w+)$/;

/** The writes of credits that marks show, newest first, each with HubSpot's time of it in epoch milliseconds. */
export function readMarks(values: readonly PastValue[]): (CreditMark & { atMs: number })[] {
  return values.flatMap(({ value, atMs }) => {
    const [, sign, bookingId = '', credit = '', base, amount, attempt = ''] = MARK.exec(value) ?? [];
    const delta = sign === '+1' ? 1 : -1;
    return sign ? [{ bookingId, delta, credit, base: Number(base), amount: Number(amount), attempt, atMs }] : [];
  });
}

/**
 * What the writes for a booking have really changed, whoever made them: what each wrote less what was there right before
 * it. One that rested on something else has replaced what others wrote meanwhile.
 */
export function effectOf(
  marks: ReturnType<typeof readMarks>,
  past: CreditHistory,
  { bookingId, delta, credit }: Pick<CreditMark, 'bookingId' | 'delta' | 'credit'>,
): number {
  const ofCredit = marks.filter((mark) => mark.credit === credit);
  const own = ofCredit.filter((mark) => mark.bookingId === bookingId && mark.delta === delta);
  return own.reduce((sum, mark) => {
    const older = ofCredit.slice(ofCredit.indexOf(mark) + 1);
    const earlier = [...older, ...(past ?? []).filter(({ atMs }) => atMs < mark.atMs)];
    const [latest = { amount: mark.base }] = earlier.toSorted((left, right) => right.atMs - left.atMs);
    return sum + mark.amount - latest.amount;
  }, 0);
}
