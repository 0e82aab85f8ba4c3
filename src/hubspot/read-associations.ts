import { inChunks, settle } from './batch.ts';
import type { Outcome } from './coalescer.ts';
import type { HubSpotConnection } from './connection.ts';
import { HubSpotError } from './errors.ts';
import { AssociationBatch, parseReply } from './schemas.ts';
import type { ObjectType } from './types.ts';

interface AssociationInput {
  id: string;
  /** Cursor of the next page, sent back as HubSpot wrote it. */
  after?: string;
}

/**
 * For each id of `from` the complete list of associated ids of `to` without repeats; an empty list where HubSpot says
 * that there is none. Every page is followed by its cursor, never by its link, which is deprecated [spec].
 */
export async function readAssociations(
  connection: HubSpotConnection,
  from: ObjectType,
  to: ObjectType,
  ids: readonly string[],
): Promise<Outcome<string[]>[]> {
  const lists = new Map<string, Set<string>>();
  const failures = new Map<string, HubSpotError>();
  let inputs: AssociationInput[] = [...new Set(ids)].map((id) => ({ id }));
  while (inputs.length > 0) {
    const pages = await readPages(connection, [from, to], inputs);
    const next: AssociationInput[] = [];
    for (const [index, { id }] of inputs.entries()) {
      const page = pages[index] ?? null;
      if (page instanceof HubSpotError) failures.set(id, page);
      else lists.set(id, (lists.get(id) ?? new Set()).union(new Set(page?.toIds)));
      if (page && 'after' in page && page.after !== undefined) next.push({ id, after: page.after });
    }
    inputs = next;
  }
  return ids.map((id) => failures.get(id) ?? [...(lists.get(id) ?? [])]);
}

interface AssociationPage {
  toIds: string[];
  after: string | undefined;
}

async function readPages(
  { executor, paths, associationBatchLimit }: HubSpotConnection,
  [from, to]: [ObjectType, ObjectType],
  inputs: readonly AssociationInput[],
): Promise<Outcome<AssociationPage | null>[]> {
  const operation = 'associations.batchRead';
  const path = paths.associationBatchRead(from.id, to.id);
  return inChunks(inputs, associationBatchLimit, async (chunk) => {
    const body = { inputs: chunk };
    const reply = await executor.execute({ operation, method: 'POST', path, body, repeatable: true });
    const { results, errors } = parseReply(operation, AssociationBatch, reply);
    const pages = results.map(
      ({ from: { id }, to: rows, paging }) =>
        [id, { toIds: rows.map(({ toObjectId }) => toObjectId), after: paging?.next?.after }] as const,
    );
    return settle<AssociationPage>(
      operation,
      chunk.map(({ id }) => id),
      new Map(pages),
      errors,
    );
  });
}
