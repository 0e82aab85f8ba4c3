import { setTimeout as sleep } from 'node:timers/promises';
import { BOOKINGS, CONTACTS, MOCK_EXAMS } from '../contestants/shared.ts';
import type { DataOf } from '../accounts/accounts.ts';
import type { EmulatorProcess } from '../process/emulator.ts';
import { hubSpotEvent, statusEvent, webhookRequest } from '../scenarios/requests.ts';
import { send } from './wire.ts';

type HubSpotEvent = ReturnType<typeof hubSpotEvent>;

/** HubSpot sends its events about this long after what they tell of. */
const DELIVERY_MS = 1000;
/** A booking's count has been written by then. */
const COUNT_WRITTEN_MS = 2600;
/** How often somebody changes something in HubSpot's own pages. */
const CHANGE_EVERY_MS = 6000;

/** HubSpot's side of the mix: it tells the API of every change, those made through the API and those made elsewhere. */
export class MixWebhooks {
  readonly #emulator: EmulatorProcess;
  readonly #baseUrl: string;
  readonly #data: DataOf<'mix'>;
  #due: HubSpotEvent[] = [];
  #changes = 0;
  readonly #sent: Promise<unknown>[] = [];
  readonly #timers: NodeJS.Timeout[];
  /** Deliveries that were not answered with 200. */
  failed = 0;

  constructor(emulator: EmulatorProcess, baseUrl: string, data: DataOf<'mix'>) {
    this.#emulator = emulator;
    this.#baseUrl = baseUrl;
    this.#data = data;
    this.#timers = [
      setInterval(() => this.#sent.push(this.#deliver()), DELIVERY_MS),
      setInterval(() => void this.#changeSomething(), CHANGE_EVERY_MS),
    ];
  }

  /** No more changes; resolves once what was sent has been answered. */
  async stop(): Promise<void> {
    for (const timer of this.#timers) clearInterval(timer);
    await Promise.all(this.#sent);
  }

  /** What HubSpot tells after a booking: the record, its two associations, the credit and the count. */
  booked(booking: string, contact: string, exam: string, credit: string): void {
    const now = Date.now();
    const record = { objectId: Number(booking), objectTypeId: BOOKINGS };
    this.#due.push(
      hubSpotEvent('object.creation', now, record),
      this.#link(booking, CONTACTS, contact),
      this.#link(booking, MOCK_EXAMS, exam),
    );
    this.#sent.push(this.#paid(contact, exam, credit));
  }

  /** What HubSpot tells after a cancellation. */
  cancelled(booking: string, contact: string, exam: string, credit: string): void {
    this.#due.push(statusEvent(booking, 'Cancelled', Date.now()));
    this.#sent.push(this.#paid(contact, exam, credit));
  }

  /** The count may be written seconds after the answer, and told only then. */
  async #paid(contact: string, exam: string, credit: string): Promise<void> {
    await sleep(COUNT_WRITTEN_MS);
    const balance = await this.#emulator.ask('value', { type: 'contacts', id: contact, property: credit });
    const count = await this.#emulator.ask('value', { type: 'mock_exams', id: exam, property: 'total_bookings' });
    this.#due.push(
      property('contact.propertyChange', contact, { propertyName: credit, propertyValue: balance }),
      property('object.propertyChange', exam, {
        objectTypeId: MOCK_EXAMS,
        propertyName: 'total_bookings',
        propertyValue: count,
      }),
    );
  }

  #link(booking: string, toType: string, toId: string): HubSpotEvent {
    return hubSpotEvent('object.associationChange', Date.now(), {
      objectTypeId: BOOKINGS,
      fromObjectId: Number(booking),
      toObjectId: Number(toId),
      fromObjectTypeId: BOOKINGS,
      toObjectTypeId: toType,
      associationRemoved: false,
    });
  }

  async #deliver(): Promise<void> {
    if (this.#due.length === 0) return;
    const events = this.#due;
    this.#due = [];
    const { status } = await send(this.#baseUrl, webhookRequest(this.#baseUrl, events));
    if (status !== 200) this.failed += 1;
  }

  /** Somebody works in HubSpot's own pages: in turn a student's credits, a session's seats, somebody's booking. */
  async #changeSomething(): Promise<void> {
    const { students, sessions, taken } = this.#data;
    const turn = (this.#changes += 1);
    const student = students[turn % students.length];
    const session = sessions[turn % sessions.length];
    const booking = taken[turn * 7];
    if (!student || !session || !booking) return;
    const changes = [
      { type: 'contacts', id: student.id, name: 'shared_mock_credits', value: '5' },
      { type: 'mock_exams', id: session.id, name: 'capacity', value: String(session.capacity + turn) },
      { type: 'bookings', id: booking.booking, name: 'is_active', value: 'Cancelled' },
    ] as const;
    const change = changes[turn % 3];
    if (!change) return;
    await this.#emulator.ask('change', {
      type: change.type,
      id: change.id,
      properties: { [change.name]: change.value },
    });
    const typeId = { contacts: CONTACTS, mock_exams: MOCK_EXAMS, bookings: BOOKINGS }[change.type];
    this.#due.push(
      property(change.type === 'contacts' ? 'contact.propertyChange' : 'object.propertyChange', change.id, {
        objectTypeId: typeId,
        propertyName: change.name,
        propertyValue: change.value,
      }),
    );
  }
}

function property(subscription: string, id: string, facts: Record<string, string>): HubSpotEvent {
  return hubSpotEvent(subscription, Date.now(), { objectId: Number(id), ...facts });
}
