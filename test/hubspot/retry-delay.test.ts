import { describe, expect, it } from 'vitest';
import {
  HubSpotApiError,
  HubSpotInvalidReplyError,
  HubSpotNetworkError,
  HubSpotRateLimitError,
  HubSpotTimeoutError,
} from '../../src/hubspot/errors.ts';
import { retryDelayMs } from '../../src/hubspot/retry-delay.ts';

const read = { attempt: 1, repeatable: true, random: 0.5 };
const create = { ...read, repeatable: false };
const status = (code: number, retryAfterMs?: number) => new HubSpotApiError('x', { status: code, retryAfterMs });

describe('retryDelayMs', () => {
  it('doubles the pause with every attempt, with jitter', () => {
    const delays = [1, 2, 3].map((attempt) => retryDelayMs({ ...read, attempt, error: status(503) }));
    expect(delays).toEqual([375, 750, 1500]);
    expect(retryDelayMs({ ...read, random: 0, error: status(503) })).toBe(250);
    expect(retryDelayMs({ ...read, random: 1, error: status(503) })).toBe(500);
  });

  it('repeats a refused second (SECONDLY) after at least a second, also for a write', () => {
    const error = new HubSpotRateLimitError('x', 'SECONDLY');
    expect(retryDelayMs({ ...create, error })).toBe(1000);
  });

  it('honours Retry-After where it is longer', () => {
    const error = new HubSpotRateLimitError('x', 'TEN_SECONDLY_ROLLING', { retryAfterMs: 4000 });
    expect(retryDelayMs({ ...read, error })).toBe(4000);
    expect(retryDelayMs({ ...read, error: status(503, 7000) })).toBe(7000);
  });

  it('never repeats against a spent day (DAILY)', () => {
    expect(retryDelayMs({ ...read, error: new HubSpotRateLimitError('x', 'DAILY') })).toBeNull();
  });

  it('waits out a 423 lock of two seconds, also for a write', () => {
    expect(retryDelayMs({ ...create, error: status(423) })).toBe(2000);
  });

  it.each([500, 502, 503, 504, 521, 524])('repeats a %i only where that is harmless', (code) => {
    expect(retryDelayMs({ ...read, error: status(code) })).toBe(375);
    expect(retryDelayMs({ ...create, error: status(code) })).toBeNull();
  });

  it.each([400, 401, 403, 404, 409, 414])('never repeats a %i', (code) => {
    expect(retryDelayMs({ ...read, error: status(code) })).toBeNull();
  });

  it('repeats a broken connection only where that is harmless', () => {
    const error = new HubSpotNetworkError('x', 'ECONNRESET');
    expect(retryDelayMs({ ...read, error })).toBe(375);
    expect(retryDelayMs({ ...create, error })).toBeNull();
  });

  it('repeats a connection that was never made, also for a write', () => {
    expect(retryDelayMs({ ...create, error: new HubSpotNetworkError('x', 'ECONNREFUSED') })).toBe(375);
  });

  it('repeats a timeout or an unreadable answer only where that is harmless', () => {
    for (const error of [new HubSpotTimeoutError('x', 'slow'), new HubSpotInvalidReplyError('x', 'HTML')]) {
      expect(retryDelayMs({ ...read, error })).toBe(375);
      expect(retryDelayMs({ ...create, error })).toBeNull();
    }
  });

  it('does not repeat what the deadline has stopped before it left', () => {
    expect(retryDelayMs({ ...read, error: new HubSpotTimeoutError('x', 'late', 'refused') })).toBeNull();
  });
});
