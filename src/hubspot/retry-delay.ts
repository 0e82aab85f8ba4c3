import {
  HubSpotApiError,
  type HubSpotError,
  HubSpotRateLimitError,
  HubSpotTimeoutError,
  isTransient,
} from './errors.ts';

/** First pause before a repeat, in milliseconds; it doubles with every attempt. */
const BASE_DELAY_MS = 500;
/** HubSpot's search limit is counted per second [usage guidelines], so its refusals wait at least that long. */
const SECONDLY_DELAY_MS = 1000;
/** A 423 lock lasts 2 s [error handling guide]. */
const LOCKED_DELAY_MS = 2000;

export interface FailedAttempt {
  error: HubSpotError;
  /** 1 for the first attempt. */
  attempt: number;
  /** Whether carrying the call out twice does no harm: reads, and writes of absolute values under a lock. */
  repeatable: boolean;
  /** A number from 0 to 1. */
  random: number;
}

/**
 * Decides whether a failed attempt may be repeated, and after how many milliseconds; `null` when it may not.
 * What HubSpot certainly did not carry out (429, 423, a connection never made) may always be repeated; what it may
 * have carried out only when that is harmless; other refusals never.
 */
export function retryDelayMs(failed: FailedAttempt): number | null {
  const { error } = failed;
  if (error instanceof HubSpotRateLimitError) {
    if (error.policy === 'DAILY') return null;
    return Math.max(backoffMs(failed), error.retryAfterMs ?? 0, SECONDLY_DELAY_MS);
  }
  if (!isTransient(error)) return null;
  if (error instanceof HubSpotApiError && error.status === 423) return Math.max(backoffMs(failed), LOCKED_DELAY_MS);
  if (error instanceof HubSpotTimeoutError && error.outcome === 'refused') return null;
  if (error.outcome === 'unknown' && !failed.repeatable) return null;
  return Math.max(backoffMs(failed), error.retryAfterMs ?? 0);
}

/** Exponential backoff with jitter: 0.5–1 times 500 ms, 1 s, 2 s … */
function backoffMs({ attempt, random }: FailedAttempt): number {
  return BASE_DELAY_MS * 2 ** (attempt - 1) * (0.5 + random / 2);
}
