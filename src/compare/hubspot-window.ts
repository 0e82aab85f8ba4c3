import { NoAnswerError } from './api.ts';
import type { PaceClock } from './pace.ts';

/** The comparison goes on only with so much of HubSpot's window left: the students need the rest. */
const LEAST_SHARE = 0.3;
/** HubSpot counts calls over this time, in milliseconds [usage guidelines]. */
const WINDOW_MS = 10_000;
/** So often a window may pass before the run ends. */
const MOST_WAITS = 6;

/** How much of HubSpot's ten-second window is left, from 0 to 1; null when HubSpot does not tell. */
export type ReadShareLeft = () => Promise<number | null>;

/**
 * Reads it off the headers of the cheapest call there is. The token must be the baseline's: each app has its own window.
 * The function throws a {@link NoAnswerError} when HubSpot does not answer, or rejects the token.
 */
export function shareLeftByToken(baseUrl: string, token: string): ReadShareLeft {
  return async () => {
    const headers = { Authorization: `Bearer ${token}` };
    const response = await fetch(`${baseUrl}/account-info/v3/details`, { headers, redirect: 'manual' }).catch(
      (error: unknown) => {
        throw new NoAnswerError('HubSpot does not answer', { cause: error });
      },
    );
    await response.arrayBuffer();
    if (response.status === 429) return 0;
    if (!response.ok) throw new NoAnswerError(`HubSpot answers ${response.status} to HS_PRIVATE_APP_TOKEN`);
    const [max, remaining] = ['max', 'remaining'].map((name) => response.headers.get(`x-hubspot-ratelimit-${name}`));
    return max && remaining ? Number(remaining) / Number(max) : null;
  };
}

/** @returns false when HubSpot's window stays too full: the run has to end. */
export async function waitForRoom(clock: PaceClock, read: ReadShareLeft): Promise<boolean> {
  for (let waits = 0; waits < MOST_WAITS; waits += 1) {
    const share = await read();
    if (share === null || share >= LEAST_SHARE) return true;
    await clock.sleep(WINDOW_MS);
  }
  return false;
}
