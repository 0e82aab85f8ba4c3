import type { Debt } from '../consistency/debts.ts';
import { AppError } from '../contract/errors.ts';
import type { Deps } from '../wiring/deps.ts';

/** What is owed will be seen to, whether or not the student asks again: not before HubSpot has room for the next look. */
export function stillCompleting({ clock, hubspot }: Deps, { nextLookAtMs }: Debt, message: string): AppError {
  const leftMs = Math.max(nextLookAtMs - clock.monotonicMs(), hubspot.roomInMs);
  return new AppError('HUBSPOT_UNAVAILABLE', message, { retryAfterSeconds: Math.max(1, Math.ceil(leftMs / 1000)) });
}
