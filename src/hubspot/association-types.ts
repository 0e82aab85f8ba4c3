import { z } from 'zod';
import type { CallExecutor } from './call-executor.ts';
import type { Clock } from '../time/clock.ts';
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

const DAY_MS = 86_400_000;

/**
 * The unlabelled association type of each direction. Their ids differ from portal to portal and by direction, so they
 * are asked for once a day: writing one of the wrong direction makes a link that no list shows.
 */
export class AssociationTypes {
  readonly #executor: CallExecutor;
  readonly #paths: HubSpotPaths;
  readonly #clock: Clock;
  readonly #known = new Map<string, { at: number; spec: Promise<AssociationSpec | null> }>();

  constructor(executor: CallExecutor, paths: HubSpotPaths, clock: Clock) {
    this.#executor = executor;
    this.#paths = paths;
    this.#clock = clock;
  }

  /** The default type from one object type to another; null when HubSpot lists no unlabelled one. */
  async defaultBetween(from: ObjectType, to: ObjectType): Promise<AssociationSpec | null> {
    const key = `${from.id} ${to.id}`;
    const known = this.#known.get(key);
    if (known && this.#clock.monotonicMs() - known.at < DAY_MS) return known.spec;
    const spec = this.#discover(from, to);
    this.#known.set(key, { at: this.#clock.monotonicMs(), spec });
    spec.catch(() => this.#known.delete(key));
    return spec;
  }

  async #discover(from: ObjectType, to: ObjectType): Promise<AssociationSpec | null> {
    const operation = 'associations.labels';
    const path = this.#paths.associationLabels(from.id, to.id);
    const reply = await this.#executor.execute({ operation, method: 'GET', path, kind: 'read' });
    const unlabelled = parseReply(operation, Labels, reply).results.find(({ label }) => !label);
    return unlabelled ? { associationCategory: unlabelled.category, associationTypeId: unlabelled.typeId } : null;
  }
}
