import { AppError, type ErrorCode } from '../contract/errors.ts';
import type { Debt } from '../consistency/debts.ts';

/** Before the text of a debt that has ended: the scripts tell them apart by it. */
const ENDED = '-';

/** The times of a debt, which mean something in one process only. */
interface Times {
  toServer: (localMs: number) => number;
  toLocal: (serverMs: number) => number;
}

/** A debt as the instances tell it each other: nothing of it says who the student is. Times are the server's. */
export function debtToText(debt: Debt, times: Times): string {
  const { error, copies, deadlineAt, nextLookAtMs, endedAtMs, ...plain } = debt;
  const wire = {
    ...plain,
    copies: copies.map((copy) => ({ ...copy, closesAtMs: times.toServer(copy.closesAtMs) })),
    deadlineAt: times.toServer(deadlineAt),
    nextLookAtMs: times.toServer(nextLookAtMs),
    endedAtMs: debt.end === null ? null : times.toServer(endedAtMs),
    error: error instanceof AppError ? { code: error.code, message: error.message } : null,
  };
  return `${debt.end === null ? '' : ENDED}${JSON.stringify(wire)}`;
}

type WireDebt = Omit<Debt, 'endedAtMs' | 'error'> & {
  endedAtMs: number | null;
  error: { code: ErrorCode; message: string } | null;
};

export function debtFromText(text: string, times: Times): Debt {
  const wire = JSON.parse(text.startsWith(ENDED) ? text.slice(1) : text) as WireDebt;
  const { error, endedAtMs } = wire;
  return {
    ...wire,
    copies: wire.copies.map((copy) => ({ ...copy, closesAtMs: times.toLocal(copy.closesAtMs) })),
    deadlineAt: times.toLocal(wire.deadlineAt),
    nextLookAtMs: times.toLocal(wire.nextLookAtMs),
    endedAtMs: endedAtMs === null ? Infinity : times.toLocal(endedAtMs),
    error: error
      ? new AppError(error.code, error.message)
      : new AppError('HUBSPOT_UNAVAILABLE', 'It could not be completed. Please try again.'),
  };
}

export function isDebt(text: string): boolean {
  return text.startsWith('{') || text.startsWith(ENDED);
}
