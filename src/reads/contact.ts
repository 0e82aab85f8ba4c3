import type { FetchOptions } from '../cache/cache-service.ts';
import type { Reading } from '../cache/entry-store.ts';
import { contactBookingIdsKey, contactByEmailKey, contactKey } from '../cache/keys.ts';
import type { Deps } from '../wiring/deps.ts';
import { overlayBookingIds, overlayContact } from './own-writes.ts';
import { type Contact, CONTACT_PROPERTIES, toContact } from '../records/contact.ts';

/** A contact and the record ids of all its bookings, those included that HubSpot does not link yet. */
export interface ContactWithBookings extends Contact {
  bookingIds: readonly string[];
}

/** The contact that has this e-mail address, with its booking ids; null when nobody has. One call, always. */
export async function readContactWithBookings(deps: Deps, email: string): Promise<ContactWithBookings | null> {
  const { contacts, bookings } = deps.config.objectTypes;
  const options = { idProperty: 'email', properties: CONTACT_PROPERTIES, associations: [bookings] };
  const record = await deps.hubspot.getObject(contacts, email.toLowerCase(), options);
  if (!record) return null;
  const linked = record.associations.get(bookings.id) ?? [];
  const bookingIds = await overlayBookingIds(deps, ['contact', record.id], linked);
  return { ...(await overlayContact(deps, toContact(record, deps.recordContext))), bookingIds };
}

/** The contact of that record id; null when HubSpot does not know it. One call, always. */
export async function readContactById(deps: Deps, id: string): Promise<Contact | null> {
  const options = { properties: CONTACT_PROPERTIES };
  const record = await deps.hubspot.getObject(deps.config.objectTypes.contacts, id, options);
  return record && overlayContact(deps, toContact(record, deps.recordContext));
}

/** The contact that has this e-mail address; null when nobody has. One call, always. */
export async function readContact(deps: Deps, email: string): Promise<Contact | null> {
  const options = { idProperty: 'email', properties: CONTACT_PROPERTIES };
  const record = await deps.hubspot.getObject(deps.config.objectTypes.contacts, email.toLowerCase(), options);
  return record && overlayContact(deps, toContact(record, deps.recordContext));
}

export interface GetContactOptions extends FetchOptions {
  /** Lets the ids of its bookings come along in the same call, for whoever needs them next. */
  withBookings?: boolean;
}

/** The contact that has this e-mail address, through the cache; null when nobody has. At most one call. */
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
  if (!found || read) return read;
  const { contactId } = found;
  return deps.cache.fetch(contactKey(contactId), async () => readContactById(deps, contactId), options);
}

async function loadWithBookings(deps: Deps, email: string, reading: Reading): Promise<Contact | null> {
  const found = await readContactWithBookings(deps, email);
  if (!found) return null;
  const { bookingIds, ...contact } = found;
  reading.keep(contactBookingIdsKey(contact.id), bookingIds);
  return contact;
}

/** Whether any contact has this student id. `student_id` is a number in HubSpot: other text cannot be one. One call. */
export async function studentIdExists(deps: Deps, studentId: string): Promise<boolean> {
  if (!/^\d{1,18}$/.test(studentId)) return false;
  const options = { idProperty: 'student_id', properties: ['student_id'] as const };
  return (await deps.hubspot.getObject(deps.config.objectTypes.contacts, studentId, options)) !== null;
}
