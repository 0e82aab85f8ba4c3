import type { ObjectTypeDefinition, Portal } from './portal.ts';

/** Stored property values; an unset property is not in it. */
export type Values = Readonly<Record<string, string>>;

interface Version {
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
}

/** Versions older than this are forgotten: no lag is longer. */
const HISTORY_MS = 120_000;

/** All records of an account, with its unique values. */
export class Records {
  readonly #byType = new Map<string, Map<string, StoredRecord>>();
  readonly #unique = new Map<string, string>();
  readonly #nextId = new Map<string, number>();

  constructor(portal: Portal) {
    for (const type of portal.objectTypes) {
      this.#byType.set(type.typeId, new Map());
      this.#nextId.set(type.typeId, type.firstId);
    }
  }

  /** A live record. */
  get(type: ObjectTypeDefinition, id: string): StoredRecord | undefined {
    const record = this.#table(type).get(id);
    return record?.archivedAt === undefined ? record : undefined;
  }

  /** A record whether archived or not. */
  getAny(type: ObjectTypeDefinition, id: string): StoredRecord | undefined {
    return this.#table(type).get(id);
  }

  /** Every record, archived ones included, in the order of creation. */
  all(type: ObjectTypeDefinition): StoredRecord[] {
    return [...this.#table(type).values()];
  }

  findByUnique(type: ObjectTypeDefinition, property: string, value: string): StoredRecord | undefined {
    const id = this.#unique.get(uniqueKey(type, property, value));
    return id === undefined ? undefined : this.get(type, id);
  }

  create(type: ObjectTypeDefinition, given: Values, now: number): StoredRecord {
    const values = withoutCleared(given);
    const next = this.#nextId.get(type.typeId) ?? 1;
    this.#nextId.set(type.typeId, next + 1);
    const record: StoredRecord = {
      id: String(next),
      type,
      createdAt: now,
      updatedAt: now,
      archivedAt: undefined,
      versions: [{ at: now, values, archived: false }],
    };
    this.#table(type).set(record.id, record);
    this.#index(record, values);
    return record;
  }

  /** Lays `changes` over the record; an empty text clears a property. */
  update(record: StoredRecord, changes: Values, now: number): void {
    const previous = currentValues(record);
    const values = withoutCleared({ ...previous, ...changes });
    this.#unindex(record, previous);
    this.#index(record, values);
    this.#addVersion(record, { at: now, values, archived: false });
  }

  archive(record: StoredRecord, now: number): void {
    this.#unindex(record, currentValues(record));
    record.archivedAt = now;
    this.#addVersion(record, { at: now, values: currentValues(record), archived: true });
  }

  #addVersion(record: StoredRecord, version: Version): void {
    record.updatedAt = version.at;
    record.versions.push(version);
    while (record.versions.length > 1 && (record.versions[1]?.at ?? 0) < version.at - HISTORY_MS)
      record.versions.shift();
  }

  #table(type: ObjectTypeDefinition): Map<string, StoredRecord> {
    const table = this.#byType.get(type.typeId);
    if (!table) throw new Error(`no table for ${type.typeId}`);
    return table;
  }

  #index(record: StoredRecord, values: Values): void {
    for (const [property, { unique }] of Object.entries(record.type.properties)) {
      const value = values[property];
      if (unique && value !== undefined) this.#unique.set(uniqueKey(record.type, property, value), record.id);
    }
  }

  #unindex(record: StoredRecord, values: Values): void {
    for (const [property, { unique }] of Object.entries(record.type.properties)) {
      const value = values[property];
      if (unique && value !== undefined) this.#unique.delete(uniqueKey(record.type, property, value));
    }
  }
}

function withoutCleared(values: Values): Values {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== ''));
}

function uniqueKey(type: ObjectTypeDefinition, property: string, value: string): string {
  return `${type.typeId} ${property} ${value.toLowerCase()}`;
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
