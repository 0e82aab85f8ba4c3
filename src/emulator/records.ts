import { PropertyHistory, type ValueSource } from './history.ts';
import type { ChangeListener } from './changes.ts';
import type { ObjectTypeDefinition, Portal, Values } from './portal.ts';
import { currentValues, type StoredRecord, type Version } from './record.ts';
import { UniqueIndex } from './unique-index.ts';

/** Versions older than this are forgotten: no lag is longer. */
const VERSIONS_MS = 120_000;

/** All records of an account, with its unique values. */
export class Records {
  #byType = new Map<string, Map<string, StoredRecord>>();
  #unique = new UniqueIndex();
  #nextId = new Map<string, number>();

  readonly #changed: ChangeListener;

  constructor(portal: Portal, changed: ChangeListener = () => {}) {
    this.#changed = changed;
    for (const type of portal.objectTypes) {
      this.#byType.set(type.typeId, new Map());
      this.#nextId.set(type.typeId, type.firstId);
    }
  }

  /** A live record; the id of a merged one leads to the survivor. */
  get(type: ObjectTypeDefinition, id: string): StoredRecord | undefined {
    const record = this.getAny(type, id);
    return record?.archivedAt === undefined ? record : undefined;
  }

  /** A record whether archived or not; the id of a merged one leads to the survivor. */
  getAny(type: ObjectTypeDefinition, id: string): StoredRecord | undefined {
    let record = this.stored(type, id);
    while (record?.mergedInto) record = record.mergedInto;
    return record;
  }

  /** The record stored under that very id, even when it was archived or merged. */
  stored(type: ObjectTypeDefinition, id: string): StoredRecord | undefined {
    return this.#table(type).get(id);
  }

  /** Every record, archived and merged ones included, in the order of creation. */
  all(type: ObjectTypeDefinition): StoredRecord[] {
    return [...this.#table(type).values()];
  }

  /** The live record that has that value of a unique property. */
  findByUnique(type: ObjectTypeDefinition, property: string, value: string): StoredRecord | undefined {
    return this.#unique.holders(type, property, value).find(({ archivedAt }) => archivedAt === undefined);
  }

  /** Every record that has that value of a unique property, archived ones included. */
  holders(type: ObjectTypeDefinition, property: string, value: string): readonly StoredRecord[] {
    return this.#unique.holders(type, property, value);
  }

  /** The id that the next record of a type will get. */
  nextId(type: ObjectTypeDefinition): string {
    return String(this.#nextId.get(type.typeId) ?? 1);
  }

  create(type: ObjectTypeDefinition, given: Values, now: number, source: ValueSource): StoredRecord {
    const values = withoutCleared(given);
    const id = this.nextId(type);
    this.#nextId.set(type.typeId, Number(id) + 1);
    const record: StoredRecord = {
      id,
      type,
      createdAt: now,
      updatedAt: now,
      archivedAt: undefined,
      versions: [{ at: now, values, archived: false }],
      history: new PropertyHistory(),
      mergedInto: undefined,
      mergedIds: [],
    };
    record.history.add({}, values, now, source);
    this.#table(type).set(id, record);
    this.#unique.add(record, values);
    this.#changed({ kind: 'creation', type, id, at: now });
    return record;
  }

  /** Lays `changes` over the record; an empty text clears a property. */
  update(record: StoredRecord, changes: Values, now: number, source: ValueSource): void {
    const previous = currentValues(record);
    const values = withoutCleared({ ...previous, ...changes });
    this.#unique.remove(record, previous);
    this.#unique.add(record, values);
    record.history.add(previous, values, now, source);
    addVersion(record, { at: now, values, archived: false });
    for (const name of Object.keys(changes)) {
      const value = values[name] ?? '';
      if (value === (previous[name] ?? '')) continue;
      this.#changed({ kind: 'propertyChange', type: record.type, id: record.id, name, value, at: now });
    }
  }

  archive(record: StoredRecord, now: number): void {
    this.#end(record, now);
    this.#changed({ kind: 'deletion', type: record.type, id: record.id, at: now });
  }

  #end(record: StoredRecord, now: number): void {
    record.archivedAt = now;
    addVersion(record, { at: now, values: currentValues(record), archived: true });
  }

  /** Ends a record in favour of another of its type. */
  mergeInto(survivor: StoredRecord, record: StoredRecord, now: number): void {
    this.#unique.remove(record, currentValues(record));
    this.#end(record, now);
    record.mergedInto = survivor;
    survivor.mergedIds.push(record.id, ...record.mergedIds);
  }

  /** Takes down what there is. @returns what brings it back, as often as it is called. */
  save(): () => void {
    const saved = copyTables(this.#byType);
    const ids = new Map(this.#nextId);
    return () => {
      this.#byType = copyTables(saved);
      this.#nextId = new Map(ids);
      this.#unique = new UniqueIndex();
      for (const record of [...this.#byType.values()].flatMap((table) => [...table.values()])) {
        if (!record.mergedInto) this.#unique.add(record, currentValues(record));
      }
    };
  }

  #table(type: ObjectTypeDefinition): Map<string, StoredRecord> {
    const table = this.#byType.get(type.typeId);
    if (!table) throw new Error(`no table for ${type.typeId}`);
    return table;
  }
}

function copyTables(tables: ReadonlyMap<string, ReadonlyMap<string, StoredRecord>>) {
  const copies = new Map<StoredRecord, StoredRecord>();
  const copied = new Map(
    [...tables].map(([typeId, table]) => {
      const entries = [...table].map(([id, record]) => {
        const copy = { ...record, versions: [...record.versions], mergedIds: [...record.mergedIds] };
        copy.history = new PropertyHistory(record.history);
        copies.set(record, copy);
        return [id, copy] as const;
      });
      return [typeId, new Map(entries)] as const;
    }),
  );
  for (const copy of copies.values()) copy.mergedInto = copy.mergedInto && copies.get(copy.mergedInto);
  return copied;
}

function addVersion(record: StoredRecord, version: Version): void {
  record.updatedAt = version.at;
  record.versions.push(version);
  while (record.versions.length > 1 && (record.versions[1]?.at ?? 0) < version.at - VERSIONS_MS)
    record.versions.shift();
}

function withoutCleared(values: Values): Values {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== ''));
}
