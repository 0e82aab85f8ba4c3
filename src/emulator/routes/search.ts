import { z } from 'zod';
import { badRequest, type Reply } from '../errors.ts';
import { formatRecord } from '../format.ts';
import { pageOf, PLAIN_CURSOR } from '../paging.ts';
import type { ObjectTypeDefinition } from '../portal.ts';
import { systemProperties } from '../property-values.ts';
import type { RecordView } from '../record.ts';
import { objectPaths, readBody, type Route, type RouteContext } from '../route.ts';
import { type Filter, FilterInput, matches, sortValue } from '../search-filters.ts';

const MAX_BODY_CHARACTERS = 3000;
const MAX_RESULTS = 10_000;
const MAX_GROUPS = 5;
const MAX_FILTERS_PER_GROUP = 6;
const MAX_FILTERS = 18;

const SearchInput = z.object({
  filterGroups: z.array(z.object({ filters: z.array(FilterInput).default([]) })).default([]),
  filters: z.array(FilterInput).default([]),
  query: z.string().optional(),
  sorts: z
    .array(
      z.union([
        z.string(),
        z.object({ propertyName: z.string(), direction: z.enum(['ASCENDING', 'DESCENDING']).default('ASCENDING') }),
      ]),
    )
    .max(1)
    .default([]),
  properties: z.array(z.string()).default([]),
  limit: z.coerce.number().int().min(1).max(200).default(10),
  after: z.coerce.string().regex(/^\d+$/).default('0'),
});
type SearchInput = z.infer<typeof SearchInput>;

function search(context: RouteContext): Reply {
  const { account, body, settings } = context;
  const type = account.objectType(context.params['objectType'] ?? '');
  if (JSON.stringify(body ?? {}).length > MAX_BODY_CHARACTERS) throw badRequest('The request body is too large');
  const input = readBody(SearchInput, body);
  const groups = filterGroups(input);
  for (const filter of groups.flat()) matches(type, {}, filter);
  for (const sort of input.sorts) sortValue(type, sortName(sort), {});
  if (Number(input.after) + input.limit > MAX_RESULTS) throw badRequest(`Cannot page beyond ${MAX_RESULTS} results`);
  const found = candidates(context, type)
    .filter(
      ({ values }) =>
        groups.length === 0 || groups.some((group) => group.every((filter) => matches(type, values, filter))),
    )
    .filter(({ values }) => !input.query || Object.values(values).some((value) => contains(value, input.query ?? '')));
  const ordered = order(type, found, input);
  const request = { sent: input.after, size: input.limit, form: PLAIN_CURSOR };
  const { items, paging } = pageOf(ordered, request, context.pagingFault);
  const results = items.map((view) => formatRecord(view, input.properties, settings));
  return { status: 200, body: { total: ordered.length, results, ...paging } };
}

function filterGroups(input: SearchInput): Filter[][] {
  const groups = [...input.filterGroups.map(({ filters }) => filters), input.filters].filter(
    (group) => group.length > 0,
  );
  const count = groups.flat().length;
  if (
    groups.length > MAX_GROUPS ||
    count > MAX_FILTERS ||
    groups.some((group) => group.length > MAX_FILTERS_PER_GROUP)
  ) {
    throw badRequest(
      `A search takes at most ${MAX_GROUPS} groups of ${MAX_FILTERS_PER_GROUP} filters, ${MAX_FILTERS} in all`,
    );
  }
  return groups;
}

/** Records the index shows: archived ones never, late ones not yet. */
function candidates({ account, now }: RouteContext, type: ObjectTypeDefinition): RecordView[] {
  return account.records.all(type).flatMap((record) => {
    const view = account.indexedView(record, now);
    return view ? { ...view, values: { ...systemProperties(view), ...view.values } } : [];
  });
}

function contains(value: string, text: string): boolean {
  return value.toLowerCase().includes(text.toLowerCase());
}

function sortName(sort: SearchInput['sorts'][number]): string {
  return typeof sort === 'string' ? sort.replace(/^-/, '') : sort.propertyName;
}

/** Creation order, oldest first, unless a sort is given; records without the property come last. */
function order(type: ObjectTypeDefinition, found: RecordView[], { sorts: [sort] }: SearchInput): RecordView[] {
  if (!sort) return found;
  const name = sortName(sort);
  const down = typeof sort === 'string' ? sort.startsWith('-') : sort.direction === 'DESCENDING';
  return found.toSorted((left, right) => {
    const a = sortValue(type, name, left.values);
    const b = sortValue(type, name, right.values);
    if (a === undefined || b === undefined) return Number(a === undefined) - Number(b === undefined);
    const rising = a < b ? -1 : a > b ? 1 : 0;
    return down ? -rising : rising;
  });
}

export const SEARCH_ROUTES: Route[] = [
  { operation: 'objects.search', method: 'POST', paths: objectPaths('/search'), kind: 'search', handle: search },
];
