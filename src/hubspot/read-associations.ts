import type { Outcome } from './coalescer.ts';
import type { HubSpotConnection } from './connection.ts';
import { HubSpotError } from './errors.ts';
import { Pages } from './paging.ts';
import { type BatchReader, readBatch } from './read-batch.ts';
import { AssociationBatch, type Paging, parseReply } from './schemas.ts';
import type { ObjectType } from './types.ts';

interface AssociationInput {
  id: string;
  /** Cursor of the next page, sent back as HubSpot wrote it. */
  after?: string;
}

interface AssociationPage {
  toIds: string[];
  paging: Paging;
}

/** A list on its way: ids without repeats, page by page, or why it cannot be had. */
interface GrowingList {
  ids: Set<string>;
  pages: Pages;
  failure?: HubSpotError;
}

const OPERATION = 'associations.batchRead';

/**
 * For each id of `from` the complete list of associated ids of `to` without repeats; an empty list where HubSpot says
 * that there is none. A part of a list is not the list: one of which a page cannot be read has failed.
 */
export async function readAssociations(
  connection: HubSpotConnection,
  from: ObjectType,
  to: ObjectType,
  ids: readonly string[],
): Promise<Outcome<string[]>[]> {
  const reader = associationReader(connection, from, to);
  const lists = new Map(
    ids.map((id): [string, GrowingList] => [id, { ids: new Set<string>(), pages: new Pages(OPERATION) }]),
  );
  let inputs: AssociationInput[] = [...lists.keys()].map((id) => ({ id }));
  while (inputs.length > 0) {
    const pages = await readBatch(connection, reader, inputs);
    inputs = inputs.flatMap(({ id }, index) => {
      const list = lists.get(id);
      const after = list && addPage(list, pages[index] ?? null);
      return after === undefined ? [] : [{ id, after }];
    });
  }
  return ids.map((id) => {
    const list = lists.get(id);
    return list?.failure ?? [...(list?.ids ?? [])];
  });
}

/** Takes a page in; the cursor of the next one, undefined when there is none. */
function addPage(list: GrowingList, page: Outcome<AssociationPage | null>): string | undefined {
  if (page === null) return undefined;
  const after = page instanceof HubSpotError ? page : list.pages.after(page.paging);
  if (!(page instanceof HubSpotError)) for (const id of page.toIds) list.ids.add(id);
  if (!(after instanceof HubSpotError)) return after;
  list.failure = after;
  return undefined;
}

function associationReader(
  connection: HubSpotConnection,
  from: ObjectType,
  to: ObjectType,
): BatchReader<AssociationInput, AssociationPage> {
  return {
    operation: OPERATION,
    path: connection.paths.associationBatchRead(from.id, to.id),
    limit: connection.associationBatchLimit,
    keyOf: ({ id }) => id,
    bodyFor: (inputs) => ({ inputs }),
    parse: (reply) => {
      const { results, errors } = parseReply(OPERATION, AssociationBatch, reply);
      const pages = results.map(
        ({ from: { id }, to: rows, paging }) =>
          [id, { toIds: rows.map(({ toObjectId }) => toObjectId), paging }] as const,
      );
      return { results: new Map(pages), errors };
    },
  };
}
