import type { HubSpotConnection } from './connection.ts';
import { batchGetAssociations } from './read-associations.ts';
import { batchReadObjects, getObject, type GetObjectOptions } from './read-objects.ts';
import { searchObjects } from './search.ts';
import type { BatchResult, HubSpotObject, HubSpotObjectWithAssociations, ObjectType, SearchRequest } from './types.ts';
import {
  archiveObject,
  batchUpdateObjects,
  createObject,
  type NewObject,
  type ObjectUpdate,
  updateObject,
  type UpdateOptions,
} from './write-objects.ts';

/**
 * HubSpot's CRM API in the words of this project: ids are strings, lists are complete, batches split at HubSpot's
 * limits and say per id what happened. It knows nothing of bookings. Every method throws a `HubSpotError` when a call
 * as a whole fails.
 */
export class HubSpotService {
  readonly #connection: HubSpotConnection;

  constructor(connection: HubSpotConnection) {
    this.#connection = connection;
  }

  /** HubSpot calls under way. */
  get activeCount(): number {
    return this.#connection.executor.activeCount;
  }

  /** See {@link getObject}. */
  async getObject<P extends string>(
    type: ObjectType,
    id: string,
    options: GetObjectOptions<P>,
  ): Promise<HubSpotObjectWithAssociations<P> | null> {
    return getObject(this.#connection, type, id, options);
  }

  /** See {@link batchReadObjects}. */
  async batchReadObjects<P extends string>(
    type: ObjectType,
    ids: readonly string[],
    properties: readonly P[],
    options?: { idProperty?: P },
  ): Promise<BatchResult<HubSpotObject<P>>> {
    return batchReadObjects(this.#connection, type, ids, properties, options);
  }

  /** See {@link batchGetAssociations}. */
  async batchGetAssociations(from: ObjectType, ids: readonly string[], to: ObjectType): Promise<BatchResult<string[]>> {
    return batchGetAssociations(this.#connection, from, ids, to);
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

  /** See {@link createObject}. */
  async createObject(type: ObjectType, object: NewObject): Promise<HubSpotObject<never>> {
    return createObject(this.#connection, type, object);
  }

  /** See {@link updateObject}. */
  async updateObject(type: ObjectType, update: ObjectUpdate, options?: UpdateOptions): Promise<HubSpotObject<never>> {
    return updateObject(this.#connection, type, update, options);
  }

  /** See {@link archiveObject}. */
  async archiveObject(type: ObjectType, id: string): Promise<void> {
    return archiveObject(this.#connection, type, id);
  }

  /** See {@link batchUpdateObjects}. */
  async batchUpdateObjects(
    type: ObjectType,
    updates: readonly ObjectUpdate[],
  ): Promise<BatchResult<HubSpotObject<never>>> {
    return batchUpdateObjects(this.#connection, type, updates);
  }

  /**
   * Reaches HubSpot with the cheapest read there is.
   * @throws {HubSpotError} when HubSpot does not answer or rejects the token.
   */
  async ping(type: ObjectType): Promise<void> {
    const { executor, paths } = this.#connection;
    const path = paths.objects(type.id);
    await executor.execute({ operation: 'objects.list', method: 'GET', path, query: { limit: '1' }, repeatable: true });
  }
}
