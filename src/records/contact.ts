import { epochMs } from '../time/clock.ts';
import type { HubSpotObject } from '../hubspot/types.ts';
import { type RecordContext, readerOf, toInteger } from './values.ts';

/** A contact's credit properties, which the API's answers name as HubSpot does. */
export const CREDIT_FIELDS = ['sj_credits', 'cs_credits', 'sjmini_credits', 'shared_mock_credits'] as const;
export type CreditField = (typeof CREDIT_FIELDS)[number];
/** Whole credits as a student sees them, none of them below zero. */
export type Credits = Record<CreditField, number>;
/** Credits as HubSpot holds them: staff may have left fewer than none. Null: what it holds cannot be read. */
export type HeldCredits = Record<CreditField, number | null>;

/** HubSpot properties of a contact that this project reads. */
export const CONTACT_PROPERTIES = ['email', 'student_id', 'firstname', 'lastname', ...CREDIT_FIELDS] as const;

export interface Contact {
  id: string;
  studentId: string;
  email: string;
  firstName: string;
  lastName: string;
  credits: HeldCredits;
  /** `updatedAt` by HubSpot's clock, in epoch milliseconds. */
  updatedAtMs: number;
}

/** A student as bookings are decided on: a contact without its names and its address. */
export type Student = Pick<Contact, 'id' | 'studentId' | 'credits' | 'updatedAtMs'>;

export function toContact(record: HubSpotObject<(typeof CONTACT_PROPERTIES)[number]>, context: RecordContext): Contact {
  const values = readerOf('contact', record, context);
  const credit = (field: CreditField) => (record.properties[field]?.trim() ? values.integer(field) : 0);
  return {
    id: record.id,
    studentId: values.studentId('student_id') ?? '',
    email: values.text('email') ?? '',
    firstName: values.text('firstname') ?? '',
    lastName: values.text('lastname') ?? '',
    updatedAtMs: epochMs(record.updatedAt),
    credits: {
      sj_credits: credit('sj_credits'),
      cs_credits: credit('cs_credits'),
      sjmini_credits: credit('sjmini_credits'),
      shared_mock_credits: credit('shared_mock_credits'),
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

/** Credits as a student sees them: what is less than none, or cannot be read, buys nothing. */
export function usableCredits(credits: HeldCredits): Credits {
  const { sj_credits, cs_credits, sjmini_credits, shared_mock_credits } = credits;
  return {
    sj_credits: Math.max(0, sj_credits ?? 0),
    cs_credits: Math.max(0, cs_credits ?? 0),
    sjmini_credits: Math.max(0, sjmini_credits ?? 0),
    shared_mock_credits: Math.max(0, shared_mock_credits ?? 0),
  };
}
