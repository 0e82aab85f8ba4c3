import type { Reply } from '../errors.ts';
import { associationKey, type ObjectTypeDefinition } from '../portal.ts';
import type { Route, RouteContext } from '../route.ts';
import { formatProperties } from './properties.ts';

/** When an account was set up is not emulated. */
const LONG_AGO = '2024-01-15T00:00:00.000Z';

/** A custom object's schema as HubSpot tells it. */
function formatSchema({ account: { portal } }: RouteContext, type: ObjectTypeDefinition) {
  const { typeId, name, properties } = type;
  const names = Object.keys(properties);
  const title = `${name.charAt(0).toUpperCase()}${name.slice(1).replaceAll('_', ' ')}`;
  return {
    id: typeId,
    objectTypeId: typeId,
    fullyQualifiedName: associationKey(portal, type),
    name,
    labels: { singular: title.replace(/s$/, ''), plural: title },
    primaryDisplayProperty: names[0] ?? null,
    secondaryDisplayProperties: [],
    requiredProperties: names.filter((each) => properties[each]?.required),
    searchableProperties: names.slice(0, 1),
    properties: formatProperties(type),
    associations: portal.associationTypes
      .filter(({ from, label }) => from === typeId && label === null)
      .map(({ typeId: id, from, to, name: association }) => {
        return { id: String(id), fromObjectTypeId: from, toObjectTypeId: to, name: association };
      }),
    archived: false,
    createdAt: LONG_AGO,
    updatedAt: LONG_AGO,
  };
}

/** HubSpot lists custom objects alone; a standard one is told of where it is asked for by name. */
function listSchemas(context: RouteContext): Reply {
  const custom = context.account.portal.objectTypes.filter((type) => type.custom);
  return { status: 200, body: { results: custom.map((type) => formatSchema(context, type)) } };
}

function getSchema(context: RouteContext): Reply {
  return { status: 200, body: formatSchema(context, context.account.objectType(context.params['objectType'] ?? '')) };
}

const schemaRoute = (verb: string, rest: string, handle: Route['handle']): Route => ({
  operation: `schemas.${verb}`,
  method: 'GET',
  // The older one is what the official client's majors up to 11 ask.
  paths: [
    `/crm-object-schemas/v3/schemas${rest}`,
    `/crm/v3/schemas${rest}`,
    `/crm-object-schemas/{version}/schemas${rest}`,
  ],
  kind: 'read',
  handle,
});

export const SCHEMA_ROUTES: Route[] = [
  schemaRoute('list', '', listSchemas),
  schemaRoute('get', '/{objectType}', getSchema),
];
