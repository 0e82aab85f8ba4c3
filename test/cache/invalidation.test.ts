import { describe, expect, it } from 'vitest';
import { createCache, testKey, TTL_MS } from '../support/cache.ts';

const contact = testKey('contact', '1');
const seats = testKey('seats', '1');

describe('what is dropped', () => {
  it('is loaded anew', async () => {
    const { cache, source, fetch } = createCache();
    await fetch(contact);
    source.value = 'two';
    expect(cache.invalidate(['tag:1'])).toBe(1);
    expect(await fetch(contact)).toBe('two');
  });

  it('while it is being loaded answers those who asked before, and leaves nothing behind', async () => {
    const { clock, cache, source, load } = createCache();
    const [early, late] = await clock.run(async () => {
      const first = cache.fetch(contact, load);
      await clock.sleep(50);
      source.value = 'two';
      cache.invalidate(['tag:1']);
      const second = cache.fetch(contact, load);
      return Promise.all([first, second]);
    });
    expect([early, late]).toEqual(['one', 'two']);
    expect(await clock.run(async () => cache.fetch(contact, load))).toBe('two');
    expect(source.loads).toBe(2);
  });

  it('by a tag that only the value tells leaves nothing behind either', async () => {
    const { clock, cache, source, load } = createCache();
    const key = { ...testKey('contact', '9', []), tagsOf: () => ['tag:late'] };
    await clock.run(async () => {
      const first = cache.fetch(key, load);
      await clock.sleep(50);
      source.value = 'two';
      cache.invalidate(['tag:late']);
      return first;
    });
    expect(await clock.run(async () => cache.fetch(key, load))).toBe('two');
  });

  it('may still be shown as it was by a lagging source: then it is kept only until the lag is over', async () => {
    const { clock, cache, source, fetch } = createCache();
    await fetch(seats);
    cache.invalidate(['tag:1']);
    await fetch(seats);
    await clock.advance(2899);
    await fetch(seats, { maxAgeMs: 60_000 });
    expect(source.loads).toBe(2);
    await clock.advance(1);
    await fetch(seats, { maxAgeMs: 60_000 });
    expect(source.loads).toBe(3);
    await clock.advance(TTL_MS.seats - 1);
    await fetch(seats, { maxAgeMs: TTL_MS.seats * 2 });
    expect(source.loads).toBe(3);
  });

  it('takes nothing else with it', async () => {
    const { cache, source, fetch } = createCache();
    await fetch(testKey('contact', '1'));
    await fetch(testKey('contact', '2'));
    cache.invalidate(['tag:1', 'tag:unknown']);
    await fetch(testKey('contact', '2'));
    expect(source.loads).toBe(2);
  });

  it('can be named by key, by pattern, or not at all', async () => {
    const { cache, fetch } = createCache();
    for (const id of ['1', '2', '12']) await fetch(testKey('exam', id));
    expect(cache.delete(testKey('exam', '2'))).toBe(true);
    expect(cache.delete(testKey('exam', '2'))).toBe(false);
    expect(cache.deletePattern('exam:1*')).toBe(2);
    await fetch(testKey('exam', '1'));
    cache.clear();
    expect(cache.keysOf('exam')).toEqual([]);
  });
});
