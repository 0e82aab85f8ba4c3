import type { ObjectTypeDefinition, Values } from './portal.ts';
import { currentValues, type StoredRecord } from './record.ts';
import { splitValues } from './unique-index.ts';

/**
 * Values of two records made one: the primary's, those of the other where it has none, and the other's e-mail address
 * among the further ones.
 */
export function mergedValues(primary: StoredRecord, other: StoredRecord): Values {
  const own = currentValues(primary);
  const others = currentValues(other);
  return { ...others, ...own, ...mergedFurtherValues(primary.type, own, others) };
}

function mergedFurtherValues(type: ObjectTypeDefinition, own: Values, others: Values): Values {
  const merged: Record<string, string> = {};
  for (const [name, { furtherValuesOf }] of Object.entries(type.properties)) {
    if (!furtherValuesOf) continue;
    const main = own[furtherValuesOf] ?? others[furtherValuesOf];
    const further = [...splitValues(own[name]), ...splitValues(others[furtherValuesOf]), ...splitValues(others[name])];
    merged[name] = [...new Set(further)].filter((value) => value !== main).join(';');
  }
  return merged;
}
