import { Associations, type AssociationRow } from './associations.ts';
import type { ChangeListener } from './changes.ts';
import { badRequest, invalidProperties } from './errors.ts';
import { MERGE, PropertyHistory, STAFF, type ValueSource } from './history.ts';
import { mergedValues } from './merge.ts';
import { findObjectType, type ObjectTypeDefinition, type Portal, type Values } from './portal.ts';
import { checkProperties, type PropertyInputs } from './property-values.ts';
import { Records } from './records.ts';
import { currentValues, type RecordView, type StoredRecord, viewAt } from './record.ts';
import type { EmulatorSettings } from './settings.ts';

/** How a write is done: by somebody in HubSpot's own pages, and checked, unless said otherwise. */
export interface WriteOptions {
  source?: ValueSource;
  /** Whether values that must be unique are let in although another record has them. */
  unguarded?: boolean;
}

/** One HubSpot account: what is stored, and what of it a reader sees at a moment, given the lags. */
export class Account {
  readonly portal: Portal;
  readonly records: Records;
  readonly associations: Associations;
  readonly #settings: EmulatorSettings;

  readonly #changed: ChangeListener;

  /** @param changed hears of everything that changes. */
  constructor(portal: Portal, settings: EmulatorSettings, changed: ChangeListener = () => {}) {
    this.portal = structuredClone(portal);
    this.#changed = changed;
    this.records = new Records(this.portal, changed);
    this.associations = new Associations(this.portal.associationTypes, changed);
    this.#settings = settings;
  }

  /** The object type a path names, or 400 as for any unknown one. */
  objectType(reference: string): ObjectTypeDefinition {
    const type = findObjectType(this.portal, reference);
    if (!type) throw badRequest(`Unable to infer object type from: ${reference}`);
    return type;
  }

  /** HubSpot's checks of written properties, or its 400. */
  check(
    type: ObjectTypeDefinition,
    properties: PropertyInputs,
    existing?: StoredRecord,
    { unguarded = false }: WriteOptions = {},
  ): Values {
    const { values, problems } = checkProperties(type, properties, {
      portalId: this.portal.id,
      id: existing?.id ?? this.records.nextId(type),
      isNew: !existing,
      holderOf: (name, value) => (unguarded ? undefined : this.#holderOf(type, name, value, existing)),
    });
    if (problems.length > 0) throw invalidProperties(this.portal.id, problems);
    return values;
  }

  /** Stores a record after HubSpot's checks. */
  create(type: ObjectTypeDefinition, properties: PropertyInputs, now: number, how: WriteOptions = {}): StoredRecord {
    const values = this.check(type, properties, undefined, how);
    return this.records.create(type, values, now, how.source ?? STAFF);
  }

  /** Returns what was set. */
  update(record: StoredRecord, properties: PropertyInputs, now: number, how: WriteOptions = {}): Values {
    const values = this.check(record.type, properties, record, how);
    this.records.update(record, values, now, how.source ?? STAFF);
    return values;
  }

  /** Stores values that the checks would refuse and that HubSpot sends all the same, from whenever they came. */
  plant(record: StoredRecord, values: Values, now: number): void {
    this.records.update(record, values, now, STAFF);
  }

  /** Takes down records, associations and properties. @returns what brings them back, as often as it is called. */
  save(): () => void {
    const restores = [this.records.save(), this.associations.save()];
    const properties = new Map(this.portal.objectTypes.map((type) => [type, { ...type.properties }]));
    return () => {
      for (const restore of restores) restore();
      for (const [type, saved] of properties) {
        for (const name of Object.keys(type.properties)) delete type.properties[name];
        Object.assign(type.properties, saved);
      }
    };
  }

  /** Ends a record and its associations. */
  archive(record: StoredRecord, now: number): void {
    this.records.archive(record, now);
    this.associations.removeAll(record.type.typeId, record.id, now);
  }

  /** Makes two records one, which keeps the primary's id or gets a new one. Returns the survivor. */
  merge(
    primary: StoredRecord,
    other: StoredRecord,
    now: number,
    survivorId: EmulatorSettings['survivorId'] = this.#settings.survivorId,
  ): StoredRecord {
    const values = mergedValues(primary, other);
    const survivor = survivorId === 'primary' ? primary : this.records.create(primary.type, {}, now, MERGE);
    if (survivor !== primary) survivor.history = new PropertyHistory(primary.history);
    for (const ended of [primary, other].filter((record) => record !== survivor)) {
      this.records.mergeInto(survivor, ended, now);
      this.associations.move(ended.type.typeId, ended.id, survivor.id, now);
    }
    this.records.update(survivor, values, now, MERGE);
    const mergedIds = [primary.id, other.id];
    this.#changed({ kind: 'merge', type: survivor.type, survivorId: survivor.id, mergedIds, at: now });
    return survivor;
  }

  /** The id under which a record lives on after merges; any other as it is. */
  currentId(type: ObjectTypeDefinition, id: string): string {
    return this.records.getAny(type, id)?.id ?? id;
  }

  /** What a read by id shows: current values, rollups as far as they have been filled. */
  visibleView(record: StoredRecord, now: number): RecordView {
    const values = { ...currentValues(record), ...this.#rollups(record, now) };
    return { record, values, updatedAt: record.updatedAt };
  }

  /** What search shows, its index being late; undefined while the record is not in it. */
  indexedView(record: StoredRecord, now: number): RecordView | undefined {
    const moment = now - this.#settings.lag.searchMs;
    const view = viewAt(record, moment);
    return view && { ...view, values: { ...view.values, ...this.#rollups(record, moment) } };
  }

  visibleAssociations(from: ObjectTypeDefinition, id: string, to: ObjectTypeDefinition, now: number): AssociationRow[] {
    return this.#associationsAt(from, id, to.typeId, now - this.#settings.lag.associationMs);
  }

  /** Of a survivor also those that its merged records had at that moment. */
  #associationsAt(from: ObjectTypeDefinition, id: string, to: string, moment: number): AssociationRow[] {
    const record = this.records.get(from, id);
    const ids = record ? [record.id, ...record.mergedIds] : [id];
    const rows = ids.flatMap((each) => this.associations.at(from.typeId, each, to, moment));
    return [...new Map(rows.map((row) => [`${row.toId} ${row.type.typeId}`, row])).values()];
  }

  #rollups(record: StoredRecord, now: number): Values {
    const moment = now - this.#settings.lag.rollupMs;
    const values: Record<string, string> = {};
    for (const [name, { rollupFrom }] of Object.entries(record.type.properties)) {
      if (!rollupFrom) continue;
      const source = this.#rollupSource(record, rollupFrom, moment);
      const value = source?.[name];
      if (value !== undefined) values[name] = value;
    }
    return values;
  }

  #rollupSource(record: StoredRecord, typeId: string, moment: number): Values | undefined {
    const [row] = this.#associationsAt(record.type, record.id, typeId, moment);
    const source = row && this.records.stored(this.objectType(typeId), row.toId);
    return source && viewAt(source, moment)?.values;
  }

  /** Archived records hold their values as long as they can be restored; a contact's e-mail is free at once. */
  #holderOf(
    type: ObjectTypeDefinition,
    name: string,
    value: string,
    existing: StoredRecord | undefined,
  ): StoredRecord | undefined {
    const holds = this.#settings.archivedUniqueValues === 'held' && type.properties[name]?.unique !== 'conflict';
    return this.records
      .holders(type, name, value)
      .find((holder) => holder !== existing && (holder.archivedAt === undefined || holds));
  }
}
