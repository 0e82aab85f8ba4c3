import type { FetchOptions } from '../cache/cache-service.ts';
import type { Reading } from '../cache/entry-store.ts';
import { contactBookingIdsKey, contactByEmailKey, contactKey } from '../cache/keys.ts';
import type { GetObjectOptions } from '../hubspot/service.ts';
import type { PastValue } from '../hubspot/types.ts';
import { type Freshness, freshFor } from '../time/clock.ts';
import type { Deps } from '../wiring/deps.ts';
import { orWithoutLinks } from './links.ts';
import { overlayBookingIds, overlayContact, overlayPromises, withOwnBookings } from './own-writes.ts';
import { type Contact, CONTACT_PROPERTIES, toContact } from '../records/contact.ts';

/** A contact and the record ids of all its bookings, those included that HubSpot does not link yet. */
export interface ContactWithBookings extends Contact {
  bookingIds: readonly string[];
}

/** A contact as it was seen just now: what may be decided on, for a short time. */
export interface SeenContact<C extends Contact = Contact> {
  contact: C;
  /** Past values of the properties that were asked for. */
  history: ReadonlyMap<string, readonly PastValue[]>;
  /** Whether a write may still rest on it. */
  isFresh: Freshness;
}

/** A write rests on nothing that was read longer ago, in milliseconds. */
const MAX_BASE_AGE_MS = 2000;

/** The contact that has this e-mail address, with its booking ids; null when nobody has. One call, always. */
export async function seeStudent(
  deps: Deps,
  email: string,
  history: readonly string[] = [],
): Promise<SeenContact<ContactWithBookings> | null> {
  return seeWithBookings(deps, email.toLowerCase(), { idProperty: 'email', history });
}

/** {@link seeStudent} by the contact's record id. */
export async function seeStudentById(
  deps: Deps,
  id: string,
  history: readonly string[] = [],
): Promise<SeenContact<ContactWithBookings> | null> {
  return seeWithBookings(deps, id, { history });
}

async function seeWithBookings(
  deps: Deps,
  id: string,
  options: { idProperty?: string; history: readonly string[] },
): Promise<SeenContact<ContactWithBookings> | null> {
  const { contacts, bookings } = deps.config.objectTypes;
  const wanted = { ...options, properties: CONTACT_PROPERTIES, associations: [bookings] };
  const record = await deps.hubspot.getObject(contacts, id, wanted);
  if (!record) return null;
  const isFresh = freshFor(deps.clock, MAX_BASE_AGE_MS);
  const linked = record.associations.get(bookings.id) ?? [];
  const bookingIds = await overlayBookingIds(deps, ['contact', record.id], linked);
  const contact = await overlayContact(deps, toContact(record, deps.recordContext));
  return { contact: { ...contact, bookingIds }, history: record.history, isFresh };
}

/**
 * What {@link getContact} read with the bookings at most `maxAgeMs` ago, with what was written here since; null when that
 * is not in the cache. No call. No write may rest on it.
 */
export async function recallStudent(
  deps: Deps,
  email: string,
  maxAgeMs: number,
): Promise<SeenContact<ContactWithBookings> | null> {
  const found = deps.cache.peek(contactByEmailKey(email.toLowerCase()), maxAgeMs);
  const contact = found && deps.cache.peek(contactKey(found.contactId), maxAgeMs);
  const linked = found && deps.cache.peek(contactBookingIdsKey(found.contactId), maxAgeMs);
  if (!contact || !linked) return null;
  const bookingIds = await withOwnBookings(deps, ['contact', contact.id], linked);
  return {
    contact: { ...(await overlayContact(deps, contact)), bookingIds },
    history: new Map(),
    isFresh: () => false,
  };
}

/** The contact of that record id, with past values of these properties. One call, always. */
export async function seeContact(deps: Deps, id: string, history: readonly string[] = []): Promise<SeenContact | null> {
  return see(deps, id, { properties: CONTACT_PROPERTIES, history });
}

/** The contact that has this e-mail address, without its bookings. One call, always. */
export async function seeContactByEmail(deps: Deps, email: string): Promise<SeenContact | null> {
  return see(deps, email.toLowerCase(), { properties: CONTACT_PROPERTIES, idProperty: 'email' });
}

async function see(
  deps: Deps,
  id: string,
  options: GetObjectOptions<(typeof CONTACT_PROPERTIES)[number]>,
): Promise<SeenContact | null> {
  const record = await deps.hubspot.getObject(deps.config.objectTypes.contacts, id, options);
  if (!record) return null;
  const isFresh = freshFor(deps.clock, MAX_BASE_AGE_MS);
  const contact = await overlayContact(deps, toContact(record, deps.recordContext));
  return { contact, history: record.history, isFresh };
}

/** The contact of that record id; null when HubSpot does not know it. One call, always. */
export async function readContactById(deps: Deps, id: string): Promise<Contact | null> {
  return (await seeContact(deps, id))?.contact ?? null;
}

/** The contact that has this e-mail address; null when nobody has. One call, always. */
async function readContact(deps: Deps, email: string): Promise<Contact | null> {
  return (await seeContactByEmail(deps, email))?.contact ?? null;
}

export interface GetContactOptions extends FetchOptions {
  /** Lets the ids of its bookings come along in the same call, for whoever needs them next. */
  withBookings?: boolean;
}

/**
 * The contact that has this e-mail address, through the cache, with the credits that what is owed will leave it; null
 * when nobody has. At most one call.
 */
export async function getContact(
  deps: Deps,
  email: string,
  { withBookings = false, ...options }: GetContactOptions = {},
): Promise<Contact | null> {
  const address = email.toLowerCase();
  let read: Contact | null = null;
  const load = async (reading: Reading) => {
    read = await (withBookings ? loadWithBookings(deps, address, reading) : readContact(deps, address));
    if (!read) return null;
    reading.keep(contactKey(read.id), read);
    return { contactId: read.id };
  };
  const found = await deps.cache.fetch(contactByEmailKey(address), load, options);
  if (!found) return null;
  const { contactId } = found;
  const known =
    read ?? (await deps.cache.fetch(contactKey(contactId), async () => readContactById(deps, contactId), options));
  return known && overlayPromises(deps, known);
}

async function loadWithBookings(deps: Deps, email: string, reading: Reading): Promise<Contact | null> {
  const keepBookings = async () => {
    const seen = await seeStudent(deps, email);
    if (!seen) return null;
    const { bookingIds, ...contact } = seen.contact;
    reading.keep(contactBookingIdsKey(contact.id), bookingIds);
    return contact;
  };
  return orWithoutLinks(keepBookings, async () => readContact(deps, email));
}

/** Whether any contact has this student id. `student_id` is a number in HubSpot: other text cannot be one. One call. */
export async function studentIdExists(deps: Deps, studentId: string): Promise<boolean> {
  if (!/^\d{1,18}$/.test(studentId)) return false;
  const options = { idProperty: 'student_id', properties: ['student_id'] as const };
  return (await deps.hubspot.getObject(deps.config.objectTypes.contacts, studentId, options)) !== null;
}
