import type { ChangeListener } from './changes.ts';
import type { AssociationType } from './portal.ts';

/** One row of an association list: the same pair has a row per association type. */
export interface AssociationRow {
  toId: string;
  type: AssociationType;
  /** Epoch milliseconds when it was made and, perhaps, removed. */
  since: number;
  until: number | undefined;
}

/** Who is associated with whom, in both directions, with the times a lagging reader needs. */
export class Associations {
  #rows = new Map<string, AssociationRow[]>();
  readonly #typesById: ReadonlyMap<number, AssociationType>;

  readonly #changed: ChangeListener;

  constructor(types: readonly AssociationType[], changed: ChangeListener = () => {}) {
    this.#changed = changed;
    this.#typesById = new Map(types.map((type) => [type.typeId, type]));
  }

  add(type: AssociationType, fromId: string, toId: string, now: number): void {
    const inverse = this.#typesById.get(type.inverseTypeId);
    this.#addRow(type, fromId, toId, now);
    if (inverse) this.#addRow(inverse, toId, fromId, now);
  }

  #addRow(type: AssociationType, fromId: string, toId: string, now: number): void {
    const rowsKey = key(type.from, fromId, type.to);
    const rows = this.#rows.get(rowsKey) ?? [];
    this.#rows.set(rowsKey, rows);
    const known = rows.some((row) => row.toId === toId && row.type === type && row.until === undefined);
    if (known) return;
    rows.push({ toId, type, since: now, until: undefined });
    this.#changed({ kind: 'associationChange', type, fromId, toId, removed: false, at: now });
  }

  /** Ends the associations of that pair; `typeIds` (of this direction) limits it to some of their types. */
  remove(
    from: [type: string, id: string],
    to: [type: string, id: string],
    now: number,
    typeIds?: readonly number[],
  ): void {
    for (const row of this.#live(from[0], from[1], to[0])) {
      if (row.toId !== to[1] || (typeIds && !typeIds.includes(row.type.typeId))) continue;
      this.#end(row, from[1], now);
      for (const back of this.#live(to[0], to[1], from[0])) {
        if (back.toId === from[1] && back.type.typeId === row.type.inverseTypeId) this.#end(back, to[1], now);
      }
    }
  }

  #end(row: AssociationRow, fromId: string, now: number): void {
    row.until = now;
    const { type, toId } = row;
    this.#changed({ kind: 'associationChange', type, fromId, toId, removed: true, at: now });
  }

  /** Ends every association of a record that is archived. */
  removeAll(type: string, id: string, now: number): void {
    const prefix = `${type}/${id}/`;
    for (const [rowsKey, rows] of this.#rows) {
      if (!rowsKey.startsWith(prefix)) continue;
      for (const row of rows) this.remove([type, id], [row.type.to, row.toId], now);
    }
  }

  /** Hands the associations of a record that is merged over to the survivor. */
  move(type: string, fromId: string, toId: string, now: number): void {
    const prefix = `${type}/${fromId}/`;
    const rows = [...this.#rows].flatMap(([rowsKey, found]) => (rowsKey.startsWith(prefix) ? found : []));
    for (const row of rows.filter(({ until }) => until === undefined)) {
      this.remove([type, fromId], [row.type.to, row.toId], now, [row.type.typeId]);
      this.add(row.type, toId, row.toId, now);
    }
  }

  /** Rows in force at that moment. */
  at(from: string, id: string, to: string, moment: number): AssociationRow[] {
    const rows = this.#rows.get(key(from, id, to)) ?? [];
    return rows.filter((row) => row.since <= moment && (row.until === undefined || row.until > moment));
  }

  /** Takes down what there is. @returns what brings it back, as often as it is called. */
  save(): () => void {
    const saved = copyRows(this.#rows);
    return () => {
      this.#rows = copyRows(saved);
    };
  }

  #live(from: string, id: string, to: string): AssociationRow[] {
    return (this.#rows.get(key(from, id, to)) ?? []).filter((row) => row.until === undefined);
  }
}

function copyRows(rows: ReadonlyMap<string, readonly AssociationRow[]>): Map<string, AssociationRow[]> {
  return new Map([...rows].map(([rowsKey, list]) => [rowsKey, list.map((row) => ({ ...row }))]));
}

function key(from: string, id: string, to: string): string {
  return `${from}/${id}/${to}`;
}
