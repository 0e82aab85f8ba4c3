import { REFUSAL_MAX_AGE_MS } from '../cache/policies.ts';
import type { Deps } from '../wiring/deps.ts';
import { AppError } from '../contract/errors.ts';
import type { StudentLogin } from '../contract/fields.ts';
import {
  type ContactWithBookings,
  getContact,
  type GetContactOptions,
  getSignedIn,
  type SeenContact,
  seeStudent,
} from '../reads/contact.ts';
import type { Contact, Student } from '../records/contact.ts';
import { currentContext } from '../request/context.ts';

/**
 * The contact that has this e-mail address and this student id, through the cache; at most one call. A refusal rests on
 * what was read within the last seconds.
 * @throws {AppError} `AUTH_FAILED` when the two do not belong together.
 */
export async function authenticate(
  deps: Deps,
  { email, student_id: studentId }: StudentLogin,
  options: Pick<GetContactOptions, 'withBookings'> = {},
): Promise<Contact> {
  const known = await getContact(deps, email, options);
  if (known?.studentId === studentId) return recognised(known);
  return requireMatch(await getContact(deps, email, { ...options, maxAgeMs: REFUSAL_MAX_AGE_MS }), studentId);
}

/**
 * {@link authenticate} for whoever needs the student's credits and bookings alone: they may come from an instance that has
 * seen them sign in. At most one call.
 * @throws {AppError} `AUTH_FAILED`
 */
export async function signIn(deps: Deps, login: StudentLogin): Promise<Student> {
  const known = await getSignedIn(deps, login);
  return known ? recognised(known) : authenticate(deps, login, { withBookings: true });
}

/**
 * {@link authenticate} past the cache, with past values of these properties: for whoever is about to write. One call,
 * always.
 */
export async function authenticateAnew(
  deps: Deps,
  { email, student_id: studentId }: StudentLogin,
  history: readonly string[],
): Promise<SeenContact<ContactWithBookings>> {
  const seen = await seeStudent(deps, email, history);
  if (seen?.contact.studentId !== studentId) throw authFailed();
  recognised(seen.contact);
  return seen;
}

function requireMatch(contact: Contact | null, studentId: string): Contact {
  if (contact?.studentId === studentId) return recognised(contact);
  throw authFailed();
}

function authFailed(): AppError {
  const message = 'Authentication failed. Please check your Student ID and email.';
  return new AppError('AUTH_FAILED', message, { isFailedLogin: true });
}

function recognised<S extends Student>(contact: S): S {
  currentContext()?.loginPassed();
  return contact;
}
