import { setTimeout as sleep } from 'node:timers/promises';
import { SeededRandom } from '../../../src/emulator/seed/random.ts';
import type { Student } from '../../../src/emulator/seed/students.ts';
import type { TestStudent } from '../../support/account-builder.ts';
import { send, type WireAnswer, type WireRequest } from '../measure/wire.ts';
import {
  availableRequest,
  cancelRequest,
  capacityRequest,
  createRequest,
  creditsRequest,
  listRequest,
} from '../scenarios/requests.ts';

/** What users do, in parts of a hundred. */
const ACTIONS = { capacity: 33, list: 28, available: 23, credits: 10, create: 4, cancel: 2 };
export type LoadAction = keyof typeof ACTIONS;

/** A session as `available` shows it. */
export interface OfferedSession {
  id: string;
  date: string;
  type: string;
}

export interface LoadedAnswer {
  action: LoadAction;
  answer: WireAnswer;
}

/** Milliseconds a user looks at an answer before the next request: one a second on average. */
const THINK_MS = { least: 500, most: 1500 };

export interface LoadOptions {
  baseUrl: string;
  sessions: readonly OfferedSession[];
  /** Epoch milliseconds after which nobody asks any more. */
  until: number;
}

/** One user at a page: asks, waits for the answer, looks at it, asks again. @returns every answer. */
export async function runUser(options: LoadOptions, student: Student, index: number): Promise<LoadedAnswer[]> {
  const random = new SeededRandom(index + 1);
  const user = new User(options, student, index, random);
  const answers: LoadedAnswer[] = [];
  await sleep(random.next() * THINK_MS.most);
  while (Date.now() < options.until) {
    answers.push(await user.act());
    await sleep(random.between(THINK_MS.least, THINK_MS.most));
  }
  return answers;
}

class User {
  readonly #options: LoadOptions;
  readonly #student: TestStudent;
  readonly #address: string;
  readonly #random: SeededRandom;
  readonly #bookings: string[] = [];

  constructor(options: LoadOptions, { record, studentId, email }: Student, index: number, random: SeededRandom) {
    this.#options = options;
    this.#student = { id: record.id, studentId, email };
    this.#address = `10.1.${Math.floor(index / 200)}.${(index % 200) + 1}`;
    this.#random = random;
  }

  async act(): Promise<LoadedAnswer> {
    const session = this.#random.pick(this.#options.sessions);
    const action = this.#pick();
    switch (action) {
      case 'capacity':
        return { action, answer: await this.#ask(capacityRequest(session.id)) };
      case 'list':
        return { action, answer: await this.#ask(listRequest(this.#student, { filter: 'upcoming' })) };
      case 'available':
        return { action, answer: await this.#ask(availableRequest(session.type, true)) };
      case 'credits':
        return { action, answer: await this.#ask(creditsRequest(this.#student, session.type)) };
      case 'create': {
        const answer = await this.#ask(createRequest(this.#student, session));
        if (answer.status === 201) this.#bookings.push(String(answer.body.data.booking_record_id));
        return { action, answer };
      }
      case 'cancel':
        return { action, answer: await this.#ask(cancelRequest(this.#student, this.#bookings.shift() ?? '')) };
    }
  }

  /** Whoever has booked nothing here has nothing to cancel, and looks at the list. */
  #pick(): LoadAction {
    let left = this.#random.next() * 100;
    const entries = Object.entries(ACTIONS) as [LoadAction, number][];
    const action = entries.find(([, parts]) => (left -= parts) < 0)?.[0] ?? 'list';
    return action === 'cancel' && this.#bookings.length === 0 ? 'list' : action;
  }

  async #ask(request: WireRequest): Promise<WireAnswer> {
    const headers = { ...request.headers, 'X-Forwarded-For': this.#address };
    return send(this.#options.baseUrl, { ...request, headers });
  }
}
