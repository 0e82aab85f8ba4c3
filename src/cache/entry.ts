import { deepFreeze } from './deep-freeze.ts';
import { ABSENCE_TTL_MS, type CacheKind, type CachePolicy } from './policies.ts';

/** How far a value is believed: as long as its kind is, for seconds as an absence, or by nobody but who asked. */
export type Belief = 'usual' | 'absence' | 'none';

/** Names a cached value and says what makes it stale. Made by the builders in `keys.ts` alone. */
export interface CacheKey<T> {
  kind: CacheKind;
  key: string;
  /** Dropping any of them drops the value; they are known before it is loaded. */
  tags: readonly string[];
  /** Further tags that only the value tells. */
  tagsOf?(value: T): readonly string[];
  /** Where it is missing, null is an absence and everything else is usual. */
  beliefIn?(value: T): Belief;
}

/** A cached value. */
export interface Entry {
  /** Frozen. Of the type its key stands for. */
  readonly value: unknown;
  readonly kind: CacheKind;
  /** When its load began, in milliseconds of the monotonic clock. */
  readonly loadedAt: number;
  readonly freshUntil: number;
  /** Whether it may be served after that. What the source may have shown too late may not. */
  readonly servesStale: boolean;
  /** The mark of its load: a load that began earlier does not replace it. */
  readonly mark: number;
  readonly bytes: number;
  /** When somebody asked for it last, in milliseconds of the monotonic clock. */
  usedAt: number;
  /** Whether it was ever an answer. */
  isUsed: boolean;
  /** Not to be refreshed before this time, in milliseconds of the monotonic clock: the last attempt has just failed. */
  retryAt: number;
}

/** Every tag of a value. */
export function tagsOf<T>(key: CacheKey<T>, value: T): readonly string[] {
  if (value === null || value === undefined || !key.tagsOf) return key.tags;
  return [...key.tags, ...key.tagsOf(value)];
}

export function beliefIn<T>(key: CacheKey<T>, value: T): Belief {
  return key.beliefIn?.(value) ?? (value === null ? 'absence' : 'usual');
}

export interface EntryTimes {
  loadedAt: number;
  mark: number;
  usedAt: number;
  /** When one of its tags was dropped last; -Infinity for never. */
  droppedAt: number;
}

/**
 * Freezes a value and works out how long it is fresh, counted from when its load began: by its kind, seconds only for an
 * absence, and no longer than its source may still be showing what was there before the last drop.
 */
export function makeEntry<T>(key: CacheKey<T>, value: T, policy: CachePolicy, times: EntryTimes): Entry {
  const { loadedAt, mark, usedAt } = times;
  const lagEndsAt = times.droppedAt + policy.sourceLagMs;
  const isAbsence = beliefIn(key, value) === 'absence';
  const expiresAt = loadedAt + (isAbsence ? Math.min(policy.ttlMs, ABSENCE_TTL_MS) : policy.ttlMs);
  const isDoubtful = loadedAt < lagEndsAt;
  return {
    value: deepFreeze(value),
    kind: key.kind,
    loadedAt,
    freshUntil: isDoubtful ? Math.min(expiresAt, lagEndsAt) : expiresAt,
    servesStale: !isDoubtful,
    mark,
    bytes: key.key.length + JSON.stringify(value).length,
    usedAt,
    isUsed: false,
    retryAt: -Infinity,
  };
}
