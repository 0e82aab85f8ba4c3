import type { FetchOptions } from '../cache/cache-service.ts';
import type { Reading } from '../cache/entry-store.ts';
import { contactBookingIdsKey, contactByEmailKey, contactKey, type SignedIn, signedInKey } from '../cache/keys.ts';
import type { StudentLogin } from '../contract/fields.ts';
import type { GetObjectOptions } from '../hubspot/service.ts';
import type { PastValue } from '../hubspot/types.ts';
import { type Freshness, freshFor } from '../time/clock.ts';
import type { Deps } from '../wiring/deps.ts';
import { orWithoutLinks } from './links.ts';
import { overlayBookingIds, overlayContact, overlayPromises, withOwnBookings } from './own-writes.ts';
import { type Contact, CONTACT_PROPERTIES, type Student, toContact } from '../records/contact.ts';

/** The record ids of all bookings of a student, those included that HubSpot does not link yet. */
interface WithBookings {
  bookingIds: readonly string[];
}
export type StudentWithBookings = Student & WithBookings;
export type ContactWithBookings = Contact & WithBookings;

/** A contact as it was seen just now: what may be decided on, for a short time. */
export interface SeenContact<C extends Contact = Contact> {
  contact: C;
  /** Past values of the properties that were asked for. */
  history: ReadonlyMap<string, readonly PastValue[]>;
  /** When it was asked for, in milliseconds of the monotonic clock. */
  readAtMs: number;
  /** Whether it is young enough for a write to rest on it. */
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
  const readAtMs = deps.clock.monotonicMs();
  const record = await deps.hubspot.getObject(contacts, id, wanted);
  if (!record) return null;
  const isFresh = freshFor(deps.clock, MAX_BASE_AGE_MS);
  const linked = record.associations.get(bookings.id) ?? [];
  const bookingIds = await overlayBookingIds(deps, ['contact', record.id], linked);
  const contact = await overlayContact(deps, toContact(record, deps.recordContext));
  return { contact: { ...contact, bookingIds }, history: record.history, readAtMs, isFresh };
}

/**
 * What {@link getContact} read with the bookings at most `maxAgeMs` ago, with what was written here since; null when that
 * is not in the cache. No call. No write may rest on it.
 */
export async function recallStudent(
  deps: Deps,
  login: StudentLogin,
  maxAgeMs: number,
): Promise<StudentWithBookings | null> {
  const { cache } = deps;
  const found = cache.peek(contactByEmailKey(login.email.toLowerCase()), maxAgeMs);
  const read = found && cache.peek(contactKey(found.contactId), maxAgeMs);
  const student = read ?? toStudent(cache.peek(signedInKey(sealedLogin(deps, login)), maxAgeMs), login);
  const linked = student && cache.peek(contactBookingIdsKey(student.id), maxAgeMs);
  if (!linked || student.studentId !== login.student_id) return null;
  const bookingIds = await withOwnBookings(deps, ['contact', student.id], linked);
  return { ...(await overlayContact(deps, student)), bookingIds };
}

/**
 * The student whom another instance has seen sign in, with the credits that what is owed will leave them; null where none
 * has told. No call.
 */
export async function getSignedIn(deps: Deps, login: StudentLogin): Promise<Student | null> {
  const student = toStudent(deps.cache.get(signedInKey(sealedLogin(deps, login))), login);
  return student && overlayPromises(deps, await overlayContact(deps, student));
}

/** What is kept under a login is of whoever has that student id. */
function toStudent(found: SignedIn | undefined, { student_id: studentId }: StudentLogin): Student | null {
  return found ? { ...found, studentId } : null;
}

function sealedLogin({ seal }: Deps, { email, student_id: studentId }: StudentLogin): string {
  return seal(`${studentId} ${email.toLowerCase()}`);
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
  const readAtMs = deps.clock.monotonicMs();
  const record = await deps.hubspot.getObject(deps.config.objectTypes.contacts, id, options);
  if (!record) return null;
  const isFresh = freshFor(deps.clock, MAX_BASE_AGE_MS);
  const contact = await overlayContact(deps, toContact(record, deps.recordContext));
  return { contact, history: record.history, readAtMs, isFresh };
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
    tellSignedIn(deps, email, seen.contact, reading.startedAt);
    return contact;
  };
  return orWithoutLinks(keepBookings, async () => readContact(deps, email));
}

/** The next request of the student may come to another instance. */
function tellSignedIn(deps: Deps, email: string, contact: ContactWithBookings, readAtMs: number): void {
  const { id, studentId, credits, updatedAtMs, bookingIds } = contact;
  const name = sealedLogin(deps, { email, student_id: studentId });
  const agoMs = () => Math.ceil(deps.clock.monotonicMs() - readAtMs);
  deps.shared?.tell(() => ['signedIn', name, { id, credits, updatedAtMs }, [...bookingIds], agoMs()]);
}

/** Whether any contact has this student id. `student_id` is a number in HubSpot: other text cannot be one. One call. */
export async function studentIdExists(deps: Deps, studentId: string): Promise<boolean> {
  if (!/^\d{1,18}$/.test(studentId)) return false;
  const options = { idProperty: 'student_id', properties: ['student_id'] as const };
  return (await deps.hubspot.getObject(deps.config.objectTypes.contacts, studentId, options)) !== null;
}
