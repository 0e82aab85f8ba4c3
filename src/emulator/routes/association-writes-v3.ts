import { z } from 'zod';
import { badRequest, notFound, type Reply } from '../errors.ts';
import { batchEnvelope } from '../format.ts';
import { associationTypesBetween, type AssociationType } from '../portal.ts';
import { IdInput, limitInputs, readBody, type Route, type RouteContext } from '../route.ts';
import { endsOf } from './associations.ts';

const MAX_INPUTS = 100;

const End = z.object({ id: IdInput });
const Batch = z.object({ inputs: z.array(z.object({ from: End, to: End, type: z.string() })) });

/** In the older form an association's type is a name, such as `contact_to_company`. */
function typeNamed({ account, ...context }: RouteContext, name: string): AssociationType {
  const { from, to } = endsOf({ account, ...context });
  const type = associationTypesBetween(account.portal, from.typeId, to.typeId).find((each) => each.name === name);
  if (!type) throw badRequest(`${name} is not a valid association type between ${from.typeId} and ${to.typeId}`);
  return type;
}

function batchCreate(context: RouteContext): Reply {
  const { account, now } = context;
  const { inputs } = readBody(Batch, context.body);
  limitInputs(inputs, MAX_INPUTS);
  const { from, to } = endsOf(context);
  const planned = inputs.map((input) => {
    const [one, other] = [account.records.get(from, input.from.id), account.records.get(to, input.to.id)];
    if (!one || !other) throw notFound();
    return { input, type: typeNamed(context, input.type), ids: [one.id, other.id] as const };
  });
  for (const { type, ids } of planned) account.associations.add(type, ...ids, now);
  return { status: 201, body: batchEnvelope(inputs, [], now) };
}

function batchArchive(context: RouteContext): Reply {
  const { account, now } = context;
  const { inputs } = readBody(Batch, context.body);
  limitInputs(inputs, MAX_INPUTS);
  const { from, to } = endsOf(context);
  for (const input of inputs) {
    const { typeId } = typeNamed(context, input.type);
    const ends = [account.currentId(from, input.from.id), account.currentId(to, input.to.id)] as const;
    account.associations.remove([from.typeId, ends[0]], [to.typeId, ends[1]], now, [typeId]);
  }
  return { status: 204 };
}

const route = (operation: string, verb: string, handle: Route['handle']): Route => ({
  operation,
  method: 'POST',
  paths: [`/crm/v3/associations/{fromObjectType}/{toObjectType}/batch/${verb}`],
  kind: 'write',
  handle,
});

export const ASSOCIATION_WRITE_V3_ROUTES: Route[] = [
  route('associations.batchCreateV3', 'create', batchCreate),
  route('associations.batchArchiveV3', 'archive', batchArchive),
];
