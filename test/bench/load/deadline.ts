import type { WireAnswer } from '../measure/wire.ts';

/** `STUDENT_DEADLINE_MS`: by then every request is answered or refused. */
const DEADLINE_MS = 9000;
/** What the way there and back, and a busy machine, may add, in milliseconds. */
const TOLERANCE_MS = 1000;

export const LATE_MS = DEADLINE_MS + TOLERANCE_MS;

/** Whether an answer came later than it may. */
export function isTooLate({ sentAt, receivedAt }: WireAnswer): boolean {
  return receivedAt - sentAt > LATE_MS;
}
