import type { JournalEntry } from '../consistency/journal.ts';
import type { Deps } from '../wiring/deps.ts';
import { ACTIVE, CANCELLED } from '../records/booking.ts';
import { creditFromProperty } from '../records/contact.ts';
import { countFromProperty } from '../records/exam.ts';
import type { EventEnd, HubSpotEvent } from './events.ts';

/** HubSpot's own clocks differ by less than this: an event this much later than our write may still be about it. */
const CLOCK_SKEW_MS = 1000;

/**
 * The events that tell us nothing we did not do ourselves are left out: they cost neither a call nor a cached value. An
 * event that happened after our write is never one of them, whatever it says: somebody may have changed the record and
 * changed it back.
 */
export async function withoutEchoes(deps: Deps, events: readonly HubSpotEvent[]): Promise<HubSpotEvent[]> {
  const echoes = await Promise.all(events.map(async (event) => isEcho(deps, event)));
  return events.filter((_event, index) => !echoes[index]);
}

async function isEcho(deps: Deps, event: HubSpotEvent): Promise<boolean> {
  if (event.ends) return isAssociationEcho(deps, event, event.ends);
  const [id = ''] = event.ids;
  switch (event.subject) {
    case 'booking':
    case 'contact-or-booking':
      return isBookingEcho(event, await deps.journal.entryOf(id));
    case 'exam':
      return isCountEcho(deps, id, event);
    case 'contact':
      return isCreditEcho(deps, id, event);
    case 'enrollment':
    case 'other':
      return false;
  }
}

/** Whether the event happened by the time HubSpot gave our write; unknown times are no proof of it. */
function isBy({ occurredAtMs }: HubSpotEvent, writtenAtMs: number | undefined): boolean {
  return occurredAtMs !== null && writtenAtMs !== undefined && occurredAtMs <= writtenAtMs + CLOCK_SKEW_MS;
}

/** Both ends of a booking that was made here, whichever comes first; taken apart again when it was undone here. */
async function isAssociationEcho(deps: Deps, event: HubSpotEvent, ends: readonly EventEnd[]): Promise<boolean> {
  for (const booking of ends) {
    const entry = mayBe(booking, 'booking') ? await deps.journal.entryOf(booking.id) : undefined;
    if (!entry) continue;
    const ours = ends.some(
      (end) => (mayBe(end, 'exam') && end.id === entry.examId) || (mayBe(end, 'contact') && end.id === entry.contactId),
    );
    return ours && isBy(event, event.removed ? entry.undoneAtMs : entry.madeAtMs);
  }
  return false;
}

function mayBe({ subject }: EventEnd, wanted: EventEnd['subject']): boolean {
  return subject === wanted || subject === 'unknown';
}

/** The same booking as our create left it, or our cancelling, or our undoing. */
function isBookingEcho(event: HubSpotEvent, entry: JournalEntry | undefined): boolean {
  if (!entry) return false;
  switch (event.action) {
    case 'creation':
      return isBy(event, entry.madeAtMs);
    case 'deletion':
      return isBy(event, entry.undoneAtMs);
    case 'propertyChange':
      return event.property?.name === 'is_active'
        ? isStatusEcho(event, event.property.value, entry)
        : isBy(event, entry.madeAtMs);
    case 'restore':
    case 'merge':
    case 'associationChange':
    case 'other':
      return false;
  }
}

/** Compared as HubSpot holds it: `Failed` and `Completed` are no words of ours, whatever they mean for the seat. */
function isStatusEcho(event: HubSpotEvent, isActive: string, entry: JournalEntry): boolean {
  switch (isActive.trim().toLowerCase()) {
    case ACTIVE.toLowerCase():
      return isBy(event, entry.madeAtMs);
    case CANCELLED.toLowerCase():
      return isBy(event, entry.cancelledAtMs) || isBy(event, entry.undoneAtMs);
    default:
      return false;
  }
}

/** Numbers are compared as numbers: HubSpot may tell `15` as `15.0`. */
function isCountEcho(deps: Deps, examId: string, event: HubSpotEvent): boolean {
  const count = countFromProperty(event.property);
  const written = count === null ? undefined : deps.counts.lastWritten(examId);
  return count === written?.total && isBy(event, written?.landedAtMs);
}

async function isCreditEcho(deps: Deps, contactId: string, event: HubSpotEvent): Promise<boolean> {
  const credit = creditFromProperty(event.property);
  const written = credit && (await deps.journal.creditsOf(contactId));
  if (!credit || !written) return false;
  return written.credits[credit.field] === credit.amount && isBy(event, written.updatedAtMs);
}
