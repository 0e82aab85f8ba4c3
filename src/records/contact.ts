import { epochMs } from '../time/clock.ts';
import type { HubSpotObject } from '../hubspot/types.ts';

/** A contact's credit properties, which the API's answers name as HubSpot does. */
export const CREDIT_FIELDS = ['sj_credits', 'cs_credits', 'sjmini_credits', 'shared_mock_credits'] as const;
export type CreditField = (typeof CREDIT_FIELDS)[number];
/** Whole credits as HubSpot holds them: an administrator may have left fewer than none. */
export type Credits = Record<CreditField, number>;

/** HubSpot properties of a contact that this project reads. */
export const CONTACT_PROPERTIES = ['email', 'student_id', 'firstname', 'lastname', ...CREDIT_FIELDS] as const;

export interface Contact {
  id: string;
  studentId: string;
  email: string;
  firstName: string;
  lastName: string;
  credits: Credits;
  /** `updatedAt` by HubSpot's clock, in epoch milliseconds. */
  updatedAtMs: number;
}

export function toContact(record: HubSpotObject<(typeof CONTACT_PROPERTIES)[number]>): Contact {
  const { id, properties, updatedAt } = record;
  return {
    id,
    studentId: properties.student_id?.trim() ?? '',
    email: properties.email ?? '',
    firstName: properties.firstname ?? '',
    lastName: properties.lastname ?? '',
    updatedAtMs: epochMs(updatedAt),
    credits: {
      sj_credits: toCredit(properties.sj_credits),
      cs_credits: toCredit(properties.cs_credits),
      sjmini_credits: toCredit(properties.sjmini_credits),
      shared_mock_credits: toCredit(properties.shared_mock_credits),
    },
  };
}

/** The properties that set one kind of credit. */
export function creditToProperties(field: CreditField, amount: number): Record<string, string> {
  return { [field]: String(amount) };
}

/** Whole credits only: an unset or unreadable number is none. */
function toCredit(value: string | null): number {
  const number = Math.trunc(Number(value ?? 0));
  return Number.isFinite(number) ? number : 0;
}

/** Credits as a student sees them: what is less than none buys nothing either. */
export function usableCredits(credits: Credits): Credits {
  const { sj_credits, cs_credits, sjmini_credits, shared_mock_credits } = credits;
  return {
    sj_credits: Math.max(0, sj_credits),
    cs_credits: Math.max(0, cs_credits),
    sjmini_credits: Math.max(0, sjmini_credits),
    shared_mock_credits: Math.max(0, shared_mock_credits),
  };
}
