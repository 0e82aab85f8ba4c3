import { setTimeout as sleep } from 'node:timers/promises';
import type { Properties } from '../contestants/shared.ts';

export interface NaiveRecord {
  id: string;
  properties: Properties;
}

interface Page {
  results?: NaiveRecord[];
}

/** How often a refused call is tried again, and the first wait, which doubles. */
const RETRIES = 3;
const FIRST_WAIT_MS = 1000;

/** A thin wrapper over HubSpot's REST calls, one method a call, with the usual retry when HubSpot says 429. */
export class NaiveHubSpot {
  readonly #baseUrl: string;
  readonly #fetch: typeof fetch;

  constructor(baseUrl: string, send: typeof fetch = fetch) {
    this.#baseUrl = baseUrl;
    this.#fetch = send;
  }

  async search(
    type: string,
    filters: Record<string, string>,
    properties: string[],
    limit = 20,
  ): Promise<NaiveRecord[]> {
    const all = Object.entries(filters).map(([propertyName, value]) => ({ propertyName, operator: 'EQ', value }));
    const body = { filterGroups: [{ filters: all }], properties, limit };
    const page = (await this.#call('POST', `/crm/v3/objects/${type}/search`, body)) as Page;
    return page.results ?? [];
  }

  async get(type: string, id: string, properties: string[]): Promise<NaiveRecord> {
    const path = `/crm/v3/objects/${type}/${id}?properties=${properties.join(',')}`;
    return (await this.#call('GET', path)) as NaiveRecord;
  }

  async batchRead(type: string, ids: readonly string[], properties: string[]): Promise<NaiveRecord[]> {
    const body = { inputs: ids.map((id) => ({ id })), properties };
    const page = (await this.#call('POST', `/crm/v3/objects/${type}/batch/read`, body)) as Page;
    return page.results ?? [];
  }

  /** One page of at most 100: whoever wrote this never met a student with more. */
  async associated(type: string, id: string, toType: string): Promise<string[]> {
    const path = `/crm/v4/objects/${type}/${id}/associations/${toType}?limit=100`;
    const page = (await this.#call('GET', path)) as { results: { toObjectId: number | string }[] };
    return [...new Set(page.results.map(({ toObjectId }) => String(toObjectId)))];
  }

  async create(type: string, properties: Record<string, string>, associations: unknown[] = []): Promise<NaiveRecord> {
    return (await this.#call('POST', `/crm/v3/objects/${type}`, { properties, associations })) as NaiveRecord;
  }

  async update(type: string, id: string, properties: Record<string, string>): Promise<void> {
    await this.#call('PATCH', `/crm/v3/objects/${type}/${id}`, { properties });
  }

  async associate(type: string, id: string, toType: string, toId: string): Promise<void> {
    await this.#call('PUT', `/crm/v4/objects/${type}/${id}/associations/default/${toType}/${toId}`);
  }

  async #call(method: string, path: string, body?: unknown): Promise<unknown> {
    for (let attempt = 0; ; attempt += 1) {
      const response = await this.#fetch(`${this.#baseUrl}${path}`, {
        method,
        headers: { Authorization: 'Bearer naive', 'Content-Type': 'application/json' },
        body: body === undefined ? null : JSON.stringify(body),
      });
      const text = await response.text();
      if (response.ok) return text === '' ? undefined : JSON.parse(text);
      if (response.status !== 429 || attempt === RETRIES)
        throw new Error(`HubSpot answered ${response.status}: ${text}`);
      await sleep(FIRST_WAIT_MS * 2 ** attempt);
    }
  }
}
