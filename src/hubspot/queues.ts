import type { Clock } from '../time/clock.ts';
import type { Telemetry } from '../observability/telemetry.ts';
import { Coalescer, type CoalescerOptions, type Company } from './coalescer.ts';
import type { HubSpotConnection } from './connection.ts';
import type { Departure } from './departure.ts';
import { readAssociations } from './read-associations.ts';
import { readObjects, type ReadWish } from './read-objects.ts';
import type { HubSpotObject, HubSpotObjectWithAssociations, ObjectType } from './types.ts';
import { createObjects, type PreparedObject } from './create-objects.ts';
import { updateObjects, type UpdateWish } from './update-objects.ts';

export interface QueueOptions {
  clock: Clock;
  telemetry: Telemetry;
  /** False sends every call on its own way at once. */
  enabled: boolean;
  /** Milliseconds that calls wait for company when HubSpot's window is full. */
  maxLingerMs: number;
  /** Share of HubSpot's window that is taken, from 0 to 1. */
  pressure: () => number;
}

/** Below this share of the window nobody waits for company. */
const IDLE_SHARE = 0.2;
/** From this share on whoever waits does so as long as they may: the rest is for what cannot be foreseen. */
const FULL_SHARE = 0.35;

/** Where several come so shortly after one another, in milliseconds, more are about to come: they wait a little. */
const CROWD_GAP_MS = 150;
const CROWD_LINGER_MS = 150;
/** Nobody is waited for any longer once about so many have come, at the pace of the last second. */
const WANTED_COMPANY = 6;

/** Reads and writes that wait together leave together: one queue for each kind of call and object type. */
export class Queues {
  readonly #connection: HubSpotConnection;
  readonly #options: QueueOptions;
  /** Of the types their keys stand for; as many as there are object types and unique properties. */
  readonly #queues = new Map<string, Pick<Coalescer<never, unknown>, 'hurry'>>();
  #isHurried = false;

  constructor(connection: HubSpotConnection, options: QueueOptions) {
    this.#connection = connection;
    this.#options = options;
  }

  /** @param idProperty unique property that the reads go by; undefined for record ids. */
  reads(
    type: ObjectType,
    idProperty: string | undefined,
  ): Coalescer<ReadWish, HubSpotObjectWithAssociations<string> | null> {
    return this.#queue(`objects.read ${type.id} ${idProperty ?? ''}`, this.#connection.batchLimit, async (wishes) => {
      // These have waited for company already.
      const readLinks = async (from: ObjectType, to: ObjectType, ids: readonly string[]) =>
        this.associations(from, to).submit(ids, 0);
      return readObjects(this.#connection, { type, idProperty, readLinks }, wishes);
    });
  }

  associations(from: ObjectType, to: ObjectType): Coalescer<string, string[]> {
    const { associationBatchLimit } = this.#connection;
    return this.#queue(`associations.read ${from.id} ${to.id}`, associationBatchLimit, async (ids) =>
      readAssociations(this.#connection, from, to, ids),
    );
  }

  creates(type: ObjectType): Coalescer<PreparedObject, HubSpotObject> {
    const carryOut = async (objects: readonly PreparedObject[]) => createObjects(this.#connection, type, objects);
    return this.#queue(`objects.create ${type.id}`, this.#connection.batchLimit, carryOut, withdraw);
  }

  updates(type: ObjectType): Coalescer<UpdateWish, HubSpotObject | null> {
    const carryOut = async (wishes: readonly UpdateWish[]) => updateObjects(this.#connection, type, wishes);
    return this.#queue(`objects.update ${type.id}`, this.#connection.batchLimit, carryOut, withdraw);
  }

  /** Lets everything that waits for company leave at once, from now on. */
  hurry(): void {
    this.#isHurried = true;
    for (const queue of this.#queues.values()) queue.hurry();
  }

  #queue<I, O>(
    key: string,
    maxInputs: number,
    carryOut: CoalescerOptions<I, O>['carryOut'],
    withdraw: CoalescerOptions<I, O>['withdraw'] = () => false,
  ): Coalescer<I, O> {
    const known = this.#queues.get(key) as Coalescer<I, O> | undefined;
    if (known) return known;
    const { clock, enabled, telemetry } = this.#options;
    const [operation = key] = key.split(' ');
    const counted: typeof carryOut = async (inputs) => {
      telemetry.note({ kind: 'batch', operation, inputs: inputs.length });
      return carryOut(inputs);
    };
    const lingerMs = (company: Company) => this.#lingerMs(company);
    const queue = new Coalescer({ operation, clock, enabled, maxInputs, lingerMs, carryOut: counted, withdraw });
    if (this.#isHurried) queue.hurry();
    this.#queues.set(key, queue);
    return queue;
  }

  /**
   * None while HubSpot's window is hardly used, then longer and longer as it fills; a little in a crowd. Whoever came last
   * tells whether somebody is likely to come within that time: if not, nobody is waited for.
   */
  #lingerMs({ gapMs, isCrowd, perSecond }: Company): number {
    const { pressure, maxLingerMs } = this.#options;
    const share = (pressure() - IDLE_SHARE) / (FULL_SHARE - IDLE_SHARE);
    const crowdMs = Math.min(CROWD_LINGER_MS, maxLingerMs);
    const enoughMs = Math.max(crowdMs, (WANTED_COMPANY * 1000) / perSecond);
    const pressed = Math.round(Math.min(Math.min(1, Math.max(0, share)) * maxLingerMs, enoughMs));
    if (isCrowd && gapMs <= CROWD_GAP_MS) return Math.max(pressed, crowdMs);
    return gapMs <= pressed ? pressed : 0;
  }
}

function withdraw({ departure }: { departure: Departure }): boolean {
  return departure.withdraw();
}
