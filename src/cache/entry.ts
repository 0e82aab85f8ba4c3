import { deepFreeze } from './deep-freeze.ts';
import { ABSENCE_TTL_MS, type CacheKind, type CachePolicy } from './policies.ts';

/** Names a cached value and says what makes it stale. Made by the builders in `keys.ts` alone. */
export interface CacheKey<T> {
  kind: CacheKind;
  key: string;
  /** Dropping any of them drops the value; they are known before it is loaded. */
  tags: readonly string[];
  /** Further tags that only the value tells. */
  tagsOf?(value: T): readonly string[];
}

/** A cached value. */
export interface Entry {
  /** Frozen. Of the type its key stands for. */
  value: unknown;
  kind: CacheKind;
  /** When its load began, in epoch milliseconds. */
  loadedAt: number;
  freshUntil: number;
  bytes: number;
}

/** Every tag of a value. */
export function tagsOf<T>(key: CacheKey<T>, value: T): string[] {
  return value === null || value === undefined ? [...key.tags] : [...key.tags, ...(key.tagsOf?.(value) ?? [])];
}

export interface EntryTimes {
  now: number;
  loadedAt: number;
  /** When one of its tags was dropped last; -Infinity for never. */
  droppedAt: number;
}

/**
 * Freezes a value and works out how long it is fresh: by its kind, seconds only for an absence, and no longer than its
 * source may still be showing what was there before the last drop.
 */
export function makeEntry<T>(key: CacheKey<T>, value: T, policy: CachePolicy, times: EntryTimes): Entry {
  const { now, loadedAt } = times;
  const lagEndsAt = times.droppedAt + policy.sourceLagMs;
  const ttlMs = value === null ? Math.min(policy.ttlMs, ABSENCE_TTL_MS) : policy.ttlMs;
  const freshUntil = loadedAt < lagEndsAt ? Math.min(now + ttlMs, lagEndsAt) : now + ttlMs;
  const bytes = key.key.length + JSON.stringify(value).length;
  return { value: deepFreeze(value), kind: key.kind, loadedAt, freshUntil, bytes };
}
