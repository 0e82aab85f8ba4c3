import { epochMs } from '../time/clock.ts';
import type { Deps } from '../wiring/deps.ts';
import { HubSpotError } from '../hubspot/errors.ts';
import { readContactById } from '../reads/contact.ts';
import { writeThroughCredits } from '../reads/write-through.ts';
import { type Contact, creditToProperties, type CreditField, type HeldCredits } from '../records/contact.ts';

/** It is not known whether a credit was written: neither the write nor the look after it was answered. */
export class CreditUncertainError extends HubSpotError {
  override readonly name = 'CreditUncertainError';
  readonly outcome = 'unknown';
}

/**
 * Sets one kind of credit of a contact to `amount` and notes it in the journal. To be called with the student's lock
 * held, on a contact read under it. A lost answer is looked for, never repeated blind.
 * @returns the contact's credits afterwards.
 * @throws {HubSpotError} when the credit was certainly not written.
 * @throws {CreditUncertainError} when that could not be found out.
 */
export async function writeCredit(
  deps: Deps,
  contact: Contact,
  field: CreditField,
  amount: number,
): Promise<HeldCredits> {
  const properties = creditToProperties(field, amount);
  try {
    const { updatedAt } = await deps.hubspot.updateObject(deps.config.objectTypes.contacts, {
      id: contact.id,
      properties,
    });
    const credits = { ...contact.credits, [field]: amount };
    await writeThroughCredits(deps, contact, credits, epochMs(updatedAt));
    return credits;
  } catch (error) {
    if (!(error instanceof HubSpotError) || error.outcome === 'refused') throw error;
    const seen = await lookAfter(deps, contact.id, error);
    if (seen?.credits[field] !== amount) throw error;
    await writeThroughCredits(deps, seen, seen.credits, seen.updatedAtMs);
    return seen.credits;
  }
}

async function lookAfter(deps: Deps, contactId: string, cause: HubSpotError): Promise<Contact | null> {
  try {
    return await readContactById(deps, contactId);
  } catch (error) {
    throw new CreditUncertainError(cause.operation, `${cause.message}; then ${String(error)}`);
  }
}
