import type { ObjectTypeDefinition, Values } from './portal.ts';
import type { StoredRecord } from './record.ts';

/** Which records hold a value of a unique property: one, unless two writes were let in side by side. */
export class UniqueIndex {
  readonly #holders = new Map<string, StoredRecord[]>();

  add(record: StoredRecord, values: Values): void {
    for (const key of keysOf(record.type, values)) {
      this.#holders.set(key, [...(this.#holders.get(key) ?? []), record]);
    }
  }

  remove(record: StoredRecord, values: Values): void {
    for (const key of keysOf(record.type, values)) {
      const others = (this.#holders.get(key) ?? []).filter((holder) => holder !== record);
      if (others.length > 0) this.#holders.set(key, others);
      else this.#holders.delete(key);
    }
  }

  /** Archived records still count here, those merged into another do not. */
  holders(type: ObjectTypeDefinition, property: string, value: string): readonly StoredRecord[] {
    return this.#holders.get(keyOf(type, property, value)) ?? [];
  }
}

function keysOf(type: ObjectTypeDefinition, values: Values): Set<string> {
  const keys = new Set<string>();
  for (const [name, { unique, furtherValuesOf }] of Object.entries(type.properties)) {
    const value = values[name];
    if (value === undefined) continue;
    if (unique) keys.add(keyOf(type, name, value));
    if (furtherValuesOf) for (const further of splitValues(value)) keys.add(keyOf(type, furtherValuesOf, further));
  }
  return keys;
}

function keyOf(type: ObjectTypeDefinition, property: string, value: string): string {
  return `${type.typeId} ${property} ${value.toLowerCase()}`;
}

/** The values of a text that holds several, separated by semicolons. */
export function splitValues(text = ''): string[] {
  return text.split(';').flatMap((value) => value.trim() || []);
}
