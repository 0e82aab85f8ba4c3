import { z } from 'zod';
import { badRequest, notFound, type Reply } from '../errors.ts';
import { batchEnvelope, formatId } from '../format.ts';
import type { AssociationType } from '../portal.ts';
import { associationPaths, IdInput, limitInputs, readBody, type Route, type RouteContext } from '../route.ts';
import { AssociationSpec, resolveTypes, withDefault } from './association-inputs.ts';
import { defaultTypeOf, endsOf } from './associations.ts';

const MAX_CREATE_INPUTS = 2000;
const MAX_ARCHIVE_INPUTS = 100;

const End = z.object({ id: IdInput });
const DefaultBatch = z.object({ inputs: z.array(z.object({ from: End, to: End })) });
const CreateBatch = z.object({
  inputs: z.array(z.object({ from: End, to: End, types: z.array(AssociationSpec).min(1) })),
});
const ArchiveBatch = z.object({ inputs: z.array(z.object({ from: End, to: z.array(End) })) });

type Pair = [fromId: string, toId: string];

/** The pair under the ids it has now; 404 unless both are there. */
function existing(context: RouteContext, [fromId, toId]: Pair): Pair {
  const { from, to } = endsOf(context);
  const [one, other] = [context.account.records.get(from, fromId), context.account.records.get(to, toId)];
  if (!one || !other) throw notFound();
  return [one.id, other.id];
}

/** Ends the associations of a pair, under the ids it has now, whether it is there or not. */
function remove(context: RouteContext, [fromId, toId]: Pair, typeIds?: readonly number[]): void {
  const { account, now } = context;
  const { from, to } = endsOf(context);
  const ends = [from, to].map((type, index) => [type.typeId, account.currentId(type, [fromId, toId][index] ?? '')]);
  const [one, other] = ends as [[string, string], [string, string]];
  account.associations.remove(one, other, now, typeIds);
}

function associateDefault(
  context: RouteContext,
  pairs: readonly { from: { id: string }; to: { id: string } }[],
): Reply {
  const type = defaultTypeOf(context);
  if (!type) throw badRequest('No default association between these object types exists');
  const found = pairs.map(({ from, to }) => existing(context, [from.id, to.id]));
  for (const [fromId, toId] of found) context.account.associations.add(type, fromId, toId, context.now);
  const results = found.flatMap(([fromId, toId]) => bothDirections(type, fromId, toId));
  return { status: 200, body: batchEnvelope(results, [], context.now) };
}

function bothDirections({ category, typeId, inverseTypeId }: AssociationType, fromId: string, toId: string) {
  const spec = (associationTypeId: number) => ({ associationCategory: category, associationTypeId });
  return [
    { from: { id: fromId }, to: { id: toId }, associationSpec: spec(typeId) },
    { from: { id: toId }, to: { id: fromId }, associationSpec: spec(inverseTypeId) },
  ];
}

function putDefault(context: RouteContext): Reply {
  const { params } = context;
  return associateDefault(context, [
    { from: { id: params['objectId'] ?? '' }, to: { id: params['toObjectId'] ?? '' } },
  ]);
}

function pairOf({ params }: RouteContext): Pair {
  return [params['objectId'] ?? '', params['toObjectId'] ?? ''];
}

/** Makes the given types, and the unlabelled one that labels bring along, the only ones between the two records. */
function putLabels(context: RouteContext): Reply {
  const { from, to } = endsOf(context);
  const specs = readBody(z.array(AssociationSpec).min(1), context.body);
  const [fromId, toId] = existing(context, pairOf(context));
  const types = resolveTypes(context.account, from.typeId, to.typeId, specs);
  remove(context, [fromId, toId]);
  addAll(context, types, fromId, toId);
  return { status: 201, body: labelsBetween(context, types, fromId, toId) };
}

function addAll({ account, now }: RouteContext, types: readonly AssociationType[], fromId: string, toId: string): void {
  for (const type of types.flatMap((each) => [each, ...withDefault(account, each)])) {
    account.associations.add(type, fromId, toId, now);
  }
}

