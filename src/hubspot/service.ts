import { outcomeOf, toBatchResult } from './batch.ts';
import type { BudgetStats, RateBudget } from './budget.ts';
import type { HubSpotConnection } from './connection.ts';
import { HubSpotError, HubSpotTimeoutError } from './errors.ts';
import type { Queues } from './queues.ts';
import type { PropertyDefinition } from './properties.ts';
import { searchObjects } from './search.ts';
import type { BatchResult, HubSpotObject, HubSpotObjectWithAssociations, ObjectType, SearchRequest } from './types.ts';
import type { NewObject } from './create-objects.ts';
import { Departure } from './departure.ts';
import { type ObjectUpdate, requireWritten } from './update-objects.ts';
import { archiveObject, associateDefault } from './write-objects.ts';

export interface GetObjectOptions<P extends string> {
  properties: readonly P[];
  /** Read by this unique property instead of the record id. */
  idProperty?: string;
  /** Types whose associated ids come with the record. */
  associations?: readonly ObjectType[];
  /** Properties whose past values come with the record. */
  history?: readonly string[];
}

export interface WriteOptions {
  /** Milliseconds it may wait for others like it; by default as long as the load says. */
  lingerMs?: number | undefined;
  /** Asked right before it is sent, since what it rests on may be out of date by then; if not, it is refused. */
  mayLeave?: () => boolean;
}

export interface UpdateOptions extends WriteOptions {
  /** Whether a lost answer may be followed by the same write; false unless said otherwise. */
  repeatable?: boolean;
  /** Whether it must not become one with other updates of the record that wait beside it. */
  isAlone?: boolean;
}

/** Share of HubSpot's window from which what is merely nice to know is not asked for. */
const BUSY_SHARE = 0.25;

/**
 * HubSpot's CRM API in the words of this project: ids are strings, lists are complete, batches split at HubSpot's
 * limits and say per id what happened. Calls that wait together leave together, inside HubSpot's limits. It knows
 * nothing of bookings. Every method throws a `HubSpotError` when a call as a whole fails.
 */
export class HubSpotService {
  readonly #connection: HubSpotConnection;
  readonly #queues: Queues;
  readonly #budget: RateBudget;

  constructor(connection: HubSpotConnection, queues: Queues, budget: RateBudget) {
    this.#connection = connection;
    this.#queues = queues;
    this.#budget = budget;
  }

  /** HubSpot calls under way. */
  get activeCount(): number {
    return this.#connection.executor.activeCount;
  }

  /** Whether a search that nobody needs for certain may be made now. */
  get canSpareSearch(): boolean {
    return this.#budget.canSpareSearch && this.#budget.pressure < BUSY_SHARE;
  }

  /** Milliseconds until a call for a student finds room in HubSpot's limits, as far as is known. */
  get roomInMs(): number {
    return this.#budget.roomInMs;
  }

  /** Lets everything that waits for company leave at once, from now on: the process is about to end. */
  hurry(): void {
    this.#queues.hurry();
  }

  /** How much of HubSpot's limits is taken. */
  budgetStats(): BudgetStats {
    return this.#budget.stats();
  }

  /**
   * One record with its associated ids; null when HubSpot says that it does not exist. Its id differs from `id` when
   * records were merged.
   */
  async getObject<P extends string>(
    type: ObjectType,
    id: string,
    { properties, idProperty, associations = [], history = [] }: GetObjectOptions<P>,
  ): Promise<HubSpotObjectWithAssociations<P> | null> {
    const wish = { id, properties, associations, history, isSingle: true };
    const [record = null] = await this.#queues.reads(type, idProperty).submit([wish]);
    if (record instanceof HubSpotError) throw record;
    return record;
  }

