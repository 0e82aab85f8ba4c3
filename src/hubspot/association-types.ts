import { z } from 'zod';
import type { CallExecutor } from './call-executor.ts';
import type { DailyFacts } from './daily-facts.ts';
import type { HubSpotPaths } from './paths.ts';
import { parseReply } from './schemas.ts';
import type { ObjectType } from './types.ts';

/** How a create names one of its associations. */
export interface AssociationSpec {
  associationCategory: string;
  associationTypeId: number;
}

const Labels = z.object({
  results: z.array(z.object({ category: z.string(), typeId: z.number(), label: z.string().nullish() })),
});

/**
 * The unlabelled association type of each direction. Their ids differ from portal to portal and by direction, so they
 * are asked for: writing one of the wrong direction makes a link that no list shows.
 */
export class AssociationTypes {
  readonly #executor: CallExecutor;
  readonly #paths: HubSpotPaths;
  readonly #facts: DailyFacts<AssociationSpec | null>;

  constructor(executor: CallExecutor, paths: HubSpotPaths, facts: DailyFacts<AssociationSpec | null>) {
    this.#executor = executor;
    this.#paths = paths;
    this.#facts = facts;
  }

  /** The default type from one object type to another; null when HubSpot lists no unlabelled one. */
  async defaultBetween(from: ObjectType, to: ObjectType): Promise<AssociationSpec | null> {
    return this.#facts.get(`associations ${from.id} ${to.id}`, async () => this.#discover(from, to));
  }

  async #discover(from: ObjectType, to: ObjectType): Promise<AssociationSpec | null> {
    const operation = 'associations.labels';
    const path = this.#paths.associationLabels(from.id, to.id);
    const reply = await this.#executor.execute({ operation, method: 'GET', path, kind: 'read' });
    const unlabelled = parseReply(operation, Labels, reply).results.find(({ label }) => !label);
    return unlabelled ? { associationCategory: unlabelled.category, associationTypeId: unlabelled.typeId } : null;
  }
}
