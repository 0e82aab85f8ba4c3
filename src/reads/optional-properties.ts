import { HubSpotError, isTransient } from '../hubspot/errors.ts';
import type { ObjectType } from '../hubspot/types.ts';
import type { Deps } from '../wiring/deps.ts';

/** Properties that have been found unfit, by instance: nobody asks again, and the log says it once. */
const unfit = new WeakMap<Deps, Set<string>>();

/** The bookings' property that holds a booking's key; null when it is not set up, or not as it has to be. */
export async function bookingKeyProperty(deps: Deps): Promise<string | null> {
  const { config } = deps;
  return usable(deps, config.objectTypes.bookings, { name: config.properties.bookingKey, isUnique: true });
}

/** The contacts' property that witnesses writes of credits; null when it is not set up, or not as it has to be. */
export async function creditMarkProperty(deps: Deps): Promise<string | null> {
  const { config } = deps;
  return usable(deps, config.objectTypes.contacts, { name: config.properties.creditMark, isUnique: false });
}

interface Wanted {
  /** Null: the setting is not set. */
  name: string | null;
  isUnique: boolean;
}

/** Asks HubSpot once a day: writing a property that does not exist would make every write a refusal. */
async function usable(deps: Deps, type: ObjectType, { name, isUnique }: Wanted): Promise<string | null> {
  if (name === null || unfit.get(deps)?.has(name)) return null;
  try {
    const found = await deps.hubspot.getProperty(type, name);
    const fits = found?.type === 'string' && found.isWritable && (!isUnique || found.isUnique);
    if (fits) return name;
    const wanted = isUnique ? 'a writable text with unique values' : 'a writable text';
    return refuse(deps, name, `it has to be ${wanted} property of ${type.name}`);
  } catch (error) {
    if (!(error instanceof HubSpotError)) throw error;
    if (!isTransient(error)) return refuse(deps, name, error.message);
    deps.log.warn('property not checked, and left unused this once', { property: name, reason: error.message });
    return null;
  }
}

function refuse(deps: Deps, property: string, reason: string): null {
  unfit.set(deps, (unfit.get(deps) ?? new Set()).add(property));
  deps.log.error('property left unused', { property, reason });
  return null;
}
