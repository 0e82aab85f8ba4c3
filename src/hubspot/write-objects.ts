import type { HubSpotConnection } from './connection.ts';
import type { ObjectType } from './types.ts';

/** Associates two records by the default type of that direction. Repeating it changes nothing. */
export async function associateDefault(
  { executor, paths }: HubSpotConnection,
  [from, fromId]: [ObjectType, string],
  [to, toId]: [ObjectType, string],
): Promise<void> {
  const operation = 'associations.putDefault';
  const path = paths.defaultAssociation(from.id, fromId, to.id, toId);
  await executor.execute({ operation, method: 'PUT', path, kind: 'repeatable write' });
}

/** Moves one record to the recycle bin; repeating it changes nothing. */
export async function archiveObject(
  { executor, paths }: HubSpotConnection,
  type: ObjectType,
  id: string,
): Promise<void> {
  const operation = 'objects.archive';
  await executor.execute({ operation, method: 'DELETE', path: paths.object(type.id, id), kind: 'repeatable write' });
}
