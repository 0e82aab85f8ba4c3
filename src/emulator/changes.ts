import type { AssociationType, ObjectTypeDefinition } from './portal.ts';

/** Something that has changed in an account, by whomever; times in epoch milliseconds. */
export type Change =
  | { kind: 'creation' | 'deletion'; type: ObjectTypeDefinition; id: string; at: number }
  | { kind: 'propertyChange'; type: ObjectTypeDefinition; id: string; name: string; value: string; at: number }
  | { kind: 'associationChange'; type: AssociationType; fromId: string; toId: string; removed: boolean; at: number }
  | { kind: 'merge'; type: ObjectTypeDefinition; survivorId: string; mergedIds: readonly string[]; at: number };

export type ChangeListener = (change: Change) => void;
