import { z } from 'zod';
import { badRequest, type Reply } from '../errors.ts';
import { batchEnvelope, formatAssociated } from '../format.ts';
import { OPAQUE_CURSOR, pageOf } from '../paging.ts';
import { associationTypesBetween, defaultAssociationType, type ObjectTypeDefinition } from '../portal.ts';
import { associationPaths, IdInput, limitInputs, readBody, type Route, type RouteContext } from '../route.ts';
import { IdInputs } from './objects.ts';

const MAX_READ_INPUTS = 1000;
/** Associated records per input and page. */
const ASSOCIATION_PAGE_SIZE = 500;
const V3_PAGE_SIZE = 100;

const ReadBatch = z.object({
  inputs: z.array(z.object({ id: IdInput, after: z.union([z.string(), z.number()]).optional() })),
});

export function endsOf({ account, params }: RouteContext): { from: ObjectTypeDefinition; to: ObjectTypeDefinition } {
  return {
    from: account.objectType(params['fromObjectType'] ?? params['objectType'] ?? ''),
    to: account.objectType(params['toObjectType'] ?? ''),
  };
}

function noAssociations(from: ObjectTypeDefinition, to: ObjectTypeDefinition, id: string) {
  const [one, other] = [from, to].map(({ name }) => name.replace(/s$/, ''));
  return {
    status: 'error',
    category: 'OBJECT_NOT_FOUND',
    subCategory: 'crm.associations.NO_ASSOCIATIONS_FOUND',
    message: `No ${other} is associated with ${one} ${id}.`,
    context: { fromObjectId: [id], fromObjectType: [one], toObjectType: [other] },
  };
}

/** Inputs under the ids their records have now: those that were merged are answered once, under the survivor's id. */
function distinct<Input extends { id: string }>(context: RouteContext, inputs: readonly Input[]): Input[] {
  const { from } = endsOf(context);
  const current = inputs.map((input) => ({ ...input, id: context.account.currentId(from, input.id) }));
  return [...new Map(current.map((input) => [input.id, input])).values()];
}

/** Inputs without associations are missing from `results` and named in `errors`. */
function batchRead(context: RouteContext): Reply {
  const { account, settings, now, pagingFault } = context;
  const { inputs } = readBody(ReadBatch, context.body);
  limitInputs(inputs, MAX_READ_INPUTS);
  const { from, to } = endsOf(context);
  const results: unknown[] = [];
  const errors: unknown[] = [];
  for (const { id, after } of distinct(context, inputs)) {
    const all = formatAssociated(account.visibleAssociations(from, id, to, now), settings);
    const { items, paging } = pageOf(
      all,
      { sent: after, size: ASSOCIATION_PAGE_SIZE, form: OPAQUE_CURSOR },
      pagingFault,
    );
    if (all.length > 0) results.push({ from: { id }, to: items, ...paging });
    else errors.push(noAssociations(from, to, id));
  }
  const status = errors.length > 0 && !context.dated ? 207 : 200;
  return { status, body: batchEnvelope(results, errors, now) };
}

/** The older form: a row per association type, ids as text, no labels, and a cursor that is ignored when sent back. */
function batchReadV3(context: RouteContext): Reply {
  const { inputs } = readBody(IdInputs, context.body);
  limitInputs(inputs, MAX_READ_INPUTS);
  const { from, to } = endsOf(context);
  const lists = distinct(context, inputs).map(({ id }) => ({
    id,
    rows: context.account.visibleAssociations(from, id, to, context.now),
  }));
  const results = lists
    .filter(({ rows }) => rows.length > 0)
    .map(({ id, rows }) => {
      const first = { sent: undefined, size: V3_PAGE_SIZE, form: OPAQUE_CURSOR };
      const { items, paging } = pageOf(rows, first, context.pagingFault);
      return { from: { id }, to: items.map((row) => ({ id: row.toId, type: row.type.name })), ...paging };
    });
  const errors = lists.filter(({ rows }) => rows.length === 0).map(({ id }) => noAssociations(from, to, id));
  return { status: errors.length > 0 ? 207 : 200, body: batchEnvelope(results, errors, context.now) };
}

function listAssociations(context: RouteContext): Reply {
  const { account, query, params, settings, now } = context;
  const { from, to } = endsOf(context);
  const all = formatAssociated(account.visibleAssociations(from, params['objectId'] ?? '', to, now), settings);
  const pageSize = Number(query.get('limit') ?? ASSOCIATION_PAGE_SIZE);
  if (!(pageSize >= 1 && pageSize <= ASSOCIATION_PAGE_SIZE))
    throw badRequest(`limit must be between 1 and ${ASSOCIATION_PAGE_SIZE}`);
  const { items, paging } = pageOf(
    all,
    { sent: query.get('after'), size: pageSize, form: OPAQUE_CURSOR },
    context.pagingFault,
  );
  return { status: 200, body: { results: items, ...paging } };
}

function listLabels(context: RouteContext): Reply {
  const { from, to } = endsOf(context);
  const types = associationTypesBetween(context.account.portal, from.typeId, to.typeId);
  return { status: 200, body: { results: types.map(({ category, typeId, label }) => ({ category, typeId, label })) } };
}

/** The unlabelled type of that direction, or HubSpot's 400 for types that cannot be associated. */
export function defaultTypeOf(context: RouteContext) {
  const { from, to } = endsOf(context);
  return defaultAssociationType(context.account.portal, from.typeId, to.typeId);
}

export const ASSOCIATION_READ_ROUTES: Route[] = [
  {
    operation: 'associations.batchRead',
    method: 'POST',
    paths: associationPaths('/batch/read'),
    kind: 'read',
    handle: batchRead,
  },
  {
    operation: 'associations.batchReadV3',
    method: 'POST',
    paths: ['/crm/v3/associations/{fromObjectType}/{toObjectType}/batch/read'],
    kind: 'read',
    handle: batchReadV3,
  },
  {
    operation: 'associations.list',
    method: 'GET',
    paths: ['/crm/v4/objects/{objectType}/{objectId}/associations/{toObjectType}'],
    kind: 'read',
    handle: listAssociations,
  },
  {
    operation: 'associations.labels',
    method: 'GET',
    paths: [...associationPaths('/labels'), '/crm/associations/v4/{fromObjectType}/{toObjectType}/labels'],
    kind: 'read',
    handle: listLabels,
  },
];
