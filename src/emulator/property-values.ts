import { errorReply, type PropertyProblem, RefusedError } from './errors.ts';
import type { ObjectTypeDefinition, PropertyDefinition } from './portal.ts';
import type { Records, RecordView, StoredRecord, Values } from './records.ts';

/** Property values as a request may give them. */
export type PropertyInputs = Readonly<Record<string, string | number | boolean | null>>;

interface CheckedProperties {
  values: Values;
  problems: PropertyProblem[];
}

/**
 * Checks and normalises written properties as HubSpot does. A JSON null is accepted and changes nothing; an empty text
 * clears the property. A contact's e-mail that is taken answers 409 at once.
 */
export function checkProperties(
  records: Records,
  type: ObjectTypeDefinition,
  properties: PropertyInputs,
  existing: StoredRecord | undefined,
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
    const conflict = definition && checked !== '' && findConflict(records, type, name, checked, existing);
    if (conflict) problems.push(refuseConflict(name, definition, checked, conflict));
  }
  if (!existing) problems.push(...missingRequired(type, values));
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
    case 'string':
      return name === 'email' && definition.unique ? checkEmail(value) : value;
  }
}

function checkEmail(value: string): string | PropertyProblem {
  if (/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(value)) return value.toLowerCase();
  return { name: 'email', code: 'INVALID_EMAIL', message: `Email address ${value} is invalid` };
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

function findConflict(
  records: Records,
  type: ObjectTypeDefinition,
  name: string,
  value: string,
  existing: StoredRecord | undefined,
): StoredRecord | undefined {
  const holder = type.properties[name]?.unique && records.findByUnique(type, name, value);
  return holder && holder !== existing ? holder : undefined;
}

function refuseConflict(
  name: string,
  definition: PropertyDefinition,
  value: string,
  holder: StoredRecord,
): PropertyProblem {
  if (definition.unique === 'conflict') {
    const message = `Contact already exists. Existing ID: ${holder.id}`;
    throw new RefusedError(errorReply(409, message, { category: 'CONFLICT' }));
  }
  const message = `Cannot set ${name}=${value}. Record ${holder.id} already has that value.`;
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
    createdate: created,
    lastmodifieddate: modified,
    hs_createdate: created,
    hs_lastmodifieddate: modified,
  };
}
