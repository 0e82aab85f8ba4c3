import { describe, expect, it } from 'vitest';
import type { CacheKey } from '../../src/cache/entry.ts';
import { createCache, LOAD_MS, testKey, TTL_MS } from '../support/cache.ts';

const contact = testKey('contact', '1');
/** Only the value tells that it carries `tag:late`. */
const late: CacheKey<string | null> = { ...testKey('contact', '9', []), tagsOf: () => ['tag:late'] };

describe('what a reading brings', () => {
  it('is kept, as old as the reading', async () => {
    const { clock, cache } = createCache();
    const reading = cache.begin();
    await clock.advance(LOAD_MS);
    reading.keep(contact, 'read');
    await clock.advance(TTL_MS.contact - LOAD_MS - 1);
    expect(cache.peek(contact)).toBe('read');
    await clock.advance(1);
    expect(cache.peek(contact)).toBeUndefined();
  });

  it.each([
    ['a tag of it was dropped', contact, (cache: Cache) => cache.invalidate(['tag:1'])],
    ['a tag that only it tells was dropped', late, (cache: Cache) => cache.invalidate(['tag:late'])],
    ['it was dropped itself', contact, (cache: Cache) => cache.delete(contact)],
    ['it was changed', contact, (cache: Cache) => cache.patch(contact, String)],
    ['everything was dropped', contact, (cache: Cache) => cache.clear()],
  ])('is not kept when %s meanwhile', async (_why, key, drop) => {
    const { cache } = createCache();
    const reading = cache.begin();
    drop(cache);
    reading.keep(key, 'old');
    expect(cache.peek(key)).toBeUndefined();
    cache.begin().keep(key, 'new');
    expect(cache.peek(key)).toBe('new');
  });

  it('does not replace what a later reading brought, or what was set', () => {
    const { cache } = createCache();
    const [early, later] = [cache.begin(), cache.begin()];
    later.keep(contact, 'later');
    early.keep(contact, 'early');
    expect(cache.peek(contact)).toBe('later');
    cache.set(contact, 'ours');
    later.keep(contact, 'later');
    expect(cache.peek(contact)).toBe('ours');
  });

  it('is not kept where its key keeps no such value, nor is what it was before', () => {
    const { cache } = createCache();
    const key: CacheKey<string | null> = { ...contact, beliefIn: (value) => (value === 'whole' ? 'usual' : 'none') };
    cache.begin().keep(key, 'whole');
    expect(cache.peek(key)).toBe('whole');
    cache.begin().keep(key, 'half');
    expect(cache.peek(key)).toBeUndefined();
  });

  it('leaves nothing behind when the cache is switched off', () => {
    const { cache } = createCache({ enabled: false });
    cache.begin().keep(contact, 'read');
    cache.set(contact, 'set');
    expect(cache.stats().contact.entries).toBe(0);
  });
});

describe('a value that is set', () => {
  it('together with what was read before is as old as that, and dropped when that is out of date', async () => {
    const { clock, cache } = createCache();
    const reading = cache.begin();
    await clock.advance(LOAD_MS);
    cache.set(contact, 'half read, half ours', reading);
    await clock.advance(TTL_MS.contact - LOAD_MS - 1);
    expect(cache.peek(contact)).toBe('half read, half ours');
    cache.invalidate(['tag:1']);
    cache.set(contact, 'new');
    cache.set(contact, 'half out of date', reading);
    expect(cache.peek(contact)).toBeUndefined();
  });
});

describe('an absence', () => {
  it('is what the key says it is', async () => {
    const { clock, cache } = createCache();
    const key: CacheKey<string | null> = { ...contact, beliefIn: () => 'absence' };
    cache.set(key, 'nothing to see');
    await clock.advance(4999);
    expect(cache.peek(key)).toBe('nothing to see');
    await clock.advance(1);
    expect(cache.peek(key)).toBeUndefined();
  });

  it('within the lag of its source is believed no longer than any other', async () => {
    const { clock, cache } = createCache();
    const enrollment = testKey('enrollment', '1');
    cache.invalidate(['tag:1']);
    cache.set(enrollment, null);
    await clock.advance(4999);
    expect(cache.peek(enrollment)).toBeNull();
    await clock.advance(1);
    expect(cache.peek(enrollment)).toBeUndefined();
  });
});

describe('the tags', () => {
  it('of a key are those of its value', () => {
    const { cache } = createCache();
    const key: CacheKey<string> = { kind: 'exam', key: 'exam:1', tags: [], tagsOf: (value) => [`tag:${value}`] };
    cache.set(key, 'one');
    cache.set(key, 'two');
    expect(['tag:one', 'tag:two'].map((tag) => cache.keysTagged(tag))).toEqual([[], ['exam:1']]);
    expect(cache.invalidate(['tag:one'])).toBe(0);
    expect(cache.peek(key)).toBe('two');
  });

  it('go with the value: dropped, evicted, too large, or never there', async () => {
    const { cache, source, fetch, clock, load } = createCache({ maxEntries: 1, maxBytes: 100 });
    await fetch(testKey('exam', '1'));
    await fetch(testKey('exam', '2'));
    expect(cache.keysTagged('tag:1')).toEqual([]);
    cache.delete(testKey('exam', '2'));
    expect(cache.keysTagged('tag:2')).toEqual([]);
    cache.set(testKey('exam', '3'), 'x'.repeat(1000));
    expect(cache.keysTagged('tag:3')).toEqual([]);
    source.failing = new TypeError('a bug');
    await clock.run(async () => cache.fetch(testKey('exam', '4'), load).catch(() => {}));
    expect(cache.keysTagged('tag:4')).toEqual([]);
  });
});

type Cache = ReturnType<typeof createCache>['cache'];