function labelsBetween(context: RouteContext, types: readonly AssociationType[], fromId: string, toId: string) {
  const { from, to } = endsOf(context);
  const labels = types.flatMap(({ label }) => label ?? []);
  return {
    fromObjectTypeId: from.typeId,
    fromObjectId: formatId(fromId, context.settings),
    toObjectTypeId: to.typeId,
    toObjectId: formatId(toId, context.settings),
    labels,
  };
}

function removePair(context: RouteContext): Reply {
  remove(context, pairOf(context));
  return { status: 204 };
}

function batchDefault(context: RouteContext): Reply {
  const { inputs } = readBody(DefaultBatch, context.body);
  limitInputs(inputs, MAX_CREATE_INPUTS);
  return associateDefault(context, inputs);
}

function batchCreate(context: RouteContext): Reply {
  const { account, now, dated } = context;
  const { inputs } = readBody(CreateBatch, context.body);
  limitInputs(inputs, MAX_CREATE_INPUTS);
  const { from, to } = endsOf(context);
  const planned = inputs.map((input) => {
    const pair = existing(context, [input.from.id, input.to.id]);
    return { pair, types: resolveTypes(account, from.typeId, to.typeId, input.types) };
  });
  const results = planned.map(({ pair, types }) => {
    addAll(context, types, ...pair);
    return labelsBetween(context, types, ...pair);
  });
  return { status: dated ? 200 : 201, body: batchEnvelope(results, [], now) };
}

/** The dated API answers with a body where v4 answers 204. */
function archived({ dated, now }: RouteContext): Reply {
  return dated ? { status: 200, body: batchEnvelope([], [], now) } : { status: 204 };
}

function batchArchive(context: RouteContext): Reply {
  const { inputs } = readBody(ArchiveBatch, context.body);
  limitInputs(inputs, MAX_ARCHIVE_INPUTS);
  for (const { from, to } of inputs) for (const { id } of to) remove(context, [from.id, id]);
  return archived(context);
}

/** Archiving the unlabelled type drops the labels between the pair, too. */
function batchArchiveLabels(context: RouteContext): Reply {
  const { inputs } = readBody(CreateBatch, context.body);
  limitInputs(inputs, MAX_CREATE_INPUTS);
  const { from, to } = endsOf(context);
  for (const input of inputs) {
    const types = resolveTypes(context.account, from.typeId, to.typeId, input.types);
    const ids = types.some(({ label }) => label === null) ? undefined : types.map(({ typeId }) => typeId);
    remove(context, [input.from.id, input.to.id], ids);
  }
  return archived(context);
}

const v4Pair = (rest: string) => [
  `/crm/v4/objects/{objectType}/{objectId}/associations/${rest}`,
  `/crm/objects/{version}/{objectType}/{objectId}/associations/${rest}`,
];
const pairRoute = (operation: string, method: Route['method'], rest: string, handle: Route['handle']): Route => {
  return { operation, method, paths: v4Pair(rest), kind: 'write', handle };
};
const batchRoute = (operation: string, rest: string, handle: Route['handle']): Route => {
  return { operation, method: 'POST', paths: associationPaths(rest), kind: 'write', handle };
};

export const ASSOCIATION_WRITE_ROUTES: Route[] = [
  pairRoute('associations.putDefault', 'PUT', 'default/{toObjectType}/{toObjectId}', putDefault),
  pairRoute('associations.put', 'PUT', '{toObjectType}/{toObjectId}', putLabels),
  pairRoute('associations.remove', 'DELETE', '{toObjectType}/{toObjectId}', removePair),
  batchRoute('associations.batchDefault', '/batch/associate/default', batchDefault),
  batchRoute('associations.batchCreate', '/batch/create', batchCreate),
  batchRoute('associations.batchArchive', '/batch/archive', batchArchive),
  batchRoute('associations.batchArchiveLabels', '/batch/labels/archive', batchArchiveLabels),
];
