import type { Debt } from '../consistency/debts.ts';
import { TakenOverError, UnclearError } from '../consistency/pursuit.ts';
import type { Deps } from '../wiring/deps.ts';

/**
 * What is left of a debt that could not be carried to its end is told in the log, unless another instance goes on with it.
 * @throws the error, unless it is known what it means.
 */
export async function leaveUnfinished(deps: Deps, debt: Debt, error: unknown): Promise<void> {
  if (error instanceof TakenOverError) {
    deps.log.warn('another instance goes on with what this one did not get to', idsOf(debt));
    return;
  }
  deps.log.error(`${debt.kind} left unfinished: check it`, { ...idsOf(debt), reason: String(error) });
  await deps.debts.end(debt, 'partly', error);
  if (!(error instanceof UnclearError)) throw error;
}

/** For log lines. */
export function idsOf({ bookingId, contactId, examId }: Debt) {
  return { bookingId: bookingId ?? 'unknown', contactId, examId };
}
