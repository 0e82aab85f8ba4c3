import { contactKey } from '../cache/keys.ts';
import type { JournalEntry } from '../consistency/journal.ts';
import type { Deps } from '../deps.ts';
import { toStatus } from '../records/booking.ts';
import { CREDIT_FIELDS } from '../records/contact.ts';
import type { HubSpotEvent } from './events.ts';

/** The events that tell us nothing we did not do ourselves are left out: they cost neither a call nor a cached value. */
export async function withoutEchoes(deps: Deps, events: readonly HubSpotEvent[]): Promise<HubSpotEvent[]> {
  const echoes = await Promise.all(events.map(async (event) => isEcho(deps, event)));
  return events.filter((_event, index) => !echoes[index]);
}

async function isEcho(deps: Deps, event: HubSpotEvent): Promise<boolean> {
  if (event.ends) return isAssociationEcho(deps, event);
  const [id = ''] = event.ids;
  switch (event.subject) {
    case 'booking':
    case 'contact-or-booking':
      return isBookingEcho(event, await deps.journal.entryOf(id));
    case 'exam':
      return (
        event.property?.name === 'total_bookings' && deps.counts.lastWritten(id)?.total === Number(event.property.value)
      );
    case 'contact':
      return isCreditEcho(deps, id, event.property);
    case 'enrollment':
    case 'other':
      return false;
  }
}

/** Both ends of a booking that was made here, whichever comes first. */
async function isAssociationEcho(deps: Deps, { ends }: HubSpotEvent): Promise<boolean> {
  const booking = ends?.find(({ subject }) => subject === 'booking');
  const other = ends?.find((end) => end !== booking);
  const entry = booking && (await deps.journal.entryOf(booking.id));
  return entry !== undefined && entry.made && (other?.id === entry.examId || other?.id === entry.contactId);
}

/** The same booking in the same state as our last write left it. */
function isBookingEcho({ action, property }: HubSpotEvent, entry: JournalEntry | undefined): boolean {
  if (!entry) return false;
  switch (action) {
    case 'creation':
      return entry.made;
    case 'deletion':
      return entry.undone;
    case 'propertyChange':
      if (property?.name !== 'is_active') return entry.made;
      return (
        toStatus(property.value) === (entry.cancelledAtMs === undefined ? 'scheduled' : 'cancelled') && isOurs(entry)
      );
    case 'restore':
    case 'associationChange':
    case 'other':
      return false;
  }
}

function isOurs(entry: JournalEntry): boolean {
  return entry.made || entry.cancelledAtMs !== undefined;
}

function isCreditEcho(deps: Deps, contactId: string, property: HubSpotEvent['property']): boolean {
  const field = CREDIT_FIELDS.find((name) => name === property?.name);
  const known = field && deps.cache.get(contactKey(contactId));
  return Boolean(known && field && known.credits[field] === Number(property?.value));
}
