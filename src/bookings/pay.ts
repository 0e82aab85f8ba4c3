import { choosePayment } from '../credits/policy.ts';
import { CreditUncertainError, writeCredit } from '../credits/write-credit.ts';
import type { Deps } from '../wiring/deps.ts';
import { AppError } from '../contract/errors.ts';
import type { MockType } from '../contract/fields.ts';
import { HubSpotError } from '../hubspot/errors.ts';
import {
  type Contact,
  creditToProperties,
  type CreditField,
  type HeldCredits,
  usableCredits,
} from '../records/contact.ts';
import type { Approved } from './approve.ts';
import type { BookingIds } from './undo.ts';

/**
 * Takes the credit for a booking that exists.
 * @param payer the contact as it was read last.
 * @returns the contact's credits afterwards.
 * @throws {AppError | HubSpotError} when it was not taken: the booking has to be undone. A credit of which that is not
 * known is set back first or, when even that fails, reported in the log.
 */
export async function payForBooking(
  deps: Deps,
  payer: Contact,
  { payment, mockType }: Pick<Approved, 'payment'> & { mockType: MockType },
  ids: BookingIds,
): Promise<HeldCredits> {
  if (choosePayment(mockType, payer.credits) !== payment) {
    const message = 'Your credits were used by another booking in the meantime. Please try again.';
    throw new AppError('RATE_LIMITED', message, { retryAfterSeconds: 1 });
  }
  try {
    return await writeCredit(deps, payer, payment, usableCredits(payer.credits)[payment] - 1);
  } catch (error) {
    if (error instanceof CreditUncertainError) await restoreCredit(deps, payer, payment, ids);
    throw error;
  }
}

/** Writes the old amount over a credit that may have been taken. */
async function restoreCredit(deps: Deps, { credits }: Contact, credit: CreditField, ids: BookingIds): Promise<void> {
  const amount = usableCredits(credits)[credit];
  try {
    const properties = creditToProperties(credit, amount);
    await deps.hubspot.updateObject(deps.config.objectTypes.contacts, { id: ids.contactId, properties });
  } catch (error) {
    if (!(error instanceof HubSpotError)) throw error;
    deps.log.error('credit perhaps taken for a booking that failed: set it by hand', { ...ids, credit, amount });
  }
}
