import type { PropertyHistory } from './history.ts';
import type { ObjectTypeDefinition, Values } from './portal.ts';

export interface Version {
  /** Epoch milliseconds from which on it holds. */
  at: number;
  values: Values;
  archived: boolean;
}

/** One CRM record with the versions that a lagging index or rollup may still be showing. */
export interface StoredRecord {
  id: string;
  type: ObjectTypeDefinition;
  createdAt: number;
  updatedAt: number;
  archivedAt: number | undefined;
  versions: Version[];
  history: PropertyHistory;
  /** The record it was merged into: its id leads there from then on. */
  mergedInto: StoredRecord | undefined;
  /** Ids of all records that were merged into this one, directly or not. */
  mergedIds: string[];
}

export function currentValues(record: StoredRecord): Values {
  return record.versions.at(-1)?.values ?? {};
}

/** What a reader sees of a record: its values, and when they were last changed. */
export interface RecordView {
  record: StoredRecord;
  values: Values;
  /** Epoch milliseconds. */
  updatedAt: number;
}

/** The record as it was at that moment; undefined when it did not exist yet or was archived. */
export function viewAt(record: StoredRecord, at: number): RecordView | undefined {
  const version = record.versions.findLast((candidate) => candidate.at <= at);
  return version && !version.archived ? { record, values: version.values, updatedAt: version.at } : undefined;
}
