import { LRUCache } from 'lru-cache';
import type { Clock } from '../time/clock.ts';
import { DropLog } from './drop-log.ts';
import { beliefIn, type CacheKey, type Entry, makeEntry, tagsOf } from './entry.ts';
import type { CacheKind, CachePolicy } from './policies.ts';
import type { CacheCounters } from './stats.ts';
import { TagIndex } from './tag-index.ts';

/** A read of HubSpot, or several in a row, from the moment it began. */
export interface Reading {
  /** Its place among all readings and drops. */
  readonly mark: number;
  /** In milliseconds of the monotonic clock. */
  readonly startedAt: number;
  /**
   * Keeps a value that it brought, as old as the reading itself; not when anything about it was dropped or written
   * meanwhile, and not over a value of a reading that began later.
   */
  keep<T>(key: CacheKey<T>, value: T): void;
}

export interface StoreOptions {
  clock: Clock;
  maxEntries: number;
  maxBytes: number;
  policies: Record<CacheKind, CachePolicy>;
}

/** Whatever is kept, bounded in number and bytes, with the one rule of what a reading may leave behind. */
export class EntryStore {
  readonly #options: StoreOptions;
  readonly #counters: CacheCounters;
  readonly #entries: LRUCache<string, Entry>;
  readonly #tags = new TagIndex();
  readonly #drops: DropLog;

  constructor(options: StoreOptions, counters: CacheCounters) {
    this.#options = options;
    this.#counters = counters;
    this.#drops = new DropLog(options.clock);
    this.#entries = new LRUCache<string, Entry>({
      max: options.maxEntries,
      maxSize: options.maxBytes,
      sizeCalculation: ({ bytes }) => bytes,
      dispose: (entry, name, reason) => this.#disposed(entry, name, reason),
    });
  }

  /** The entry, which thereby is the one used last. */
  get(name: string): Entry | undefined {
    return this.#entries.get(name);
  }

  /** Those used last first. */
  entries(): Iterable<[string, Entry]> {
    return this.#entries.entries();
  }

  names(): Iterable<string> {
    return this.#entries.keys();
  }

  namesTagged(tag: string): string[] {
    return this.#tags.keysOf(tag);
  }

  /** A mark that comes after everything that happened so far. */
  nextMark(): number {
    return this.#drops.next();
  }

  begin(): Reading {
    const reading: Reading = {
      mark: this.#drops.next(),
      startedAt: this.#options.clock.monotonicMs(),
      keep: (key, value) => this.#keep(reading, key, value),
    };
    return reading;
  }

  /** Whether the key, or one of the tags, was dropped since the reading began. */
  isOutdated({ mark }: Reading, key: CacheKey<never>, tags: readonly string[]): boolean {
    return this.#drops.droppedSince(mark, key.key, tags);
  }

  /** Puts a value in place of whatever is there. `times` are those of a value that it is made of. */
  put<T>(
    key: CacheKey<T>,
    value: T,
    { loadedAt, mark }: Pick<Entry, 'loadedAt' | 'mark'>,
    times: Partial<Pick<Entry, 'freshUntil' | 'servesStale'>> = {},
  ): void {
    const name = key.key;
    const tags = tagsOf(key, value);
    const usedAt = this.#entries.peek(name)?.usedAt ?? this.#options.clock.monotonicMs();
    const droppedAt = this.#drops.lastDrop(tags);
    const entry = makeEntry(key, value, this.#options.policies[key.kind], { loadedAt, mark, usedAt, droppedAt });
    this.#tags.set(name, tags);
    this.#entries.set(name, { ...entry, ...times });
    // It may be larger than everything that may be kept.
    if (!this.#entries.has(name)) this.#tags.remove(name);
  }

  /** Puts what was loaded elsewhere, unless what is there is younger or one of its tags was dropped since. */
  learn<T>(key: CacheKey<T>, value: T, loadedAt: number): void {
    const isThere = (this.#entries.peek(key.key)?.loadedAt ?? -Infinity) >= loadedAt;
    if (isThere || this.#drops.lastDrop(tagsOf(key, value)) >= loadedAt) return;
    this.put(key, value, { loadedAt, mark: this.nextMark() });
  }

  /** Drops keys, and what is being loaded for them. @returns how many were there. */
  drop(names: Iterable<string>): number {
    let dropped = 0;
    for (const name of names) {
      this.#drops.noteKey(name);
      if (this.#entries.delete(name)) dropped += 1;
    }
    return dropped;
  }

  /** Drops every value that carries one of the tags, also those being loaded. @returns how many there were. */
  dropTags(tags: Iterable<string>): number {
    const names = new Set<string>();
    for (const tag of tags) {
      this.#drops.note(tag);
      for (const name of this.#tags.keysOf(tag)) names.add(name);
    }
    return [...names].filter((name) => this.#entries.delete(name)).length;
  }

  clear(): void {
    this.#drops.noteAll();
    this.#entries.clear();
  }

  #keep<T>(reading: Reading, key: CacheKey<T>, value: T): void {
    const { mark, startedAt } = reading;
    if (this.isOutdated(reading, key, tagsOf(key, value))) {
      this.#counters.gone(key.key, 'invalidated');
      return;
    }
    if ((this.#entries.peek(key.key)?.mark ?? 0) > mark) return;
    if (beliefIn(key, value) === 'none') this.#entries.delete(key.key);
    else this.put(key, value, { loadedAt: startedAt, mark });
  }

  #disposed({ kind, isUsed }: Entry, name: string, reason: LRUCache.DisposeReason): void {
    this.#counters.retired(kind, isUsed);
    if (reason === 'set') return;
    this.#tags.remove(name);
    if (reason === 'evict') this.#counters.evicted(kind, name);
    else this.#counters.gone(name, 'invalidated');
  }
}
