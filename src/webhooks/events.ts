import { z } from 'zod';
import { RECORD_ID } from '../contract/fields.ts';

/** What an event is about. `contact-or-booking`: the account's legacy subscriptions name bookings as contacts. */
type EventSubject = 'booking' | 'exam' | 'contact' | 'contact-or-booking' | 'enrollment' | 'other';

type EventAction = 'creation' | 'deletion' | 'restore' | 'merge' | 'propertyChange' | 'associationChange' | 'other';

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
  /** The record that the others of a `merge` are part of now; null for any other event. */
  mergedInto: string | null;
  property: { name: string; value: string } | null;
  /** Both ends, for an `associationChange`. */
  ends: readonly [EventEnd, EventEnd] | null;
  /** Whether the association is gone rather than new. */
  removed: boolean;
  /** Epoch milliseconds, HubSpot's clock; null when it is not told, or in the future and thus of some other clock. */
  occurredAtMs: number | null;
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
/** A field that cannot be read is taken as missing: the rest of the event may still tell what changed. */
const MaybeId = Id.optional().catch(undefined);
const MaybeText = z.string().optional().catch(undefined);

const RawEvent = z.object({
  subscriptionType: MaybeText,
  // A sample in HubSpot's documentation calls it so.
  eventType: MaybeText,
  objectId: MaybeId,
  objectTypeId: MaybeText,
  occurredAt: z
    .union([
      z.number(),
      z
        .string()
        .regex(/^\d{1,15}$/)
        .transform(Number),
    ])
    .nullable()
    .catch(null),
  propertyName: MaybeText,
  propertyValue: z.union([z.string(), z.number(), z.boolean()]).transform(String).catch(''),
  associationType: MaybeText,
  associationRemoved: z
    .union([z.boolean(), z.stringbool()])
    .default(false)
    // Whatever else it says, it is not sure that nothing was taken away.
    .catch(true),
  fromObjectId: MaybeId,
  toObjectId: MaybeId,
  fromObjectTypeId: MaybeText,
  toObjectTypeId: MaybeText,
  primaryObjectId: MaybeId,
  mergedObjectIds: z.array(MaybeId).catch([]),
  newObjectId: MaybeId,
});
type RawEvent = z.infer<typeof RawEvent>;

/** Properties that contacts have and bookings have not: events about them name a contact for certain. */
const CONTACT_PROPERTIES = /^(student_id|firstname|lastname|\w+_credits|mock_discussion_token|lastmodifieddate|phone)$/;

/** A delivery, understood. */
export interface ParsedEvents {
  /** Repeats are taken once. */
  events: HubSpotEvent[];
  /** Entries that name no record, or are no events at all. */
  unreadable: number;
}

/** HubSpot's clock and ours differ by less than this. */
const CLOCK_SKEW_MS = 60_000;

/**
 * Understands a delivery, entry by entry: one that cannot be read takes no other with it.
 * @param nowMs epoch milliseconds.
 */
export function parseEvents(raw: readonly unknown[], types: EventTypes, nowMs: number): ParsedEvents {
  const events = new Map<string, HubSpotEvent>();
  let unreadable = 0;
  for (const candidate of raw) {
    const parsed = RawEvent.safeParse(candidate);
    const event = parsed.success ? toEvent(parsed.data, types, nowMs) : null;
    if (event) events.set(JSON.stringify(event), event);
    else unreadable += 1;
  }
  return { events: [...events.values()], unreadable };
}

function toEvent(raw: RawEvent, types: EventTypes, nowMs: number): HubSpotEvent | null {
  const [object = '', verb = ''] = (raw.subscriptionType ?? raw.eventType ?? '').split('.');
  const action = toAction(verb);
  const ids = [raw.objectId, raw.primaryObjectId, raw.newObjectId, ...raw.mergedObjectIds];
  const event = {
    subject: toSubject(object, verb, raw, types),
    action,
    ids: [...new Set(ids.flatMap((id) => id ?? []))],
    mergedInto: action === 'merge' ? (raw.newObjectId ?? raw.primaryObjectId ?? raw.objectId ?? null) : null,
    property: raw.propertyName ? { name: raw.propertyName, value: raw.propertyValue } : null,
    ends: action === 'associationChange' ? toEnds(raw, types) : null,
    removed: raw.associationRemoved,
    occurredAtMs: raw.occurredAt !== null && raw.occurredAt <= nowMs + CLOCK_SKEW_MS ? raw.occurredAt : null,
  };
  return event.ids.length > 0 || event.ends ? event : null;
}

function toAction(verb: string): EventAction {
  switch (verb) {
    case 'creation':
    case 'deletion':
    case 'restore':
    case 'merge':
    case 'propertyChange':
    case 'associationChange':
      return verb;
    default:
      return 'other';
  }
}

function toSubject(object: string, verb: string, raw: RawEvent, types: EventTypes): EventSubject {
  if (object === 'contact') {
    const certain = raw.propertyName !== undefined && CONTACT_PROPERTIES.test(raw.propertyName);
    // Only contacts are merged or deleted for privacy under this name.
    return certain || verb === 'merge' || verb === 'privacyDeletion' ? 'contact' : 'contact-or-booking';
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
  const names = (raw.associationType ?? '').toLowerCase().split('_to_');
  const [from, to] = names.length === 2 ? names : [];
  const { fromObjectId, toObjectId, objectId = fromObjectId, objectTypeId } = raw;
  const fromType = raw.fromObjectTypeId ?? (objectId === toObjectId ? undefined : objectTypeId);
  const toType = raw.toObjectTypeId ?? (objectId === toObjectId ? objectTypeId : undefined);
  return [
    { subject: endSubject(fromType, from, types), id: fromObjectId },
    { subject: endSubject(toType, to, types), id: toObjectId },
  ];
}

function endSubject(typeId: string | undefined, name: string | undefined, types: EventTypes): EventEnd['subject'] {
  if (typeId) return subjectOfType(typeId, types);
  if (!name) return 'unknown';
  if (name.includes('exam')) return 'exam';
  if (name.includes('booking')) return 'booking';
  return name.includes('contact') ? 'contact' : 'other';
}
