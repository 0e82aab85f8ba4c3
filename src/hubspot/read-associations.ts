import { emptyResult, inChunks, settle } from './batch.ts';
import type { HubSpotConnection } from './connection.ts';
import { AssociationBatch, parseReply } from './schemas.ts';
import type { BatchResult, ObjectType } from './types.ts';

interface AssociationInput {
  id: string;
  /** Cursor of the next page, sent back as HubSpot wrote it. */
  after?: string;
}

/**
 * Per id of `from`, the complete list of associated ids of `to` without repeats; an empty list where HubSpot says that
 * there is none. Every page is followed by its cursor, never by its link, which is deprecated [spec].
 */
export async function batchGetAssociations(
  connection: HubSpotConnection,
  from: ObjectType,
  ids: readonly string[],
  to: ObjectType,
): Promise<BatchResult<string[]>> {
  const lists = new Map<string, Set<string>>();
  const whole = emptyResult<string[]>();
  let inputs: AssociationInput[] = [...new Set(ids)].map((id) => ({ id }));
  while (inputs.length > 0) {
    const page = await readPage(connection, from, inputs, to);
    for (const [id, error] of page.failures) whole.failures.set(id, error);
    for (const id of page.missing) if (!lists.has(id)) lists.set(id, new Set());
    for (const [id, { toIds }] of page.results) lists.set(id, (lists.get(id) ?? new Set()).union(new Set(toIds)));
    inputs = [...page.results].flatMap(([id, { after }]) => (after === undefined ? [] : [{ id, after }]));
  }
  for (const [id, toIds] of lists) if (!whole.failures.has(id)) whole.results.set(id, [...toIds]);
  return whole;
}

interface AssociationPage {
  toIds: string[];
  after: string | undefined;
}

async function readPage(
  { executor, paths, associationBatchLimit }: HubSpotConnection,
  from: ObjectType,
  inputs: readonly AssociationInput[],
  to: ObjectType,
): Promise<BatchResult<AssociationPage>> {
  const operation = 'associations.batchRead';
  const path = paths.associationBatchRead(from.id, to.id);
  return inChunks(
    inputs,
    associationBatchLimit,
    ({ id }) => id,
    async (chunk) => {
      const body = { inputs: chunk };
      const reply = await executor.execute({ operation, method: 'POST', path, body, repeatable: true });
      const { results, errors } = parseReply(operation, AssociationBatch, reply);
      const pages = results.map(
        ({ from: { id }, to: rows, paging }) =>
          [id, { toIds: rows.map(({ toObjectId }) => toObjectId), after: paging?.next?.after }] as const,
      );
      const requested = chunk.map(({ id }) => id);
      return settle(operation, requested, new Map(pages), errors);
    },
  );
}
