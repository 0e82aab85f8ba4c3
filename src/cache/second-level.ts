import { type CacheKey, tagsOf } from './entry.ts';
import type { EntryStore } from './entry-store.ts';
import type { Load } from './flights.ts';
import type { CacheKind, CachePolicy } from './policies.ts';

/** Kinds that say nothing of any person, and that every instance needs. */
const SHARED_KINDS: readonly CacheKind[] = ['exam', 'sessions'];

/** A value that another instance has loaded. */
interface FoundValue {
  value: unknown;
  /** When its load began, in milliseconds of the monotonic clock. */
  loadedAt: number;
}

/** Where several instances leave what they have loaded for each other. Nothing is found while it cannot be reached. */
export interface SecondLevel {
  /** A value that is fresh, and of which nothing was dropped since its load began. */
  find(key: string): Promise<FoundValue | undefined>;
  /** A load begins; the returned function leaves what it brought for `ttlMs` milliseconds from now on. */
  begin(): (key: string, value: unknown, ttlMs: number) => void;
}

interface Levels {
  secondLevel: SecondLevel | null;
  store: EntryStore;
  policies: Record<CacheKind, CachePolicy>;
}

/**
 * A load that is content with what another instance has loaded since `notBefore`, in milliseconds of the monotonic clock.
 * What is loaded together with others is loaded by everybody.
 */
export function throughSecondLevel<T>(
  key: CacheKey<T>,
  load: Load<T>,
  notBefore: number,
  { secondLevel, store, policies }: Levels,
): Load<T> {
  if (secondLevel === null || !SHARED_KINDS.includes(key.kind)) return load;
  return async (reading) => {
    const found = await secondLevel.find(key.key);
    const value = found?.value as T;
    if (found && found.loadedAt >= notBefore && !store.isOutdated(reading, key, tagsOf(key, value))) {
      store.put(key, value, { loadedAt: found.loadedAt, mark: store.nextMark() });
      return value;
    }
    const leave = secondLevel.begin();
    const loaded = await load(reading);
    if (loaded !== null) leave(key.key, loaded, policies[key.kind].ttlMs);
    return loaded;
  };
}
