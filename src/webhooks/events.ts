import { z } from 'zod';
import { RECORD_ID } from '../fields.ts';

/** What an event is about. `contact-or-booking`: the account's legacy subscriptions name bookings as contacts. */
type EventSubject = 'booking' | 'exam' | 'contact' | 'contact-or-booking' | 'enrollment' | 'other';

type EventAction = 'creation' | 'deletion' | 'restore' | 'propertyChange' | 'associationChange' | 'other';

/** One end of an association that changed. */
export interface EventEnd {
  subject: EventSubject | 'unknown';
  id: string;
}

/** A HubSpot event in our words: a hint that something changed, to be looked up. */
export interface HubSpotEvent {
  subject: EventSubject;
  action: EventAction;
  /** Records it is about: several for a merge. */
  ids: readonly string[];
  property: { name: string; value: string } | null;
  /** Both ends, for an `associationChange`. */
  ends: readonly [EventEnd, EventEnd] | null;
  /** Epoch milliseconds, HubSpot's clock; 0 when it is not told. */
  occurredAtMs: number;
}

/** Type ids by which events name their records. */
export interface EventTypes {
  bookings: { id: string };
  mockExams: { id: string };
  contacts: { id: string };
  enrollments: { id: string };
}

const Id = z
  .union([z.string(), z.number()])
  .transform(String)
  .refine((id) => RECORD_ID.test(id));

const RawEvent = z.object({
  subscriptionType: z.string().optional(),
  // A sample in HubSpot's documentation calls it so.
  eventType: z.string().optional(),
  objectId: Id.optional(),
  objectTypeId: z.string().optional(),
  occurredAt: z.number().default(0),
  propertyName: z.string().optional(),
  propertyValue: z
    .union([z.string(), z.number(), z.boolean()])
    .nullish()
    .transform((value) => (value === undefined || value === null ? '' : String(value))),
  associationType: z.string().optional(),
  fromObjectId: Id.optional(),
  toObjectId: Id.optional(),
  fromObjectTypeId: z.string().optional(),
  toObjectTypeId: z.string().optional(),
  primaryObjectId: Id.optional(),
  mergedObjectIds: z.array(Id).optional(),
  newObjectId: Id.optional(),
});
type RawEvent = z.infer<typeof RawEvent>;

/** Properties that only contacts have: events about them name a contact for certain. */
const CONTACT_PROPERTIES =
  /^(email|student_id|firstname|lastname|\w+_credits|mock_discussion_token|hs_\w+|last\w*date|phone)$/;

/** Understands a delivery. What is no event of a known kind is left out; repeats are taken once. */
export function parseEvents(raw: readonly unknown[], types: EventTypes): HubSpotEvent[] {
  const events = new Map<string, HubSpotEvent>();
  for (const candidate of raw) {
    const parsed = RawEvent.safeParse(candidate);
    const event = parsed.success ? toEvent(parsed.data, types) : null;
    if (event) events.set(JSON.stringify(event), event);
  }
  return [...events.values()];
}

function toEvent(raw: RawEvent, types: EventTypes): HubSpotEvent | null {
  const [object = '', verb = ''] = (raw.subscriptionType ?? raw.eventType ?? '').split('.');
  const action = toAction(verb);
  const ids = [raw.objectId, raw.primaryObjectId, raw.newObjectId, ...(raw.mergedObjectIds ?? [])];
  const event = {
    subject: toSubject(object, raw, types),
    action,
    ids: [...new Set(ids.flatMap((id) => id ?? []))],
    property: raw.propertyName ? { name: raw.propertyName, value: raw.propertyValue } : null,
    ends: action === 'associationChange' ? toEnds(raw, types) : null,
    occurredAtMs: raw.occurredAt,
  };
  return event.ids.length > 0 || event.ends ? event : null;
}

function toAction(verb: string): EventAction {
  switch (verb) {
    case 'creation':
    case 'deletion':
    case 'restore':
    case 'propertyChange':
    case 'associationChange':
      return verb;
    case 'privacyDeletion':
      return 'deletion';
    default:
      return 'other';
  }
}

function toSubject(object: string, raw: RawEvent, types: EventTypes): EventSubject {
  if (object === 'contact') {
    const certain = raw.propertyName !== undefined && CONTACT_PROPERTIES.test(raw.propertyName);
    return certain || raw.mergedObjectIds ? 'contact' : 'contact-or-booking';
  }
  return object === 'object' ? subjectOfType(raw.objectTypeId, types) : 'other';
}

function subjectOfType(typeId: string | undefined, types: EventTypes): EventSubject {
  if (typeId === types.bookings.id) return 'booking';
  if (typeId === types.mockExams.id) return 'exam';
  if (typeId === types.contacts.id) return 'contact';
  return typeId === types.enrollments.id ? 'enrollment' : 'other';
}

/** Types come as ids or, in the older form, in the association's name, such as `BOOKING_TO_MOCK_EXAM`. */
function toEnds(raw: RawEvent, types: EventTypes): [EventEnd, EventEnd] | null {
  if (!raw.fromObjectId || !raw.toObjectId) return null;
  const [from = '', to = ''] = (raw.associationType ?? '').toLowerCase().split('_to_');
  return [
    { subject: endSubject(raw.fromObjectTypeId ?? raw.objectTypeId, from, types), id: raw.fromObjectId },
    { subject: endSubject(raw.toObjectTypeId, to, types), id: raw.toObjectId },
  ];
}

function endSubject(typeId: string | undefined, name: string, types: EventTypes): EventEnd['subject'] {
  if (typeId) return subjectOfType(typeId, types);
  if (/mock_exam|exam/.test(name)) return 'exam';
  if (/booking/.test(name)) return 'booking';
  return name.includes('contact') ? 'contact' : 'unknown';
}
