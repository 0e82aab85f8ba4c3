import { createHash } from 'node:crypto';
import type { Values } from './portal.ts';

/** Who set a value, in the words of property history. */
export interface ValueSource {
  /** Such as `INTEGRATION`, `CRM_UI`, `MERGE_OBJECTS`. */
  sourceType: string;
  sourceId?: string;
  sourceLabel?: string;
  updatedByUserId?: number;
}

/** Somebody at work in HubSpot's own pages. */
export const STAFF: ValueSource = { sourceType: 'CRM_UI', sourceId: 'userId:9', updatedByUserId: 9 };
export const MERGE: ValueSource = { sourceType: 'MERGE_OBJECTS' };

/** The app behind a token: always the same for the same token. */
export function appOf(token: string): ValueSource {
  const appId = createHash('sha256').update(token).digest().readUIntBE(0, 3);
  return { sourceType: 'INTEGRATION', sourceId: String(appId), sourceLabel: 'Private app' };
}

interface PastValue {
  value: string;
  /** Epoch milliseconds. */
  at: number;
  source: ValueSource;
}

/** The values a record's properties have had, oldest first. Writing the value that is there already leaves no entry. */
export class PropertyHistory {
  readonly #past: Map<string, PastValue[]>;

  constructor(model?: PropertyHistory) {
    this.#past = new Map(model && [...model.#past].map(([name, past]) => [name, [...past]]));
  }

  add(before: Values, after: Values, at: number, source: ValueSource): void {
    for (const name of new Set([...Object.keys(before), ...Object.keys(after)])) {
      const value = after[name] ?? '';
      if (value === (before[name] ?? '')) continue;
      const past = this.#past.get(name) ?? [];
      past.push({ value, at, source });
      this.#past.set(name, past);
    }
  }

  /** Values of a property set at that moment or before, newest first. */
  until(name: string, moment: number): PastValue[] {
    return (this.#past.get(name) ?? []).filter(({ at }) => at <= moment).toReversed();
  }
}
