import { z } from 'zod';
import { badRequest, errorReply, RefusedError, type Reply } from '../errors.ts';
import { batchEnvelope, formatHistory, formatRecord } from '../format.ts';
import type { ObjectTypeDefinition } from '../portal.ts';
import type { PropertyInputs } from '../property-values.ts';
import { currentValues } from '../record.ts';
import { IdInput, limitInputs, objectPaths, readBody, type Route, type RouteContext } from '../route.ts';
import { associateInline } from './association-inputs.ts';
import { createRecord, findRecord, formatWritten, IdInputs, ObjectInput, UpdateInput } from './objects.ts';

const MAX_INPUTS = 100;
const MAX_HISTORY_INPUTS = 50;

const ReadBatch = z.object({
  inputs: z.array(z.object({ id: IdInput })),
  properties: z.array(z.string()).default([]),
  propertiesWithHistory: z.array(z.string()).default([]),
  idProperty: z.string().nullish(),
});

const TraceId = z.string().optional();
const CreateBatch = z.object({ inputs: z.array(ObjectInput.extend({ objectWriteTraceId: TraceId })) });
const UpdateBatch = z.object({
  inputs: z.array(UpdateInput.extend({ id: IdInput, idProperty: z.string().nullish(), objectWriteTraceId: TraceId })),
});

function typeOf({ account, params }: RouteContext): ObjectTypeDefinition {
  return account.objectType(params['objectType'] ?? '');
}

/** The dated files list no 207: there `errors` stands in a 200. */
function batchReply(
  context: RouteContext,
  okStatus: number,
  results: readonly unknown[],
  errors: readonly unknown[],
): Reply {
  const status = errors.length > 0 && !context.dated ? 207 : okStatus;
  return { status, body: batchEnvelope(results, errors, context.now) };
}

function missingError(type: ObjectTypeDefinition, ids: readonly string[]) {
  const name = type.name.replace(/s$/, '').toUpperCase();
  const message = `Could not get some ${name} objects, they may be deleted or not exist. Check that ids are valid.`;
  return { status: 'error', category: 'OBJECT_NOT_FOUND', message, context: { ids } };
}

function batchRead(context: RouteContext): Reply {
  const { account, now, settings, query } = context;
  const type = typeOf(context);
  const archived = query.get('archived') === 'true';
  const { inputs, properties, propertiesWithHistory, idProperty } = readBody(ReadBatch, context.body);
  if (propertiesWithHistory.length > 0 && inputs.length > MAX_HISTORY_INPUTS) {
    const subject = 'The maximum number of inputs supported in a batch request for property histories';
    throw badRequest(`${subject} is ${MAX_HISTORY_INPUTS}`);
  }
  limitInputs(inputs, MAX_INPUTS);
  const records = new Map(inputs.map(({ id }) => [id, findRecord(account, type, id, { idProperty, archived })]));
  const results = [...new Set(records.values())].flatMap((record) =>
    record
      ? {
          ...formatRecord(account.visibleView(record, now), properties, settings),
          ...formatHistory(record, propertiesWithHistory, settings, now),
        }
      : [],
  );
  const missing = [...records].flatMap(([id, record]) => (record ? [] : id));
  return batchReply(context, 200, results, missing.length > 0 ? [missingError(type, missing)] : []);
}

interface WriteInput {
  properties: PropertyInputs;
  objectWriteTraceId?: string | undefined;
}

/** Two inputs of one batch must not claim the same unique value either. */
function refuseCollisions(context: RouteContext, inputs: readonly WriteInput[]): void {
  const { properties } = typeOf(context);
  for (const [name, { unique }] of Object.entries(properties)) {
    const values = inputs.flatMap((input) =>
      unique && input.properties[name] ? String(input.properties[name]).toLowerCase() : [],
    );
    if (new Set(values).size < values.length) {
      const message = `Two inputs of the batch have the same ${name}`;
      throw new RefusedError(errorReply(unique === 'conflict' ? 409 : 400, message, { category: 'CONFLICT' }));
    }
  }
}

interface Refusal {
  traceId: string | undefined;
  reply: Reply;
}

/**
 * Carries out each input. One refused input fails the whole batch, unless every input carries a trace id of its own:
 * then the others go through and the answer is a 207 [error handling guide].
 */
