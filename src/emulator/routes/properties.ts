import { z } from 'zod';
import { badRequest, errorReply, RefusedError, type Reply } from '../errors.ts';
import type { ObjectTypeDefinition, PropertyDefinition } from '../portal.ts';
import { readBody, type Route, type RouteContext } from '../route.ts';

const MAX_UNIQUE_PROPERTIES = 10;
const FIELD_TYPES = {
  string: 'text',
  number: 'number',
  date: 'date',
  datetime: 'date',
  enumeration: 'select',
  bool: 'booleancheckbox',
};
const DATES = ['createdate', 'lastmodifieddate', 'hs_createdate', 'hs_lastmodifieddate'];
/** Properties every record has by itself. */
const SYSTEM_PROPERTIES: Readonly<Record<string, PropertyDefinition>> = {
  hs_object_id: { type: 'number' },
  ...Object.fromEntries(DATES.map((name) => [name, { type: 'datetime' }])),
};

function typeOf({ account, params }: RouteContext): ObjectTypeDefinition {
  return account.objectType(params['objectType'] ?? '');
}

function groupOf({ name, custom }: ObjectTypeDefinition): string {
  const singular = name.replace(/s$/, '');
  return custom ? `${singular}_information` : `${singular}information`;
}

function formatProperty(type: ObjectTypeDefinition, name: string, definition: PropertyDefinition) {
  const { options = [], rollupFrom, unique } = definition;
  const isSystem = Object.hasOwn(SYSTEM_PROPERTIES, name);
  const calculated = rollupFrom !== undefined;
  return {
    name,
    label: definition.label ?? `${name.charAt(0).toUpperCase()}${name.slice(1).replaceAll('_', ' ')}`,
    description: '',
    type: definition.type,
    fieldType: definition.fieldType ?? (calculated ? 'calculation_rollup' : FIELD_TYPES[definition.type]),
    groupName: definition.groupName ?? groupOf(type),
    options: options.map((value, displayOrder) => ({ label: value, value, displayOrder, hidden: false })),
    hasUniqueValue: unique !== undefined,
    calculated,
    externalOptions: false,
    hidden: false,
    hubspotDefined: isSystem || !type.custom,
    formField: !isSystem && !calculated,
    archived: false,
    modificationMetadata: {
      archivable: !isSystem,
      readOnlyDefinition: isSystem,
      readOnlyOptions: false,
      readOnlyValue: isSystem || calculated,
    },
  };
}

/** Every property of a type, those included that every record has. */
export function formatProperties(type: ObjectTypeDefinition) {
  const all = Object.entries({ ...SYSTEM_PROPERTIES, ...type.properties });
  return all.map(([name, definition]) => formatProperty(type, name, definition));
}

function listProperties(context: RouteContext): Reply {
  return { status: 200, body: { results: formatProperties(typeOf(context)) } };
}

function getProperty(context: RouteContext): Reply {
  const type = typeOf(context);
  const name = context.params['propertyName'] ?? '';
  const definition = new Map(Object.entries({ ...SYSTEM_PROPERTIES, ...type.properties })).get(name);
  if (definition) return { status: 200, body: formatProperty(type, name, definition) };
  throw new RefusedError(errorReply(404, `Property ${name} does not exist`, { category: 'OBJECT_NOT_FOUND' }));
}

const CreateProperty = z.object({
  name: z.string().regex(/^[a-z][a-z0-9_]*$/),
  label: z.string(),
  type: z.enum(['string', 'number', 'date', 'datetime', 'enumeration', 'bool']),
  fieldType: z.string(),
  groupName: z.string(),
  hasUniqueValue: z.boolean().default(false),
  options: z.array(z.object({ label: z.string(), value: z.string() })).default([]),
});

/** Uniqueness is settled here and never again: HubSpot lets nobody change it later [properties guide]. */
function createProperty(context: RouteContext): Reply {
  const { properties, ...type } = typeOf(context);
  const { name, hasUniqueValue, options, ...more } = readBody(CreateProperty, context.body);
  if (Object.hasOwn({ ...SYSTEM_PROPERTIES, ...properties }, name)) {
    throw new RefusedError(errorReply(409, `Property ${name} already exists`, { category: 'OBJECT_ALREADY_EXISTS' }));
  }
  const uniqueCount = Object.values(properties).filter(({ unique }) => unique).length;
  if (hasUniqueValue && uniqueCount >= MAX_UNIQUE_PROPERTIES) {
    throw badRequest(`An object type has at most ${MAX_UNIQUE_PROPERTIES} properties with unique values`);
  }
  const definition: PropertyDefinition = {
    ...more,
    ...(hasUniqueValue ? { unique: 'invalid' } : {}),
    ...(options.length > 0 ? { options: options.map(({ value }) => value) } : {}),
  };
  properties[name] = definition;
  return { status: 201, body: formatProperty({ ...type, properties }, name, definition) };
}

const UpdateProperty = CreateProperty.omit({ name: true, hasUniqueValue: true, type: true }).partial();

/** Name, type and uniqueness stay as they were made [properties guide]. */
function updateProperty(context: RouteContext): Reply {
  const { type, name, definition } = ownProperty(context);
  const { options, ...more } = readBody(UpdateProperty, context.body);
  const changed = {
    ...definition,
    ...withoutUndefined(more),
    ...(options ? { options: options.map(({ value }) => value) } : {}),
  };
  type.properties[name] = changed;
  return { status: 200, body: formatProperty(type, name, changed) };
}

/** Records do not show its values any more. */
function archiveProperty(context: RouteContext): Reply {
  const { type, name } = ownProperty(context);
  delete type.properties[name];
  return { status: 204 };
}

/** A property that is the account's own. */
function ownProperty(context: RouteContext): {
  type: ObjectTypeDefinition;
  name: string;
  definition: PropertyDefinition;
} {
  const type = typeOf(context);
  const name = context.params['propertyName'] ?? '';
  if (Object.hasOwn(SYSTEM_PROPERTIES, name)) throw badRequest(`Property ${name} is read only`);
  const definition = Object.hasOwn(type.properties, name) ? type.properties[name] : undefined;
  if (!definition)
    throw new RefusedError(errorReply(404, `Property ${name} does not exist`, { category: 'OBJECT_NOT_FOUND' }));
  return { type, name, definition };
}

function withoutUndefined<T extends object>(values: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as never;
}

const propertyPaths = (rest = '') => [
  `/crm/v3/properties/{objectType}${rest}`,
  `/crm/properties/{version}/{objectType}${rest}`,
];
const propertyRoute = (verb: string, method: Route['method'], rest: string, handle: Route['handle']): Route => {
  return {
    operation: `properties.${verb}`,
    method,
    paths: propertyPaths(rest),
    kind: method === 'GET' ? 'read' : 'write',
    handle,
  };
};

export const PROPERTY_ROUTES: Route[] = [
  propertyRoute('list', 'GET', '', listProperties),
  propertyRoute('get', 'GET', '/{propertyName}', getProperty),
  propertyRoute('create', 'POST', '', createProperty),
  propertyRoute('update', 'PATCH', '/{propertyName}', updateProperty),
  propertyRoute('archive', 'DELETE', '/{propertyName}', archiveProperty),
];
