import { z } from 'zod';
import type { CallExecutor } from './call-executor.ts';
import type { DailyFacts } from './daily-facts.ts';
import { HubSpotApiError } from './errors.ts';
import type { HubSpotPaths } from './paths.ts';
import { parseReply } from './schemas.ts';
import type { ObjectType } from './types.ts';

/** What a property of an object type takes. */
export interface PropertyDefinition {
  /** Such as `string` or `number`. */
  type: string;
  isUnique: boolean;
  isWritable: boolean;
}

const Definition = z.object({
  type: z.string(),
  hasUniqueValue: z.boolean().default(false),
  calculated: z.boolean().default(false),
  modificationMetadata: z.object({ readOnlyValue: z.boolean().default(false) }).optional(),
});

/** The definitions of properties, as the account has them. */
export class Properties {
  readonly #executor: CallExecutor;
  readonly #paths: HubSpotPaths;
  readonly #facts: DailyFacts<PropertyDefinition | null>;

  constructor(executor: CallExecutor, paths: HubSpotPaths, facts: DailyFacts<PropertyDefinition | null>) {
    this.#executor = executor;
    this.#paths = paths;
    this.#facts = facts;
  }

  /** Null when HubSpot says that there is no such property. */
  async definition(type: ObjectType, name: string): Promise<PropertyDefinition | null> {
    return this.#facts.get(`property ${type.id} ${name}`, async () => this.#read(type, name));
  }

  async #read(type: ObjectType, name: string): Promise<PropertyDefinition | null> {
    const operation = 'properties.get';
    try {
      const path = this.#paths.property(type.id, name);
      const reply = await this.#executor.execute({ operation, method: 'GET', path, kind: 'read' });
      const {
        type: valueType,
        hasUniqueValue,
        calculated,
        modificationMetadata,
      } = parseReply(operation, Definition, reply);
      const isWritable = !calculated && modificationMetadata?.readOnlyValue !== true;
      return { type: valueType, isUnique: hasUniqueValue, isWritable };
    } catch (error) {
      if (error instanceof HubSpotApiError && error.status === 404) return null;
      throw error;
    }
  }
}
