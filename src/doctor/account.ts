import { z } from 'zod';
import { HubSpotError, isTransient } from '../hubspot/errors.ts';
import type { RateLimitReading } from '../hubspot/headers.ts';
import { pathsFor } from '../hubspot/paths.ts';
import { parseReply } from '../hubspot/schemas.ts';
import { createTransport, type HubSpotRequest, type Transport } from '../hubspot/transport.ts';
import type { ObjectType } from '../hubspot/types.ts';
import type { Config } from '../settings/config.ts';
import { type Clock, sleep } from '../time/clock.ts';

/** Apart by this much, in milliseconds, calls take less than half of HubSpot's window: students need the rest. */
const GAP_MS = 120;
const ATTEMPTS = 4;
const RETRY_MS = 2000;
const PAGE_SIZE = 100;

const TokenInfo = z.object({ hubId: z.number(), scopes: z.array(z.string()) });
const Usage = z.object({ results: z.array(z.object({ usageLimit: z.number().nullable(), currentUsage: z.number() })) });
const Schemas = z.object({ results: z.array(z.object({ objectTypeId: z.string(), name: z.string() })) });
const Property = z.object({
  name: z.string(),
  type: z.string(),
  options: z.array(z.object({ value: z.string() })).default([]),
  hasUniqueValue: z.boolean().default(false),
  calculated: z.boolean().default(false),
  modificationMetadata: z.object({ readOnlyValue: z.boolean().default(false) }).optional(),
});
export type PropertyFacts = z.infer<typeof Property>;
const Properties = z.object({ results: z.array(Property) });
const Labels = z.object({
  results: z.array(z.object({ typeId: z.number(), label: z.string().nullable().default(null) })),
});
const Page = z.object({
  results: z.array(z.object({ id: z.string(), properties: z.record(z.string(), z.string().nullable()) })),
  paging: z.object({ next: z.object({ after: z.string() }).optional() }).optional(),
});
export type ListedRecord = z.infer<typeof Page>['results'][number];

/** The parts of HubSpot's API that only the doctor needs. Every method throws a `HubSpotError` when its call fails. */
export class Account {
  readonly #transport: Transport;
  readonly #clock: Clock;
  readonly #timeoutMs: number;
  readonly #token: Config['hubspot']['token'];
  readonly #paths: ReturnType<typeof pathsFor>;
  readonly #isDated: boolean;
  #nextAtMs = -Infinity;
  /** Calls under way. */
  activeCount = 0;
  /** What HubSpot's headers said last. */
  limits: RateLimitReading = { window: undefined, day: undefined };

  constructor({ token, baseUrl, apiVersion, attemptTimeoutMs }: Config['hubspot'], clock: Clock) {
    this.#transport = createTransport({ baseUrl, token, clock });
    this.#clock = clock;
    this.#timeoutMs = attemptTimeoutMs;
    this.#token = token;
    this.#paths = pathsFor(apiVersion);
    this.#isDated = apiVersion !== 'v3';
  }

  /** HubSpot has one path for it, and takes the token in the body [private apps guide]. */
  async tokenInfo() {
    const body = { tokenKey: this.#token.reveal() };
    return this.#read('account.tokenInfo', TokenInfo, {
      method: 'POST',
      path: '/oauth/v2/private-apps/get/access-token-info',
      body,
    });
  }

  /** The day's calls of all private apps together. */
  async dailyUsage() {
    const { results } = await this.#read('account.dailyUsage', Usage, {
      method: 'GET',
      path: '/account-info/v3/api-usage/daily/private-apps',
    });
    return results[0];
  }

  /** The account's custom object types. */
  async customTypes() {
    const version = this.#isDated ? '2026-09' : 'v3';
    const { results } = await this.#read('schemas.list', Schemas, {
      method: 'GET',
      path: `/crm-object-schemas/${version}/schemas`,
    });
    return results;
  }

  async properties({ id }: ObjectType): Promise<PropertyFacts[]> {
    const path = this.#paths.property(id, '').replace(/\/$/, '');
    return (await this.#read('properties.list', Properties, { method: 'GET', path })).results;
  }

  /** Association types of that direction; one without a label is the default. */
  async labels(from: ObjectType, to: ObjectType) {
    const path = this.#paths.associationLabels(from.id, to.id);
    return (await this.#read('associations.labels', Labels, { method: 'GET', path })).results;
  }

  /** Every record of a type, page by page. */
  async *list({ id }: ObjectType, properties: readonly string[]): AsyncGenerator<ListedRecord[]> {
    let after: string | undefined;
    do {
      const query = {
        limit: String(PAGE_SIZE),
        properties: properties.join(),
        ...(after === undefined ? {} : { after }),
      };
      const page = await this.#read('objects.list', Page, { method: 'GET', path: this.#paths.objects(id), query });
      yield page.results;
      after = page.paging?.next?.after;
    } while (after !== undefined);
  }

  /** Makes a property. Never repeated by itself. */
  async createProperty({ id }: ObjectType, body: object): Promise<void> {
    const path = this.#paths.property(id, '').replace(/\/$/, '');
    await this.#send({ operation: 'properties.create', method: 'POST', path, body, kind: 'write' });
  }

  async #read<T>(
    operation: string,
    schema: z.ZodType<T>,
    call: Omit<HubSpotRequest, 'operation' | 'kind'>,
  ): Promise<T> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return parseReply(operation, schema, await this.#send({ ...call, operation, kind: 'read' }));
      } catch (error) {
        if (!(error instanceof HubSpotError) || !isTransient(error) || attempt === ATTEMPTS) throw error;
        await sleep(this.#clock, error.retryAfterMs ?? RETRY_MS);
      }
    }
  }

  async #send(request: HubSpotRequest): Promise<unknown> {
    const waitMs = this.#nextAtMs - this.#clock.monotonicMs();
    if (waitMs > 0) await sleep(this.#clock, waitMs);
    this.#nextAtMs = this.#clock.monotonicMs() + GAP_MS;
    this.activeCount += 1;
    try {
      return await this.#transport(request, this.#timeoutMs, (reading) => {
        this.limits = { window: reading.window ?? this.limits.window, day: reading.day ?? this.limits.day };
      });
    } finally {
      this.activeCount -= 1;
    }
  }
}