function eachInput<I extends WriteInput>(
  context: RouteContext,
  inputs: readonly I[],
  okStatus: number,
  carryOut: (input: I, commit: boolean) => Record<string, unknown>,
): Reply {
  limitInputs(inputs, MAX_INPUTS);
  const traceIds = new Set(inputs.flatMap(({ objectWriteTraceId }) => objectWriteTraceId ?? []));
  const partial = traceIds.size === inputs.length;
  const refusals: Refusal[] = [];
  const results: Record<string, unknown>[] = [];
  const attempt = (input: I, commit: boolean) => {
    try {
      const body = carryOut(input, commit);
      if (commit)
        results.push({
          ...body,
          ...(input.objectWriteTraceId ? { objectWriteTraceId: input.objectWriteTraceId } : {}),
        });
    } catch (error) {
      if (!(error instanceof RefusedError)) throw error;
      if (!partial) throw error;
      if (commit) refusals.push({ traceId: input.objectWriteTraceId, reply: error.reply });
    }
  };
  if (!partial) {
    for (const input of inputs) attempt(input, false);
    refuseCollisions(context, inputs);
  }
  for (const input of inputs) attempt(input, true);
  return batchReply(context, okStatus, results, refusals.map(refusalEntry));
}

function refusalEntry({ traceId, reply }: Refusal) {
  const body = reply.body as Record<string, unknown>;
  return { ...body, context: { objectWriteTraceId: [traceId] } };
}

function batchCreate(context: RouteContext): Reply {
  const { inputs } = readBody(CreateBatch, context.body);
  const type = typeOf(context);
  return eachInput(context, inputs, 201, (input, commit) => {
    if (!commit) {
      associateInline(context.account, type, input.associations, context.now);
      context.account.check(type, input.properties, undefined, context.write);
      return {};
    }
    const record = createRecord(context, type, input);
    return formatWritten(record, currentValues(record), context);
  });
}

function batchUpdate(context: RouteContext): Reply {
  const { inputs } = readBody(UpdateBatch, context.body);
  limitInputs(inputs, MAX_INPUTS);
  const { account } = context;
  const type = typeOf(context);
  const known = inputs.filter(({ id, idProperty }) => findRecord(account, type, id, { idProperty }));
  const missing = inputs.filter((input) => !known.includes(input)).map(({ id }) => id);
  const reply = eachInput(context, known, 200, ({ id, idProperty, properties }, commit) => {
    const record = findRecord(account, type, id, { idProperty });
    if (!record) throw new RefusedError(errorReply(404, 'resource not found'));
    if (!commit) {
      account.check(type, properties, record, context.write);
      return {};
    }
    return formatWritten(record, account.update(record, properties, context.now, context.write), context);
  });
  if (missing.length === 0) return reply;
  const body = reply.body as { results: unknown[]; errors?: unknown[] };
  return batchReply(context, 200, body.results, [...(body.errors ?? []), missingError(type, missing)]);
}

function batchUpsert(context: RouteContext): Reply {
  const { inputs } = readBody(UpdateBatch, context.body);
  const { account, now, write } = context;
  const type = typeOf(context);
  if (inputs.some(({ idProperty }) => !idProperty)) throw badRequest('idProperty is required for an upsert');
  const keys = new Set(inputs.map(({ id, idProperty }) => `${idProperty} ${id.toLowerCase()}`));
  if (keys.size < inputs.length) throw badRequest('Duplicate inputs resolve to the same record');
  return eachInput(context, inputs, 200, ({ id, idProperty, properties }, commit) => {
    const record = findRecord(account, type, id, { idProperty });
    const all = idProperty ? { ...properties, [idProperty]: id } : properties;
    if (!commit) {
      account.check(type, all, record, write);
      return {};
    }
    if (record) return { ...formatWritten(record, account.update(record, all, now, write), context), new: false };
    const created = account.create(type, all, now, write);
    return { ...formatWritten(created, currentValues(created), context), new: true };
  });
}

function batchArchive(context: RouteContext): Reply {
  const { inputs } = readBody(IdInputs, context.body);
  limitInputs(inputs, MAX_INPUTS);
  const type = typeOf(context);
  for (const { id } of inputs) {
    const record = context.account.records.get(type, id);
    if (record) context.account.archive(record, context.now);
  }
  return { status: 204 };
}

const batchRoute = (verb: string, operation: string, kind: Route['kind'], handle: Route['handle']): Route => {
  return { operation, method: 'POST', paths: objectPaths(`/batch/${verb}`), kind, handle };
};

export const BATCH_ROUTES: Route[] = [
  batchRoute('read', 'objects.batchRead', 'read', batchRead),
  batchRoute('create', 'objects.batchCreate', 'write', batchCreate),
  batchRoute('update', 'objects.batchUpdate', 'write', batchUpdate),
  batchRoute('upsert', 'objects.batchUpsert', 'write', batchUpsert),
  batchRoute('archive', 'objects.batchArchive', 'write', batchArchive),
];
