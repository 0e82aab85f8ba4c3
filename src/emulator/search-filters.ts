import { z } from 'zod';
import { badRequest, notImplemented } from './errors.ts';
import type { ObjectTypeDefinition, PropertyDefinition, Values } from './portal.ts';

const OPERATORS = [
  'EQ',
  'NEQ',
  'LT',
  'LTE',
  'GT',
  'GTE',
  'BETWEEN',
  'IN',
  'NOT_IN',
  'HAS_PROPERTY',
  'NOT_HAS_PROPERTY',
  'CONTAINS_TOKEN',
  'NOT_CONTAINS_TOKEN',
] as const;

const FilterValue = z.union([z.string(), z.number()]).transform(String);

export const FilterInput = z.object({
  propertyName: z.string(),
  operator: z.enum(OPERATORS),
  value: FilterValue.optional(),
  values: z.array(FilterValue).optional(),
  highValue: FilterValue.optional(),
});
export type Filter = z.infer<typeof FilterInput>;

const SYSTEM_DATES = /^(hs_)?(createdate|lastmodifieddate)$/;

function definitionOf(type: ObjectTypeDefinition, name: string): PropertyDefinition {
  const definition = Object.hasOwn(type.properties, name) ? type.properties[name] : undefined;
  if (definition) return definition;
  if (name === 'hs_object_id') return { type: 'number' };
  if (SYSTEM_DATES.test(name)) return { type: 'datetime' };
  if (name.startsWith('associations.')) throw notImplemented(`searches by ${name}`);
  throw badRequest(`There was a problem with the request. Property ${name} does not exist`);
}

/** Whether a record fits one filter. @throws {RefusedError} 400 for an unknown property or a value of another type. */
export function matches(type: ObjectTypeDefinition, values: Values, filter: Filter): boolean {
  const definition = definitionOf(type, filter.propertyName);
  const value = values[filter.propertyName];
  const wanted = (text: string | undefined) => comparable(definition, filter.propertyName, text, filter.operator);
  switch (filter.operator) {
    case 'HAS_PROPERTY':
      return value !== undefined;
    case 'NOT_HAS_PROPERTY':
      return value === undefined;
    case 'CONTAINS_TOKEN':
      return value !== undefined && tokenPattern(filter.value).test(value);
    case 'NOT_CONTAINS_TOKEN':
      return value === undefined || !tokenPattern(filter.value).test(value);
    case 'IN':
      return isListed(definition, value, filter);
    case 'NOT_IN':
      return !isListed(definition, value, filter);
    case 'BETWEEN': {
      const [low, high] = [wanted(filter.value), wanted(filter.highValue)];
      const stored = storedValue(definition, value);
      return stored !== undefined && stored >= low && stored <= high;
    }
    case 'EQ':
    case 'NEQ':
    case 'LT':
    case 'LTE':
    case 'GT':
    case 'GTE':
      return compare(filter.operator, storedValue(definition, value), wanted(filter.value));
  }
}

type Comparable = string | number;

function compare(
  operator: 'EQ' | 'NEQ' | 'LT' | 'LTE' | 'GT' | 'GTE',
  stored: Comparable | undefined,
  wanted: Comparable,
): boolean {
  if (stored === undefined) return operator === 'NEQ';
  switch (operator) {
    case 'EQ':
      return stored === wanted;
    case 'NEQ':
      return stored !== wanted;
    case 'LT':
      return stored < wanted;
    case 'LTE':
      return stored <= wanted;
    case 'GT':
      return stored > wanted;
    case 'GTE':
      return stored >= wanted;
  }
}

/** Filters of numbers and dates take numbers only (dates as epoch milliseconds); enumerations keep their case. */
function comparable(
  definition: PropertyDefinition,
  name: string,
  text: string | undefined,
  operator: string,
): Comparable {
  if (text === undefined) throw badRequest(`Operator ${operator} on ${name} needs a value`);
  if (definition.type === 'number' || definition.type === 'date' || definition.type === 'datetime') {
    const number = Number(text);
    if (text.trim() === '' || !Number.isFinite(number))
      throw badRequest(`${text} is not a valid value for property ${name}`);
    return number;
  }
  return definition.type === 'enumeration' ? text : text.toLowerCase();
}

function storedValue(definition: PropertyDefinition, value: string | undefined): Comparable | undefined {
  if (value === undefined) return undefined;
  if (definition.type === 'number') return Number(value);
  if (definition.type === 'date' || definition.type === 'datetime') return Date.parse(value);
  return definition.type === 'enumeration' ? value : value.toLowerCase();
}

/** Text in an IN list must be given in lower case [search guide]; enumerations as they are. */
function isListed(definition: PropertyDefinition, value: string | undefined, filter: Filter): boolean {
  const { propertyName, operator, values = [] } = filter;
  if (values.length === 0) throw badRequest(`Operator ${operator} on ${propertyName} needs values`);
  return value !== undefined && values.includes(definition.type === 'string' ? value.toLowerCase() : value);
}

function tokenPattern(text = ''): RegExp {
  return new RegExp(
    `(^|\\W)${text
      .split('*')
      .map((part) => RegExp.escape(part))
      .join('.*')}(\\W|$)`,
    'i',
  );
}

/** What a sort compares: as in filters; undefined where the record lacks the property. */
export function sortValue(type: ObjectTypeDefinition, name: string, values: Values): Comparable | undefined {
  return storedValue(definitionOf(type, name), values[name]);
}
