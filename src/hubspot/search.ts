import type { HubSpotConnection } from './connection.ts';
import { HubSpotError } from './errors.ts';
import { Pages } from './paging.ts';
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
  const pages = new Pages(operation);
  /** By id: while data moves, a record may come on two pages. */
  const found = new Map<string, HubSpotObject<P>>();
  let after: string | undefined;
  do {
    const body = {
      filterGroups: [{ filters }],
      properties,
      limit,
      ...(sort ? { sorts: [sort] } : {}),
      ...(after === undefined ? {} : { after }),
    };
    const reply = await executor.execute({ operation, method: 'POST', path, body, kind: 'read' });
    const page = parseReply(operation, schema, reply);
    for (const record of page.results) if (!found.has(record.id)) found.set(record.id, record);
    if (found.size >= maxResults || (until && page.results.some(until))) break;
    const next = pages.after(page.paging);
    if (next instanceof HubSpotError) throw next;
    after = next;
  } while (after !== undefined);
  return [...found.values()];
}