  /** Records by id, or by the unique property `idProperty`; results are keyed by what was asked for. */
  async batchReadObjects<P extends string>(
    type: ObjectType,
    ids: readonly string[],
    properties: readonly P[],
    { idProperty }: { idProperty?: P } = {},
  ): Promise<BatchResult<HubSpotObject<P>>> {
    const unique = [...new Set(ids)];
    const wishes = unique.map((id) => ({ id, properties, associations: [], history: [], isSingle: false }));
    return toBatchResult<HubSpotObject<P>>(unique, await this.#queues.reads(type, idProperty).submit(wishes));
  }

  /**
   * Per id of `from` the complete list of associated ids of `to` without repeats; an empty list where HubSpot says that
   * there is none.
   */
  async batchGetAssociations(from: ObjectType, ids: readonly string[], to: ObjectType): Promise<BatchResult<string[]>> {
    const unique = [...new Set(ids)];
    return toBatchResult(unique, await this.#queues.associations(from, to).submit(unique));
  }

  /** The definition of a property; null when HubSpot does not know it. Asks HubSpot once a day. */
  async getProperty(type: ObjectType, name: string): Promise<PropertyDefinition | null> {
    return this.#connection.properties.definition(type, name);
  }

  /** See {@link searchObjects}. */
  async search<P extends string>(type: ObjectType, request: SearchRequest<P>): Promise<HubSpotObject<P>[]> {
    return searchObjects(this.#connection, type, request);
  }

  /**
   * Learns how records of these types are associated, so that a later {@link createObject} need not ask first. Asks
   * HubSpot once a day.
   */
  async prepareAssociations(from: ObjectType, to: readonly ObjectType[]): Promise<void> {
    await Promise.all(to.map(async (type) => this.#connection.associationTypes.defaultBetween(from, type)));
  }

  /**
   * Makes one record, associated in the same call by the default types of its direction; where HubSpot knows none, by a
   * call of its own after it. Never repeated by itself: a lost answer leaves open whether the record exists.
   */
  async createObject(
    type: ObjectType,
    object: NewObject,
    { lingerMs, mayLeave }: WriteOptions = {},
  ): Promise<HubSpotObject> {
    const { associationTypes } = this.#connection;
    const specs = await Promise.all(
      object.associations.map(async ({ to, id }) => ({
        to,
        id,
        spec: await associationTypes.defaultBetween(type, to),
      })),
    );
    const inline = specs.flatMap(({ id, spec }) => (spec ? [{ to: { id }, types: [spec] }] : []));
    const wish = { ...object, inline, departure: new Departure(mayLeave) };
    const record = outcomeOf(await this.#queues.creates(type).submit([wish], lingerMs));
    const untied = specs.filter(({ spec }) => !spec);
    await this.#tie([type, record.id], untied);
    return record;
  }

  /** A record that is not tied to what it belongs to must not stay behind: what failed is unknown while it does. */
  async #tie(record: [ObjectType, string], links: readonly { to: ObjectType; id: string }[]): Promise<void> {
    try {
      for (const { to, id } of links) await associateDefault(this.#connection, record, [to, id]);
    } catch (error) {
      await this.#takeBack(record);
      throw error;
    }
  }

  async #takeBack([type, id]: [ObjectType, string]): Promise<void> {
    try {
      await archiveObject(this.#connection, type, id);
    } catch (error) {
      if (!(error instanceof HubSpotError)) throw error;
      throw new HubSpotTimeoutError('objects.create', `objects.create: a half-made record stays: ${error.message}`);
    }
  }

  /** Writes absolute values to one record; resolves to it, with `updatedAt`. */
  async updateObject(
    type: ObjectType,
    update: ObjectUpdate,
    { repeatable = false, isAlone = false, lingerMs, mayLeave }: UpdateOptions = {},
  ): Promise<HubSpotObject> {
    const wish = { ...update, repeatable, isAlone, departure: new Departure(mayLeave) };
    const [outcome] = await this.#queues.updates(type).submit([wish], lingerMs);
    return requireWritten('objects.update', outcome);
  }

  /** See {@link archiveObject}. */
  async archiveObject(type: ObjectType, id: string): Promise<void> {
    return archiveObject(this.#connection, type, id);
  }

  /**
   * Writes absolute values to many records. Repeating it is harmless as long as nobody else writes the same properties
   * meanwhile, which is for the caller to ensure. Results carry `updatedAt`.
   */
  async batchUpdateObjects(type: ObjectType, updates: readonly ObjectUpdate[]): Promise<BatchResult<HubSpotObject>> {
    const wishes = updates.map((update) => {
      return { ...update, repeatable: true, isAlone: false, departure: new Departure() };
    });
    const ids = updates.map(({ id }) => id);
    return toBatchResult(ids, await this.#queues.updates(type).submit(wishes));
  }

  /**
   * Reaches HubSpot with the cheapest read there is.
   * @throws {HubSpotError} when HubSpot does not answer or rejects the token.
   */
  async ping(type: ObjectType): Promise<void> {
    const { executor, paths } = this.#connection;
    const path = paths.objects(type.id);
    await executor.execute({ operation: 'objects.list', method: 'GET', path, query: { limit: '1' }, kind: 'read' });
  }
}
