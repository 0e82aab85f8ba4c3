import { readFileSync } from 'node:fs';
import { z } from 'zod';
import type { AssociationType, ObjectTypeDefinition, Portal } from './portal.ts';
import { SettingsInput } from './control-inputs.ts';

const Name = z.string().regex(/^[a-z][a-z0-9_]*$/, 'must be an internal name: small letters, digits and _');
const TypeId = z.string().regex(/^\d-\d+$/, 'must be an object type id such as 0-1 or 2-50158943');

const Property = z
  .strictObject({
    type: z.enum(['string', 'number', 'date', 'datetime', 'enumeration', 'bool']).describe('How HubSpot stores it'),
    label: z.string().exactOptional().describe('As people see it; made up from the name where it is left out'),
    fieldType: z.string().exactOptional().describe('How a form asks for it, such as text or select'),
    groupName: z.string().exactOptional().describe('The group that HubSpot lists it in'),
    options: z.array(z.string()).exactOptional().describe('Allowed values of an enumeration'),
    unique: z
      .enum(['conflict', 'invalid'])
      .exactOptional()
      .describe('Values are unique; conflict: HubSpot answers 409 as for e-mail addresses, invalid: 400'),
    required: z.boolean().exactOptional().describe('A record cannot be made without it'),
    furtherValuesOf: Name.exactOptional().describe(
      'Holds more values of that unique property, separated by semicolons',
    ),
    rollupFrom: TypeId.exactOptional().describe(
      'Read-only copy of the same property of the associated record of that type',
    ),
  })
  .describe('A property');

const ObjectType = z.strictObject({
  typeId: TypeId.describe('0-1 and the like for standard types, 2-… for custom ones'),
  name: Name.describe('Plural name, such as contacts'),
  firstId: z.int().positive().default(1001).describe('Record ids are handed out upwards from here'),
  defaultProperties: z
    .array(z.string())
    .default(['hs_createdate', 'hs_lastmodifieddate', 'hs_object_id'])
    .describe('Returned where no properties are asked for'),
  properties: z.record(Name, Property).describe('By internal name'),
});

const Association = z
  .strictObject({
    from: TypeId,
    to: TypeId,
    typeId: z.int().positive().describe('Of the direction from `from` to `to`'),
    inverseTypeId: z.int().positive().describe('Of the other direction; the same number for a label without one'),
    label: z.string().nullable().default(null).describe('Null or none for the unlabelled association'),
    category: z.enum(['USER_DEFINED', 'HUBSPOT_DEFINED']).default('USER_DEFINED'),
    name: Name.describe('Shown in inline associations, such as booking_to_contact'),
    inverseName: Name.describe('The same for the other direction'),
  })
  .describe('How records of two types may be associated, in both directions');

/** What a HubSpot account is set up with, as it stands in a file. */
export const PortalFile = z
  .strictObject({
    $schema: z.string().optional(),
    id: z.int().positive().describe('Portal id of the account'),
    objectTypes: z.array(ObjectType),
    associations: z.array(Association).default([]),
    settings: SettingsInput.optional().describe('Limits, lags and latency to begin with'),
  })
  .describe('A HubSpot account for the emulator');
export type PortalFile = z.infer<typeof PortalFile>;

/** A file that cannot be used; the message names it and every place in it that is wrong. */
export class FileError extends Error {
  override readonly name = 'FileError';
}

/** Reads a JSON file and checks it. @throws {FileError} */
export function readJsonFile<T>(path: string, schema: z.ZodType<T>): T {
  return parseFile(path, readJson(path), schema);
}

function readJson(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    throw new FileError(`${path} cannot be read: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  }
}

/** @throws {FileError} */
export function parseFile<T>(path: string, content: unknown, schema: z.ZodType<T>): T {
  const parsed = schema.safeParse(content);
  if (parsed.success) return parsed.data;
  const lines = parsed.error.issues.map(({ path: at, message }) => `  ${at.join('.') || 'the whole'}: ${message}`);
  throw new FileError(`${path} is not as it should be:\n${lines.join('\n')}`);
}

/** @throws {FileError} when parts of it do not fit together. */
export function toPortal(path: string, { id, objectTypes, associations }: PortalFile): Portal {
  const known = new Set(objectTypes.map(({ typeId }) => typeId));
  const used = associations.flatMap(({ from, to }) => [from, to]);
  const copied = objectTypes.flatMap(({ properties }) =>
    Object.values(properties).flatMap(({ rollupFrom }) => rollupFrom ?? []),
  );
  const unknown = [...new Set([...used, ...copied])].filter((typeId) => !known.has(typeId));
  if (unknown.length > 0)
    throw new FileError(`${path} names object types that it does not define: ${unknown.join(', ')}`);
  return {
    id,
    objectTypes: objectTypes.map((type): ObjectTypeDefinition => ({ ...type, custom: type.typeId.startsWith('2-') })),
    associationTypes: associations.flatMap(bothWays),
  };
}

function bothWays(association: PortalFile['associations'][number]): AssociationType[] {
  const { from, to, typeId, inverseTypeId, label, category, name, inverseName } = association;
  return [
    { typeId, inverseTypeId, from, to, category, label, name },
    { typeId: inverseTypeId, inverseTypeId: typeId, from: to, to: from, category, label, name: inverseName },
  ];
}
