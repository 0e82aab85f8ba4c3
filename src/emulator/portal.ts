/** What a HubSpot account has been set up with: object types, their properties, and how records may be associated. */
export interface Portal {
  id: number;
  objectTypes: readonly ObjectTypeDefinition[];
  associationTypes: readonly AssociationType[];
}

export interface ObjectTypeDefinition {
  /** `0-1`, or `2-NNN` for custom types. */
  typeId: string;
  /** Plural name, such as `contacts`. */
  name: string;
  custom: boolean;
  properties: Record<string, PropertyDefinition>;
  /** Properties returned when none are asked for. */
  defaultProperties: readonly string[];
  /** Ids are handed out upwards from here. */
  firstId: number;
}

/** Stored property values; an unset property is not in it. */
export type Values = Readonly<Record<string, string>>;

export interface PropertyDefinition {
  type: 'string' | 'number' | 'date' | 'datetime' | 'enumeration' | 'bool';
  /** As its maker called it; made up from its name and type where left out. */
  label?: string;
  fieldType?: string;
  groupName?: string;
  /** Allowed values of an enumeration. */
  options?: readonly string[];
  /** Values are unique among live records. `conflict`: HubSpot answers 409 for a contact's e-mail, else 400. */
  unique?: 'conflict' | 'invalid';
  required?: boolean;
  /** Holds more values of that unique property, separated by semicolons. */
  furtherValuesOf?: string;
  /** Read-only copy of the associated record's property of the same name. */
  rollupFrom?: string;
}

export interface AssociationType {
  typeId: number;
  /** Type id of the same association seen from the other end. */
  inverseTypeId: number;
  from: string;
  to: string;
  category: 'HUBSPOT_DEFINED' | 'USER_DEFINED';
  label: string | null;
  /** Name shown in inline associations, such as `booking_to_contact`. */
  name: string;
}

/** A portal with more properties, by the name of their object type. */
export function withProperties(
  portal: Portal,
  more: Readonly<Record<string, Readonly<Record<string, PropertyDefinition>>>>,
): Portal {
  const objectTypes = portal.objectTypes.map((type) => {
    return { ...type, properties: { ...type.properties, ...more[type.name] } };
  });
  return { ...portal, objectTypes };
}

/** The type a path names: by id, by name (standard types only), or by fully qualified name. */
export function findObjectType(portal: Portal, reference: string): ObjectTypeDefinition | undefined {
  const name = reference.toLowerCase();
  return portal.objectTypes.find((type) => {
    if (name === type.typeId) return true;
    if (!type.custom) return name === type.name || name === type.name.replace(/s$/, '');
    return name === `p${portal.id}_${type.name}` || name === `p_${type.name}`;
  });
}

/** Key under which a type's inline associations answer: a name, or `p{portalId}_{name}` for custom types. */
export function associationKey(portal: Portal, type: ObjectTypeDefinition): string {
  return type.custom ? `p${portal.id}_${type.name}` : type.name;
}

export function associationTypesBetween(portal: Portal, from: string, to: string): AssociationType[] {
  return portal.associationTypes.filter((type) => type.from === from && type.to === to);
}

/** The unlabelled association type of that direction. */
export function defaultAssociationType(portal: Portal, from: string, to: string): AssociationType | undefined {
  return associationTypesBetween(portal, from, to).find((type) => type.label === null);
}
