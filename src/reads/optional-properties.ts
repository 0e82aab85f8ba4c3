import { HubSpotError, isTransient } from '../hubspot/errors.ts';
import type { ObjectType } from '../hubspot/types.ts';
import type { Deps } from '../wiring/deps.ts';

/** Until when a property is not asked for again, in milliseconds of the monotonic clock, by instance and name. */
const unused = new WeakMap<Deps, Map<string, number>>();
/** So long after HubSpot could not tell. */
const ASK_AGAIN_MS = 60_000;

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
  if (name === null || deps.clock.monotonicMs() < (unused.get(deps)?.get(name) ?? 0)) return null;
  try {
    const found = await deps.hubspot.getProperty(type, name);
    const fits = found?.type === 'string' && found.isWritable && (!isUnique || found.isUnique);
    if (fits) return name;
    const wanted = isUnique ? 'a writable text with unique values' : 'a writable text';
    return refuse(deps, name, `it has to be ${wanted} property of ${type.name}`);
  } catch (error) {
    if (!(error instanceof HubSpotError)) throw error;
    if (!isTransient(error)) return refuse(deps, name, error.message);
    leaveUnused(deps, name, deps.clock.monotonicMs() + ASK_AGAIN_MS);
    deps.log.warn('property not checked, and left unused for a minute', { property: name, reason: error.message });
    return null;
  }
}

function leaveUnused(deps: Deps, name: string, untilMs: number): void {
  unused.set(deps, (unused.get(deps) ?? new Map<string, number>()).set(name, untilMs));
}

/** For good: the log says it once. */
function refuse(deps: Deps, property: string, reason: string): null {
  leaveUnused(deps, property, Infinity);
  deps.log.error('property left unused', { property, reason });
  return null;
}
