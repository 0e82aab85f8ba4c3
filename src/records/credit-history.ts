import type { PastValue } from '../hubspot/types.ts';
import type { CreditField } from './contact.ts';

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
  delta: 1 | -1;
  credit: CreditField;
  base: number;
  attempt: string;
}

/** Such as `-1 for booking 9001: cs_credits 3>2 #1a2b`. */
export function toMark({ bookingId, delta, credit, base, attempt }: CreditMark): string {
  return `${delta > 0 ? '+' : ''}${delta} for booking ${bookingId}: ${credit} ${base}>${base + delta} #${attempt}`;
}

/** Whether marks show a write for that booking. */
export function isMarked(marks: readonly PastValue[], bookingId: string, delta: 1 | -1): boolean {
  const beginning = `${delta > 0 ? '+' : ''}${delta} for booking ${bookingId}:`;
  return marks.some(({ value }) => value.startsWith(beginning));
}
