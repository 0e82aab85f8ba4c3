import type { AssociationTypes } from './association-types.ts';
import type { CallExecutor } from './call-executor.ts';
import type { HubSpotPaths } from './paths.ts';
import type { Properties } from './properties.ts';

/** What every kind of call needs: how to make it, where it goes, and how much fits into one. */
export interface HubSpotConnection {
  executor: CallExecutor;
  paths: HubSpotPaths;
  associationTypes: AssociationTypes;
  properties: Properties;
  /** Inputs in one object batch call: 100 [objects guide]. */
  batchLimit: number;
  /** Inputs in one association batch read: 1,000 [changelog]. */
  associationBatchLimit: number;
}
