import type { Deps } from '../wiring/deps.ts';
import { AppError } from '../contract/errors.ts';

/** @throws {AppError} `BOOKINGS_DISABLED` while booking and cancelling are switched off. */
export function requireBookingsEnabled({ config }: Deps): void {
  if (config.bookingsEnabled) return;
  const message = 'Booking and cancelling are switched off for the moment. Please try again later.';
  throw new AppError('BOOKINGS_DISABLED', message, { retryAfterSeconds: 60 });
}
