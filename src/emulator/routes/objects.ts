import { z } from 'zod';
import type { Account } from '../account.ts';
import { badRequest, errorReply, notFound, RefusedError, type Reply } from '../errors.ts';
import { formatHistory, formatInlineAssociations, formatRecord } from '../format.ts';
import type { ObjectTypeDefinition, Values } from '../portal.ts';
import type { StoredRecord } from '../record.ts';
import { IdInput, objectPaths, queryList, readBody, type Route, type RouteContext } from '../route.ts';
import { AssociationInputs, associateInline } from './association-inputs.ts';

const PropertiesInput = z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()]));

export const ObjectInput = z.object({ properties: PropertiesInput, associations: AssociationInputs });
export const UpdateInput = z.object({ properties: PropertiesInput });

/** The record a path or an input names: by id, or by the value of a unique property. */
export function findRecord(
  account: Account,
  type: ObjectTypeDefinition,
  id: string,
  { idProperty, archived = false }: { idProperty?: string | null | undefined; archived?: boolean } = {},
): StoredRecord | undefined {
  if (!idProperty) return archived ? archivedRecord(account, type, id) : account.records.get(type, id);
  if (idProperty === 'hs_object_id' || !type.properties[idProperty]?.unique) {
    const subject = `non-unique ${type.typeId} property ${idProperty}`;
    throw badRequest(`Unable to perform update/upsert by ${subject} in portal ID ${account.portal.id}`);
  }
  if (!archived) return account.records.findByUnique(type, idProperty, id);
  return account.records.holders(type, idProperty, id).find(isArchived);
}

function archivedRecord(account: Account, type: ObjectTypeDefinition, id: string): StoredRecord | undefined {
  const record = account.records.stored(type, id);
  return record && isArchived(record) ? record : undefined;
}

/** A merged record is not in the recycle bin. */
function isArchived({ archivedAt, mergedInto }: StoredRecord): boolean {
  return archivedAt !== undefined && !mergedInto;
}

function recordOf({ account, params, query }: RouteContext): { type: ObjectTypeDefinition; record: StoredRecord } {
  const type = account.objectType(params['objectType'] ?? '');
  const id = params['objectId'] ?? '';
  const idProperty = query.get('idProperty');
  if (!idProperty && !/^\d+$/.test(id)) {
    const message = 'Object not found.  objectId are usually numeric.';
    throw new RefusedError(errorReply(404, message, { category: 'OBJECT_NOT_FOUND', context: { id: [id] } }));
  }
  const record = findRecord(account, type, id, { idProperty, archived: query.get('archived') === 'true' });
  if (!record) throw notFound();
  return { type, record };
}

function getObject(context: RouteContext): Reply {
  return { status: 200, body: formatRead(context, recordOf(context).record) };
}

/** What a read shows of a record: properties, history and inline associations, as far as they were asked for. */
function formatRead({ account, query, now, settings }: RouteContext, record: StoredRecord): Record<string, unknown> {
  const types = queryList(query, 'associations').map((reference) => account.objectType(reference));
  return {
    ...formatRecord(account.visibleView(record, now), queryList(query, 'properties'), settings),
    ...formatHistory(record, queryList(query, 'propertiesWithHistory'), settings, now),
    ...formatInlineAssociations(account, record, types, now),
  };
}

function listObjects(context: RouteContext): Reply {
  const { account, params, query } = context;
  const type = account.objectType(params['objectType'] ?? '');
  const limit = Number(query.get('limit') ?? 10);
  if (!(limit >= 1 && limit <= 100)) throw badRequest(`limit must be between 1 and 100, was ${limit}`);
  const after = query.get('after');
  if (after !== null && !/^\d+$/.test(after)) throw badRequest(`after must be a record id, was ${after}`);
  const wanted =
    query.get('archived') === 'true' ? isArchived : ({ archivedAt }: StoredRecord) => archivedAt === undefined;
  const shown = account.records.all(type).filter(wanted);
  const rest = shown.filter((record) => after === null || BigInt(record.id) >= BigInt(after));
  const results = rest.slice(0, limit).map((record) => formatRead(context, record));
  const next = rest[limit]?.id;
  const link = `https://api.hubapi.com/crm/v3/objects/${type.typeId}?after=${next}`;
  return { status: 200, body: { results, ...(next ? { paging: { next: { after: next, link } } } : {}) } };
}

/** Creates one record with its associations: all of it or, on any refusal, nothing. */
export function createRecord(
  { account, now, write }: RouteContext,
  type: ObjectTypeDefinition,
  { properties, associations }: z.infer<typeof ObjectInput>,
): StoredRecord {
  const apply = associateInline(account, type, associations, now);
  const record = account.create(type, properties, now, write);
  apply(record.id);
  return record;
}

/** A written record shows what was set, not what rollups will add. */
export function formatWritten(record: StoredRecord, values: Values, { settings }: RouteContext) {
  return formatRecord({ record, values, updatedAt: record.updatedAt }, Object.keys(values), settings);
}

function createObject(context: RouteContext): Reply {
  const type = context.account.objectType(context.params['objectType'] ?? '');
  const record = createRecord(context, type, readBody(ObjectInput, context.body));
  const body = formatWritten(record, record.versions[0]?.values ?? {}, context);
  const location = `https://api.hubapi.com/crm/v3/objects/${type.typeId}/${record.id}`;
  return { status: 201, body, headers: { Location: location } };
}

function updateObject(context: RouteContext): Reply {
  const { properties } = readBody(UpdateInput, context.body);
  const { record } = recordOf(context);
  const changed = context.account.update(record, properties, context.now, context.write);
  return { status: 200, body: formatWritten(record, changed, context) };
}

function archiveObject({ account, params, now }: RouteContext): Reply {
  const type = account.objectType(params['objectType'] ?? '');
  const record = account.records.getAny(type, params['objectId'] ?? '');
  if (!record) throw notFound();
  if (record.archivedAt === undefined) account.archive(record, now);
  return { status: 204 };
}

const MergeInput = z.object({ primaryObjectId: IdInput, objectIdToMerge: IdInput });

function mergeObjects(context: RouteContext): Reply {
  const { account, params, now } = context;
  const type = account.objectType(params['objectType'] ?? '');
  const { primaryObjectId, objectIdToMerge } = readBody(MergeInput, context.body);
  const primary = account.records.get(type, primaryObjectId);
  const other = account.records.get(type, objectIdToMerge);
  if (!primary || !other) throw notFound();
  if (primary === other) throw badRequest('Cannot merge a record with itself');
  const survivor = account.merge(primary, other, now);
  return { status: 200, body: formatRecord(account.visibleView(survivor, now), [], context.settings) };
}

export const IdInputs = z.object({ inputs: z.array(z.object({ id: IdInput })) });

export const OBJECT_ROUTES: Route[] = [
  { operation: 'objects.list', method: 'GET', paths: objectPaths(), kind: 'read', handle: listObjects },
  { operation: 'objects.create', method: 'POST', paths: objectPaths(), kind: 'write', handle: createObject },
  { operation: 'objects.get', method: 'GET', paths: objectPaths('/{objectId}'), kind: 'read', handle: getObject },
  {
    operation: 'objects.update',
    method: 'PATCH',
    paths: objectPaths('/{objectId}'),
    kind: 'write',
    handle: updateObject,
  },
  {
    operation: 'objects.archive',
    method: 'DELETE',
    paths: objectPaths('/{objectId}'),
    kind: 'write',
    handle: archiveObject,
  },
  { operation: 'objects.merge', method: 'POST', paths: objectPaths('/merge'), kind: 'write', handle: mergeObjects },
];
