import { epochMs } from '../time/clock.ts';
import type { HubSpotObject } from '../hubspot/types.ts';
import { type RecordContext, readerOf, toInteger } from './values.ts';

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

/** Whole credits only: an unset or unreadable number is none. */
export function toContact(record: HubSpotObject<(typeof CONTACT_PROPERTIES)[number]>, context: RecordContext): Contact {
  const values = readerOf('contact', record, context);
  return {
    id: record.id,
    studentId: values.studentId('student_id') ?? '',
    email: values.text('email') ?? '',
    firstName: values.text('firstname') ?? '',
    lastName: values.text('lastname') ?? '',
    updatedAtMs: epochMs(record.updatedAt),
    credits: {
      sj_credits: values.integer('sj_credits') ?? 0,
      cs_credits: values.integer('cs_credits') ?? 0,
      sjmini_credits: values.integer('sjmini_credits') ?? 0,
      shared_mock_credits: values.integer('shared_mock_credits') ?? 0,
    },
  };
}

/** The properties that set one kind of credit. */
export function creditToProperties(field: CreditField, amount: number): Record<string, string> {
  return { [field]: String(amount) };
}

/** The credits that an event about one property tells; null for an event about anything else. */
export function creditFromProperty(property: { name: string; value: string } | null) {
  const field = CREDIT_FIELDS.find((name) => name === property?.name);
  const amount = property && toInteger(property.value);
  return field && amount !== null ? { field, amount } : null;
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
