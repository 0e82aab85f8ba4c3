import type { Config } from '../settings/config.ts';

/** A property that makes bookings or credits safer, and is not needed. */
export interface OptionalProperty {
  name: string;
  setting: 'HUBSPOT_PROPERTY_BOOKING_KEY' | 'HUBSPOT_PROPERTY_CREDIT_OP';
  isSet: boolean;
  isUnique: boolean;
  /** What HubSpot is asked to make. */
  definition: object;
}

/** HubSpot's group for a custom object's own properties [properties guide]. */
function groupOf({ name }: { name: string }): string {
  return `${name.replace(/s$/, '')}_information`;
}

/** Those of an object type, by the settings' name of it. */
export function optionalProperties({ properties, objectTypes }: Config, key: string): OptionalProperty[] {
  const text = { type: 'string', fieldType: 'text', formField: false };
  if (key === 'bookings') {
    const name = properties.bookingKey ?? 'booking_key';
    const definition = {
      ...text,
      name,
      label: 'Booking key',
      groupName: groupOf(objectTypes.bookings),
      hasUniqueValue: true,
    };
    return [
      {
        name,
        setting: 'HUBSPOT_PROPERTY_BOOKING_KEY',
        isSet: properties.bookingKey !== null,
        isUnique: true,
        definition,
      },
    ];
  }
  if (key === 'contacts') {
    const name = properties.creditMark ?? 'mock_credit_op';
    const definition = {
      ...text,
      name,
      label: 'Mock credit operation',
      groupName: 'contactinformation',
      hasUniqueValue: false,
    };
    return [
      {
        name,
        setting: 'HUBSPOT_PROPERTY_CREDIT_OP',
        isSet: properties.creditMark !== null,
        isUnique: false,
        definition,
      },
    ];
  }
  return [];
}
