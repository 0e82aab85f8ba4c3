import { Client } from '@hubspot/api-client';
import { FilterOperatorEnum } from '@hubspot/api-client/lib/codegen/crm/objects/models/Filter.js';
import type { Properties } from '../contestants/shared.ts';

export interface OfficialRecord {
  id: string;
  properties: Properties;
}

const BATCH = 100;

/**
 * HubSpot's own client with its retries, and its batch calls for many records. Its limiter is left off, as it is by
 * default: at the 9 calls a second it would allow, a hundred visits would queue for minutes.
 */
export class OfficialHubSpot {
  readonly #crm: Client['crm'];

  constructor(baseUrl: string) {
    this.#crm = new Client({ accessToken: 'official', basePath: baseUrl, numberOfApiCallRetries: 3 }).crm;
  }

  async search(type: string, wanted: Record<string, string>, properties: string[], limit = 100) {
    const filters = Object.entries(wanted).map(([propertyName, value]) => ({
      propertyName,
      operator: FilterOperatorEnum.Eq,
      value,
    }));
    const request = { filterGroups: [{ filters }], properties, sorts: [], limit };
    const { results } = await this.#crm.objects.searchApi.doSearch(type, request);
    return results as OfficialRecord[];
  }

  async get(type: string, id: string, properties: string[]): Promise<OfficialRecord> {
    return this.#crm.objects.basicApi.getById(type, id, properties);
  }

  async read(type: string, ids: readonly string[], properties: string[]): Promise<OfficialRecord[]> {
    const pages = await Promise.all(
      inBatches([...new Set(ids)]).map(async (batch) => {
        const inputs = batch.map((id) => ({ id }));
        return this.#crm.objects.batchApi.read(type, { inputs, properties, propertiesWithHistory: [] });
      }),
    );
    return pages.flatMap(({ results }) => results);
  }

  /** Record ids by the id they are associated with. */
  async associated(type: string, ids: readonly string[], toType: string): Promise<Map<string, string[]>> {
    const found = new Map<string, string[]>(ids.map((id) => [id, []]));
    if (ids.length === 0) return found;
    const inputs = ids.map((id) => ({ id }));
    const page = await this.#crm.associations.v4.batchApi.getPage(type, toType, { inputs });
    for (const { _from, to } of page.results) {
      found.set(_from.id, [...new Set(to.map(({ toObjectId }) => asText(toObjectId)))]);
    }
    return found;
  }

  async create(type: string, properties: Record<string, string>, associations: never[] = []): Promise<OfficialRecord> {
    return this.#crm.objects.basicApi.create(type, { properties, associations });
  }

  async update(type: string, id: string, properties: Record<string, string>): Promise<void> {
    await this.#crm.objects.basicApi.update(type, id, { properties });
  }

  async updateAll(type: string, inputs: { id: string; properties: Record<string, string> }[]): Promise<void> {
    await Promise.all(
      inBatches(inputs).map(async (batch) => this.#crm.objects.batchApi.update(type, { inputs: batch })),
    );
  }

  async associate(type: string, id: string, toType: string, toId: string): Promise<void> {
    await this.#crm.associations.v4.basicApi.createDefault(type, id, toType, toId);
  }
}

/** The client says text and gives what HubSpot sent: a number. */
function asText(id: string | number): string {
  return String(id);
}

function inBatches<T>(items: readonly T[]): T[][] {
  const count = Math.ceil(items.length / BATCH);
  return Array.from({ length: count }, (_, index) => items.slice(index * BATCH, (index + 1) * BATCH));
}
