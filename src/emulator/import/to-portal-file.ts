import type { PortalFile } from '../portal-file.ts';
import type { ReadAccount, ReadLabel, ReadProperty } from './read-account.ts';

type ObjectTypeEntry = PortalFile['objectTypes'][number];
type PropertyEntry = ObjectTypeEntry['properties'][string];
type AssociationEntry = PortalFile['associations'][number];

/** What a file can name; HubSpot's own names beyond that are rare, and are left out. */
const NAME = /^[a-z][a-z0-9_]*$/;
/** Properties that every record has by itself. */
const SYSTEM = new Set(['hs_object_id', 'createdate', 'lastmodifieddate', 'hs_createdate', 'hs_lastmodifieddate']);
const TYPES = ['string', 'number', 'date', 'datetime', 'enumeration', 'bool'] as const;

export interface Imported {
  file: PortalFile;
  /** What the file does not hold as the account has it, for people. */
  notes: string[];
}

/** Makes the portal file of an account. */
export function toPortalFile({ id, types, labels, notes: unread }: ReadAccount): Imported {
  const notes = [...unread];
  const objectTypes = types.map((type): ObjectTypeEntry => {
    const properties: ObjectTypeEntry['properties'] = {};
    for (const property of type.properties) {
      if (SYSTEM.has(property.name)) continue;
      if (!NAME.test(property.name)) notes.push(`${type.name}.${property.name}: left out for its name`);
      else properties[property.name] = toEntry(type, property, rollupSource(type, property, { types, labels }));
    }
    const calculated = type.properties.filter(
      (property) => property.calculated && !properties[property.name]?.rollupFrom,
    );
    if (calculated.length > 0)
      notes.push(`${type.name}: ${calculated.length} calculated properties can be written in the emulator`);
    const name = type.name.toLowerCase().replaceAll(/[^a-z0-9_]/g, '_');
    const dates = type.typeId === '0-1' ? ['createdate', 'lastmodifieddate'] : ['hs_createdate', 'hs_lastmodifieddate'];
    return { typeId: type.typeId, name, firstId: 1001, defaultProperties: [...dates, 'hs_object_id'], properties };
  });
  const nameOf = new Map(objectTypes.map(({ typeId, name }) => [typeId, name.replace(/s$/, '')]));
  const associations = labels.flatMap(({ from, to, there, back }) => {
    const names = {
      there: `${nameOf.get(from)}_to_${nameOf.get(to)}`,
      back: `${nameOf.get(to)}_to_${nameOf.get(from)}`,
    };
    return pair(there, back).map(([label, inverse]) => toAssociation({ from, to, names }, label, inverse));
  });
  return { file: { $schema: './portal.schema.json', id, objectTypes, associations }, notes };
}

function toEntry(
  type: ReadAccount['types'][number],
  property: ReadProperty,
  rollupFrom: string | undefined,
): PropertyEntry {
  const { name, type: told, label, fieldType, groupName, options, hasUniqueValue } = property;
  const isEmail = type.typeId === '0-1' && name === 'email';
  return {
    type: TYPES.find((known) => known === told) ?? 'string',
    ...(label === undefined ? {} : { label }),
    ...(fieldType === undefined || rollupFrom !== undefined ? {} : { fieldType }),
    ...(groupName === undefined ? {} : { groupName }),
    ...(options.length > 0 && rollupFrom === undefined ? { options: options.map(({ value }) => value) } : {}),
    ...(isEmail ? { unique: 'conflict' as const } : hasUniqueValue ? { unique: 'invalid' as const } : {}),
    ...(type.required.includes(name) ? { required: true } : {}),
    ...(rollupFrom === undefined ? {} : { rollupFrom }),
  };
}

/** HubSpot does not tell what a rollup copies: the one associated type that has a property of that name, if there is one. */
function rollupSource(
  { typeId }: ReadAccount['types'][number],
  { name, calculated }: ReadProperty,
  { types, labels }: Pick<ReadAccount, 'types' | 'labels'>,
): string | undefined {
  if (!calculated) return undefined;
  const linked = labels.flatMap(({ from, to }) => (from === typeId ? [to] : to === typeId ? [from] : []));
  const sources = types.filter(
    (other) => linked.includes(other.typeId) && other.properties.some((each) => each.name === name && !each.calculated),
  );
  return sources.length === 1 ? sources[0]?.typeId : undefined;
}

/** HubSpot does not tell which type is the inverse of which: the same label, else the same place among the others. */
function pair(there: readonly ReadLabel[], back: readonly ReadLabel[]): [ReadLabel, ReadLabel][] {
  const left = [...back];
  const take = (fits: (label: ReadLabel) => boolean): ReadLabel | undefined => {
    const index = left.findIndex(fits);
    return index === -1 ? undefined : left.splice(index, 1)[0];
  };
  const exact = there.map((label) => take((other) => other.label === label.label && other.category === label.category));
  return there.map((label, index) => [label, exact[index] ?? take(() => true) ?? label]);
}

function toAssociation(
  { from, to, names }: { from: string; to: string; names: { there: string; back: string } },
  { typeId, label, category }: ReadLabel,
  inverse: ReadLabel,
): AssociationEntry {
  const suffix = label === null ? '' : `_${label.toLowerCase().replaceAll(/[^a-z0-9]+/g, '_')}`;
  return {
    from,
    to,
    typeId,
    inverseTypeId: inverse.typeId,
    label,
    category: category === 'HUBSPOT_DEFINED' ? 'HUBSPOT_DEFINED' : 'USER_DEFINED',
    name: `${names.there}${suffix}`,
    inverseName: `${names.back}${suffix}`,
  };
}
