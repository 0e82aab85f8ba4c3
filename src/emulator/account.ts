import { Associations, type AssociationRow } from './associations.ts';
import { invalidProperties, badRequest } from './errors.ts';
import { findObjectType, type ObjectTypeDefinition, type Portal } from './portal.ts';
import { checkProperties, type PropertyInputs } from './property-values.ts';
import { currentValues, Records, type RecordView, type StoredRecord, type Values, viewAt } from './records.ts';
import type { EmulatorSettings } from './settings.ts';

/** One HubSpot account: what is stored, and what of it a reader sees at a moment, given the lags. */
export class Account {
  readonly portal: Portal;
  readonly records: Records;
  readonly associations: Associations;
  readonly #settings: EmulatorSettings;

  constructor(portal: Portal, settings: EmulatorSettings) {
    this.portal = portal;
    this.records = new Records(portal);
    this.associations = new Associations(portal.associationTypes);
    this.#settings = settings;
  }

  /** The object type a path names, or 400 as for any unknown one. */
  objectType(reference: string): ObjectTypeDefinition {
    const type = findObjectType(this.portal, reference);
    if (!type) throw badRequest(`Unable to infer object type from: ${reference}`);
    return type;
  }

  /** HubSpot's checks of written properties, or its 400. */
  check(type: ObjectTypeDefinition, properties: PropertyInputs, existing?: StoredRecord): Values {
    const { values, problems } = checkProperties(this.records, type, properties, existing);
    if (problems.length > 0) throw invalidProperties(this.portal.id, problems);
    return values;
  }

  /** Stores a record after HubSpot's checks. */
  create(type: ObjectTypeDefinition, properties: PropertyInputs, now: number): StoredRecord {
    return this.records.create(type, this.check(type, properties), now);
  }

  /** Returns what changed. */
  update(record: StoredRecord, properties: PropertyInputs, now: number): Values {
    const values = this.check(record.type, properties, record);
    this.records.update(record, values, now);
    return values;
  }

  archive(record: StoredRecord, now: number): void {
    this.records.archive(record, now);
    this.associations.removeAll(record.type.typeId, record.id, now);
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
    return this.associations.at(from.typeId, id, to.typeId, now - this.#settings.lag.associationMs);
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
    const type = this.objectType(typeId);
    const [row] = this.associations.at(record.type.typeId, record.id, typeId, moment);
    const source = row && this.records.get(type, row.toId);
    return source && viewAt(source, moment)?.values;
  }
}
