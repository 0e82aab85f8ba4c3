import { errorReply, type PropertyProblem, RefusedError } from './errors.ts';
import type { ObjectTypeDefinition, PropertyDefinition, Values } from './portal.ts';
import type { RecordView, StoredRecord } from './record.ts';
import { splitValues } from './unique-index.ts';

/** Property values as a request may give them. */
export type PropertyInputs = Readonly<Record<string, string | number | boolean | null>>;

/** What a check needs to know beside the values. */
export interface CheckContext {
  portalId: number;
  /** Id of the record that is written, or would be made. */
  id: string;
  isNew: boolean;
  /** Another record that has this value of a unique property. */
  holderOf: (name: string, value: string) => StoredRecord | undefined;
}

interface CheckedProperties {
  values: Values;
  problems: PropertyProblem[];
}

/**
 * Checks and normalises written properties as HubSpot does. A JSON null is accepted and changes nothing; an empty text
 * clears the property. A contact's e-mail that is taken answers 409 at once.
 */
export function checkProperties(
  type: ObjectTypeDefinition,
  properties: PropertyInputs,
  context: CheckContext,
): CheckedProperties {
  const values: Record<string, string> = {};
  const problems: PropertyProblem[] = [];
  for (const [name, given] of Object.entries(properties)) {
    if (given === null) continue;
    const definition = Object.hasOwn(type.properties, name) ? type.properties[name] : undefined;
    const checked = definition ? checkValue(name, definition, String(given)) : unknownProperty(name);
    if (typeof checked !== 'string') {
      problems.push(checked);
      continue;
    }
    values[name] = checked;
    problems.push(...conflicts(type, name, checked, context));
  }
  if (context.isNew) problems.push(...missingRequired(type, values));
  return { values, problems };
}

function unknownProperty(name: string): PropertyProblem {
  return { name, code: 'PROPERTY_DOESNT_EXIST', message: `Property "${name}" does not exist` };
}

/** The value as HubSpot stores it, or what is wrong with it. */
function checkValue(name: string, definition: PropertyDefinition, value: string): string | PropertyProblem {
  if (definition.rollupFrom) {
    const message = `"${name}" is a calculated property; its value cannot be set.`;
    return { name, code: 'READ_ONLY_VALUE', message };
  }
  if (value === '') return value;
  if (holdsEmails(name, definition)) return checkEmails(name, value);
  switch (definition.type) {
    case 'number':
      return Number.isFinite(Number(value))
        ? value
        : { name, code: 'INVALID_LONG', message: `${value} was not a valid number.` };
    case 'date':
      return toDate(value) ?? { name, code: 'INVALID_DATE', message: `${value} was not a valid date.` };
    case 'datetime':
      return toDateTime(value) ?? { name, code: 'INVALID_DATE', message: `${value} was not a valid date.` };
    case 'enumeration':
      if (definition.options?.includes(value)) return value;
      return {
        name,
        code: 'INVALID_OPTION',
        message: `${value} was not one of the allowed options: [${definition.options?.join(', ')}]`,
      };
    case 'bool':
      if (value === 'true' || value === 'false') return value;
      return { name, code: 'INVALID_OPTION', message: `${value} was not one of the allowed options: [true, false]` };
    case 'string':
      return value;
  }
}

function holdsEmails(name: string, { unique, furtherValuesOf }: PropertyDefinition): boolean {
  return (name === 'email' && unique !== undefined) || furtherValuesOf === 'email';
}

function checkEmails(name: string, value: string): string | PropertyProblem {
  const addresses = name === 'email' ? [value] : splitValues(value);
  const wrong = addresses.find((address) => !/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(address));
  if (wrong === undefined) return value.toLowerCase();
  return { name, code: 'INVALID_EMAIL', message: `Email address ${wrong} is invalid` };
}

/** The furthest moment a `Date` can hold, in epoch milliseconds. */
const LAST_MOMENT = 8_640_000_000_000_000;

function toMoment(value: string): number {
  const moment = /^-?\d+$/.test(value) ? Number(value) : Date.parse(value);
  return Math.abs(moment) <= LAST_MOMENT ? moment : Number.NaN;
}

/** `YYYY-MM-DD`, or epoch milliseconds at exactly midnight UTC [properties guide]. */
function toDate(value: string): string | undefined {
  const moment = toMoment(value);
  if (!/^-?\d+$|^\d{4}-\d{2}-\d{2}$/.test(value) || !(moment % 86_400_000 === 0)) return undefined;
  const day = new Date(moment).toISOString().slice(0, 10);
  return value.includes('-') && !value.startsWith('-') && day !== value ? undefined : day;
}

/** ISO 8601 or epoch milliseconds in, ISO 8601 out with zero milliseconds trimmed. */
function toDateTime(value: string): string | undefined {
  const moment = toMoment(value);
  return Number.isNaN(moment) ? undefined : new Date(moment).toISOString().replace('.000Z', 'Z');
}

/** What is wrong with a value that another record has. A contact's e-mail answers 409 at once. */
function conflicts(type: ObjectTypeDefinition, name: string, value: string, context: CheckContext): PropertyProblem[] {
  const definition = type.properties[name];
  const uniqueName = definition?.furtherValuesOf ?? name;
  const unique = type.properties[uniqueName]?.unique;
  if (!unique || value === '') return [];
  for (const each of definition?.furtherValuesOf ? splitValues(value) : [value]) {
    const holder = context.holderOf(uniqueName, each);
    if (holder && unique === 'conflict') {
      const message = `Contact already exists. Existing ID: ${holder.id}`;
      throw new RefusedError(errorReply(409, message, { category: 'CONFLICT' }));
    }
    if (holder) return [refuseConflict(type, name, each, { holder, ...context })];
  }
  return [];
}

function refuseConflict(
  { typeId }: ObjectTypeDefinition,
  name: string,
  value: string,
  { portalId, id, holder }: Pick<CheckContext, 'portalId' | 'id'> & { holder: StoredRecord },
): PropertyProblem {
  const coordinates = `portalId=${portalId}, objectTypeId=${typeId}, propertyName=${name}, value=${value}`;
  const message = `Cannot set PropertyValueCoordinates{${coordinates}} on ${id}. ${holder.id} already has that value.`;
  return { name, code: 'CONFLICTING_UNIQUE_VALUE', message };
}

function missingRequired(type: ObjectTypeDefinition, values: Values): PropertyProblem[] {
  return Object.entries(type.properties)
    .filter(([name, { required }]) => required && !values[name])
    .map(([name]) => ({ name, code: 'REQUIRED_PROPERTY', message: `Property "${name}" is required` }));
}

/** Dates a record carries by itself, named differently on contacts and deals than on custom objects. */
export function systemProperties({ record, updatedAt }: RecordView): Values {
  const created = new Date(record.createdAt).toISOString();
  const modified = new Date(updatedAt).toISOString();
  return {
    hs_object_id: record.id,
    ...(record.mergedIds.length > 0 ? { hs_merged_object_ids: record.mergedIds.join(';') } : {}),
    createdate: created,
    lastmodifieddate: modified,
    hs_createdate: created,
    hs_lastmodifieddate: modified,
  };
}
