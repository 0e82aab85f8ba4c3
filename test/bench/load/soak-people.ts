import { setTimeout as sleep } from 'node:timers/promises';
import { SeededRandom } from '../../../src/emulator/seed/random.ts';
import { seatHoldersOf } from '../../support/seat-holders.ts';
import type { TestStudent } from '../../support/account-builder.ts';
import { type WireAnswer, type WireRequest, send } from '../measure/wire.ts';
import {
  availableRequest,
  cancelRequest,
  capacityRequest,
  createRequest,
  creditsRequest,
  hubSpotEvent,
  listRequest,
  statusEvent,
  webhookRequest,
} from '../scenarios/requests.ts';
import { CREDITS, HORIZON_MS, type Stage } from './soak-stage.ts';

export type SoakAction = 'book' | 'cancel' | 'list' | 'available' | 'capacity' | 'credits' | 'webhook';

export interface SoakAnswer {
  action: SoakAction;
  answer: WireAnswer;
}

/** What an administrator did to one student. */
export interface StaffDeeds {
  given: number;
  /** Bookings cancelled in HubSpot itself, for which nothing was given back. */
  cancelled: Set<string>;
}

const ACTIONS = { book: 28, cancel: 18, list: 22, available: 10, capacity: 10, credits: 10, rest: 2 };
const THINK_MS = { least: 200, most: 900 };
const GIFT = 3;

/** One student at the page until the time is up; an administrator sees to them while they rest. */
export class SoakStudent {
  readonly answers: SoakAnswer[] = [];
  readonly deeds: StaffDeeds = { given: 0, cancelled: new Set() };
  readonly student: TestStudent;
  readonly #stage: Stage;
  readonly #random: SeededRandom;
  /** Bookings as they were told. */
  readonly #bookings: string[] = [];

  constructor(stage: Stage, student: TestStudent, seed: number) {
    this.#stage = stage;
    this.student = student;
    this.#random = new SeededRandom(seed);
  }

  async live(until: number): Promise<void> {
    await sleep(this.#random.between(0, THINK_MS.most));
    while (Date.now() < until) {
      await this.#act(until);
      await sleep(this.#random.between(THINK_MS.least, THINK_MS.most));
    }
  }

  async #act(until: number): Promise<void> {
    const session = this.#random.pick(this.#stage.sessions);
    const { student } = this;
    switch (this.#pick()) {
      case 'book': {
        const { status, body } = await this.#ask('book', createRequest(student, session));
        if (status === 201) this.#bookings.push(String(body.data.booking_record_id));
        return;
      }
      case 'cancel':
        await this.#ask('cancel', cancelRequest(student, this.#bookings.shift() ?? ''));
        return;
      case 'list':
        await this.#ask('list', listRequest(student, { filter: 'upcoming' }));
        return;
      case 'available':
        await this.#ask('available', availableRequest(session.type, true));
        return;
      case 'capacity':
        await this.#ask('capacity', capacityRequest(session.id));
        return;
      case 'credits':
        await this.#ask('credits', creditsRequest(student, session.type));
        return;
      case 'rest':
        await this.#rest(until);
    }
  }

  #pick(): keyof typeof ACTIONS {
    let left = this.#random.next() * 100;
    const entries = Object.entries(ACTIONS) as [keyof typeof ACTIONS, number][];
    const action = entries.find(([, parts]) => (left -= parts) < 0)?.[0] ?? 'list';
    return action === 'cancel' && this.#bookings.length === 0 ? 'list' : action;
  }

  async #ask(action: SoakAction, request: WireRequest): Promise<WireAnswer> {
    const answer = await send(this.#random.pick(this.#stage.apis).url, request);
    this.answers.push({ action, answer });
    return answer;
  }

  /** An administrator writes alone: after a long rest, and only where nothing of the student's is still owed. */
  async #rest(until: number): Promise<void> {
    const restMs = HORIZON_MS + 15_000;
    if (Date.now() + restMs > until) return;
    await sleep(restMs);
    if (this.surplus() !== 0) return;
    const { account } = this.#stage;
    const [first] = this.#bookings;
    if (first !== undefined && this.#random.chance(0.5)) {
      account.change('bookings', first, { is_active: 'Cancelled' });
      this.#bookings.shift();
      this.deeds.cancelled.add(first);
      await this.#tell([statusEvent(first, 'Cancelled', Date.now())]);
      return;
    }
    const { id } = this.student;
    const credits = Number(account.values('contacts', id)['sj_credits']) + GIFT;
    account.change('contacts', id, { sj_credits: credits });
    this.deeds.given += GIFT;
    const facts = { objectId: Number(id), propertyName: 'sj_credits', propertyValue: String(credits) };
    await this.#tell([hubSpotEvent('contact.propertyChange', Date.now(), facts)]);
  }

  /** HubSpot has one target address: one of the instances hears of it. */
  async #tell(events: readonly unknown[]): Promise<void> {
    const { url } = this.#random.pick(this.#stage.apis);
    this.answers.push({ action: 'webhook', answer: await send(url, webhookRequest(url, events)) });
  }

  /** Credits they have beyond what their standing bookings, and those that staff cancelled, leave them. */
  surplus(): number {
    const { account, emulator, sessions } = this.#stage;
    const { id, email } = this.student;
    const seated = sessions.flatMap((session) => seatHoldersOf(emulator, session.id));
    const standing = seated.filter((booking) => account.values('bookings', booking)['email'] === email).length;
    const due = CREDITS + this.deeds.given - standing - this.deeds.cancelled.size;
    return Number(account.values('contacts', id)['sj_credits']) - due;
  }
}
