import type { HubSpotConnection } from './connection.ts';
import { parseReply, searchSchema } from './schemas.ts';
import type { HubSpotObject, ObjectType, SearchRequest } from './types.ts';

/** Records on one page of a search: 200 at most [search guide]. */
const MAX_PAGE_SIZE = 200;

/**
 * Every record that fits `filters`, all pages followed. Search lags seconds behind writes and is limited to 5 calls a
 * second per account [search guide]: a last resort.
 */
export async function searchObjects<P extends string>(
  { executor, paths }: HubSpotConnection,
  type: ObjectType,
  { filters, properties, sort, limit = MAX_PAGE_SIZE, maxResults = Infinity, until }: SearchRequest<P>,
): Promise<HubSpotObject<P>[]> {
  const operation = 'objects.search';
  const path = paths.objects(type.id, 'search');
  const schema = searchSchema(properties);
  const found: HubSpotObject<P>[] = [];
  let after: string | undefined;
  do {
    const body = {
      filterGroups: [{ filters }],
      properties,
      limit,
      ...(sort ? { sorts: [sort] } : {}),
      ...(after ? { after } : {}),
    };
    const reply = await executor.execute({ operation, method: 'POST', path, body, repeatable: true });
    const page = parseReply(operation, schema, reply);
    found.push(...page.results);
    after = page.paging?.next?.after;
    if (until && page.results.some(until)) break;
  } while (after !== undefined && found.length < maxResults);
  return found;
}
