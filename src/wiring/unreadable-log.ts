import type { Log } from '../observability/log.ts';
import type { UnreadableValue } from '../records/values.ts';

/** An account with more than this has another fault than a slip of the keyboard. */
const MAX_LOGGED = 1000;

/** Logs values that cannot be read, each once in the life of this process however often its record is read. */
export function logUnreadable(log: Log): (value: UnreadableValue) => void {
  const logged = new Set<string>();
  return ({ type, id, property }) => {
    const key = `${type} ${id} ${property}`;
    if (logged.size > MAX_LOGGED || logged.has(key)) return;
    logged.add(key);
    if (logged.size > MAX_LOGGED) log.warn('more values cannot be read: the rest is not logged');
    else log.warn('a value cannot be read: it is taken as unset', { type, id, property });
  };
}
