import type { Change } from '../changes.ts';

/** What an app wants to hear of. */
export interface Subscription {
  /** Such as `object.propertyChange`, or `contact.propertyChange`. */
  event: string;
  /** Object type id, for the `object.` kinds; all types where it is left out. */
  objectTypeId?: string;
  /** For property changes; all properties where it is left out. */
  properties?: readonly string[];
}

/** An event as it is sent, but for what the delivery adds. */
export interface WebhookEvent {
  subscriptionType: string;
  occurredAt: number;
  objectTypeId: string;
  [field: string]: unknown;
}

const CONTACT = '0-1';

/** Contacts have kinds of their own; all other types share the `object.` ones. */
function kindOf(typeId: string, verb: string): string {
  return `${typeId === CONTACT ? 'contact' : 'object'}.${verb}`;
}

/** What HubSpot tells of a change. An association is told from both of its ends. */
export function toEvents(change: Change): WebhookEvent[] {
  const { at: occurredAt } = change;
  if (change.kind === 'associationChange') {
    const { type, fromId, toId, removed } = change;
    return [
      {
        subscriptionType: kindOf(type.from, 'associationChange'),
        occurredAt,
        objectTypeId: type.from,
        associationType: type.name.toUpperCase(),
        associationTypeId: type.typeId,
        associationCategory: type.category,
        fromObjectId: Number(fromId),
        fromObjectTypeId: type.from,
        toObjectId: Number(toId),
        toObjectTypeId: type.to,
        associationRemoved: removed,
        isPrimaryAssociation: false,
      },
    ];
  }
  const { typeId: objectTypeId } = change.type;
  const facts = { subscriptionType: kindOf(objectTypeId, change.kind), occurredAt, objectTypeId };
  switch (change.kind) {
    case 'creation':
    case 'deletion':
      return [
        { ...facts, objectId: Number(change.id), changeFlag: change.kind === 'creation' ? 'CREATED' : 'DELETED' },
      ];
    case 'propertyChange':
      return [{ ...facts, objectId: Number(change.id), propertyName: change.name, propertyValue: change.value }];
    case 'merge': {
      const [primary = change.survivorId] = change.mergedIds;
      return [
        {
          ...facts,
          objectId: Number(change.survivorId),
          primaryObjectId: Number(primary),
          mergedObjectIds: change.mergedIds.map(Number),
          newObjectId: Number(change.survivorId),
          numberOfPropertiesMoved: 0,
        },
      ];
    }
  }
}

/** Whether somebody has subscribed to an event; to everything, where there are no subscriptions. */
export function isWanted(event: WebhookEvent, subscriptions: readonly Subscription[]): boolean {
  if (subscriptions.length === 0) return true;
  return subscriptions.some(({ event: kind, objectTypeId, properties }) => {
    if (kind !== event.subscriptionType) return false;
    if (objectTypeId !== undefined && objectTypeId !== event.objectTypeId) return false;
    return properties === undefined || properties.includes(String(event['propertyName']));
  });
}
