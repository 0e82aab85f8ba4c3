import type { Deps } from '../wiring/deps.ts';

/** What has become of bookings and cancellings that were left unfinished. */
export interface Settled {
  /** Those that were carried to their end meanwhile. */
  settled: number;
  /** Those that are still open; not told where there is nothing that could have been left by others. */
  open?: number;
  /** Age of the oldest of them, in seconds; 0 when there is none. */
  oldestSeconds?: number;
}

/** Time left for the answer, in milliseconds. */
const ANSWER_MS = 2000;

/** Waits for what this instance has taken over from others that ended: all of it, but not beyond the call's own deadline. */
export async function settleDebts({ shared, debts, clock, config }: Deps): Promise<Settled> {
  if (shared === null) return { settled: 0 };
  const until = clock.monotonicMs() + config.http.cronDeadlineMs - ANSWER_MS;
  const taken = (await debts.unsettled()).filter((debt) => debts.isOwn(debt));
  await Promise.all(taken.map(async (debt) => debts.ended(debt, until - clock.monotonicMs())));
  const open = await debts.unsettled();
  const ages = open.map(({ deadlineAt }) => clock.monotonicMs() - (deadlineAt - config.debtDeadlineMs));
  return {
    settled: taken.filter(({ end }) => end !== null).length,
    open: open.length,
    oldestSeconds: Math.round(Math.max(0, ...ages) / 1000),
  };
}
