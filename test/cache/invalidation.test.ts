import { describe, expect, it } from 'vitest';
import { createCache, LOAD_MS, Outage, testKey, TTL_MS } from '../support/cache.ts';

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
    await clock.advance(TTL_MS.seats - LOAD_MS - 1);
    await fetch(seats, { maxAgeMs: TTL_MS.seats * 2 });
    expect(source.loads).toBe(3);
  });

  it('is then not served stale, be it while a refresh runs or in an outage', async () => {
    const { clock, cache, source, fetch } = createCache();
    await fetch(seats);
    cache.invalidate(['tag:1']);
    await fetch(seats);
    source.value = 'two';
    await clock.advance(3000);
    expect(await fetch(seats)).toBe('two');
    cache.invalidate(['tag:1']);
    await fetch(seats);
    source.failing = new Outage('down');
    await clock.advance(3000);
    await expect(fetch(seats)).rejects.toBe(source.failing);
  });

  it('is not what those get who ask later, whatever loads are under way', async () => {
    const { clock, cache, source, load } = createCache();
    const slow = async () => {
      const { value } = source;
      await clock.sleep(500);
      return value;
    };
    const answers = await clock.run(async () => {
      const first = cache.fetch(contact, load);
      await clock.sleep(10);
      source.value = 'two';
      cache.invalidate(['tag:1']);
      const second = cache.fetch(contact, slow);
      await first;
      source.value = 'three';
      cache.invalidate(['tag:1']);
      const third = await cache.fetch(contact, load);
      return [await first, await second, third];
    });
    expect(answers).toEqual(['one', 'two', 'three']);
    expect(cache.peek(contact)).toBe('three');
  });

  it('is not waited for by those who ask later, who share a load of their own', async () => {
    const { clock, cache, source, load } = createCache();
    const took = await clock.run(async () => {
      const first = cache.fetch(contact, load);
      await clock.sleep(50);
      cache.invalidate(['tag:1']);
      const askedAt = clock.now();
      const second = cache.fetch(contact, load);
      await first;
      await Promise.all([second, cache.fetch(contact, load)]);
      return clock.now() - askedAt;
    });
    expect([took, source.loads]).toEqual([LOAD_MS, 2]);
  });

  it('by a tag that only the value tells is not what those get who ask later, either', async () => {
    const { clock, cache, source, load } = createCache();
    const key = { ...testKey('contact', '9', []), tagsOf: () => ['tag:late'] };
    const answers = await clock.run(async () => {
      const first = cache.fetch(key, load);
      await clock.sleep(50);
      source.value = 'two';
      cache.invalidate(['tag:late']);
      return Promise.all([first, ...Array.from({ length: 10 }, async () => cache.fetch(key, load))]);
    });
    expect(answers).toEqual(['one', ...Array<string>(10).fill('two')]);
    expect(source.loads).toBe(2);
  });

  it('again and again still lets those be answered who ask', async () => {
    const { clock, cache, load } = createCache();
    const key = { ...testKey('contact', '9', []), tagsOf: () => ['tag:late'] };
    await clock.run(async () => {
      const storm = async () => {
        for (let drops = 0; drops < 20; drops += 1) {
          cache.invalidate(['tag:late']);
          await clock.sleep(20);
        }
      };
      const raging = storm();
      const startedAt = clock.now();
      await Promise.all([cache.fetch(key, load), cache.fetch(key, load)]);
      expect(clock.now() - startedAt).toBe(2 * LOAD_MS);
      await raging;
    });
  });

  it.each(['pattern', 'key', 'all'])('by %s leaves nothing of a load or a refresh under way', async (how) => {
    const { clock, cache, source, load, fetch, settle } = createCache();
    const drop = () => {
      if (how === 'pattern') return cache.deletePattern('seats:*');
      return how === 'key' ? cache.delete(seats) : cache.clear();
    };
    await clock.run(async () => {
      const loading = cache.fetch(seats, load);
      await clock.sleep(50);
      drop();
      return loading;
    });
    expect(cache.peek(seats)).toBeUndefined();
    await fetch(seats);
    await clock.advance(TTL_MS.seats);
    await clock.run(async () => {
      await cache.fetch(seats, load);
      await clock.sleep(50);
      source.value = 'two';
      drop();
    });
    await settle();
    expect(cache.peek(seats)).toBeUndefined();
    expect(await fetch(seats)).toBe('two');
  });

  it('by pattern counts what is being refreshed', async () => {
    const { clock, cache, load, fetch, settle } = createCache();
    await fetch(seats);
    await clock.advance(TTL_MS.seats);
    await clock.run(async () => {
      await cache.fetch(seats, load);
      expect(cache.deletePattern('seats:*')).toBe(1);
    });
    await settle();
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
    expect(cache.keysUsed('exam', Infinity)).toEqual([]);
  });
});
