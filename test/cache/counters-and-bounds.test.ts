import { describe, expect, it } from 'vitest';
import { newContext, runInContext } from '../../src/request/context.ts';
import { createCache, Outage, testKey, TTL_MS } from '../support/cache.ts';

const contact = testKey('contact', '1');

describe('the counters', () => {
  it('tell hits, and why there were misses', async () => {
    const { clock, cache, source, load, fetch } = createCache();
    await fetch(contact);
    await fetch(contact);
    await clock.advance(TTL_MS.contact);
    await fetch(contact);
    cache.invalidate(['tag:1']);
    await fetch(contact);
    await clock.advance(1);
    const context = { ...newContext(clock.monotonicMs(), 9000), bypassCache: true };
    await runInContext(context, async () => clock.run(async () => cache.fetch(contact, load)));
    source.failing = new Outage('down');
    await fetch(testKey('contact', '2')).catch(() => {});
    expect(cache.stats().contact).toEqual({
      hits: 1,
      staleHits: 0,
      misses: { cold: 2, expired: 1, invalidated: 1, evicted: 0, bypassed: 1 },
      loads: 5,
      loadErrors: 1,
      loadMs: 500,
      evictions: 0,
      retired: { used: 1, unused: 2 },
      entries: 1,
      bytes: 'contact:1'.length + '"one"'.length,
    });
  });

  it('tell stale hits apart', async () => {
    const { clock, cache, fetch, settle } = createCache();
    await fetch(testKey('seats', '1'));
    await clock.advance(TTL_MS.seats);
    await fetch(testKey('seats', '1'));
    await settle();
    expect(cache.stats().seats).toMatchObject({ hits: 0, staleHits: 1, loads: 2 });
  });
});

describe('many that are loaded together', () => {
  it('are one load, and one failed one when some of them fail', async () => {
    const { clock, cache } = createCache();
    const loadMany = async (ids: readonly string[]) => {
      await clock.sleep(100);
      return new Map(ids.map((id) => [id, id === '3' ? new Outage('down') : id]));
    };
    const keyOf = (id: string) => testKey('exam', id);
    await clock.run(async () => cache.fetchMany(['1', '2'], keyOf, loadMany));
    expect(cache.stats().exam).toMatchObject({ loads: 1, loadErrors: 0, loadMs: 100, entries: 2 });
    await clock.run(async () => cache.fetchMany(['1', '3', '4'], keyOf, loadMany));
    expect(cache.stats().exam).toMatchObject({ hits: 1, loads: 2, loadErrors: 1, loadMs: 200, entries: 3 });
  });
});

describe('the keys used lately', () => {
  it('are those asked for, not those kept fresh', async () => {
    const { clock, cache, source, fetch } = createCache();
    await fetch(contact);
    await clock.advance(60_000);
    await fetch(testKey('contact', '2'));
    source.value = null;
    await fetch(testKey('contact', '3'));
    cache.begin().keep(contact, 'warmed');
    expect(cache.keysUsed('contact', 30_000)).toEqual(['contact:2']);
    await fetch(contact);
    expect(cache.keysUsed('contact', 30_000)).toEqual(['contact:1', 'contact:2']);
    expect(cache.keysUsed('exam', 30_000)).toEqual([]);
  });
});

describe('the bounds', () => {
  it('hold for entries: those used last stay', async () => {
    const { cache, source, fetch } = createCache({ maxEntries: 2 });
    const [one, two, three] = ['1', '2', '3'].map((id) => testKey('contact', id));
    for (const key of [one, two, one, three]) await fetch(key ?? contact);
    expect(cache.keysUsed('contact', Infinity)).toEqual(['contact:3', 'contact:1']);
    await fetch(two ?? contact);
    expect(source.loads).toBe(4);
    expect(cache.stats().contact).toMatchObject({ evictions: 2, misses: { evicted: 1 } });
  });

  it('hold for bytes', async () => {
    const { cache, fetch, source } = createCache({ maxBytes: 3000 });
    source.value = 'x'.repeat(1000);
    for (const id of ['1', '2', '3', '4']) await fetch(testKey('contact', id));
    expect(cache.stats().contact.entries).toBe(2);
    expect(cache.stats().contact.bytes).toBeLessThanOrEqual(3000);
  });

  it('let a value through that is larger than all of them', async () => {
    const { cache, fetch, source } = createCache({ maxBytes: 100 });
    source.value = 'x'.repeat(1000);
    expect(await fetch(contact)).toHaveLength(1000);
    expect(cache.peek(contact)).toBeUndefined();
  });
});

describe('many at once', () => {
  const keyOf = (id: string) => testKey('exam', id);

  it('are loaded together, without those that are known', async () => {
    const { clock, cache } = createCache();
    cache.set(keyOf('2'), 'known');
    const asked: (readonly string[])[] = [];
    const loadMany = async (ids: readonly string[]) => {
      asked.push(ids);
      await clock.sleep(100);
      return new Map(ids.map((id) => [id, `value ${id}`]));
    };
    const fetchMany = async (ids: string[]) => cache.fetchMany(ids, keyOf, loadMany);
    const [first, second] = await clock.run(async () =>
      Promise.all([fetchMany(['1', '2', '3', '3']), fetchMany(['3', '4'])]),
    );
    expect(first).toEqual(
      new Map([
        ['1', 'value 1'],
        ['2', 'known'],
        ['3', 'value 3'],
      ]),
    );
    expect(second).toEqual(
      new Map([
        ['3', 'value 3'],
        ['4', 'value 4'],
      ]),
    );
    expect(asked).toEqual([['1', '3'], ['4']]);
  });

  it('fail one by one', async () => {
    const { clock, cache } = createCache();
    const loadMany = async () =>
      new Map<string, string | Error>([
        ['1', 'one'],
        ['2', new Outage('down')],
      ]);
    const found = await clock.run(async () => cache.fetchMany(['1', '2', '3'], keyOf, loadMany));
    expect(found.get('1')).toBe('one');
    expect(found.get('2')).toBeInstanceOf(Outage);
    expect(found.get('3')).toBeInstanceOf(Error);
    expect([cache.peek(keyOf('1')), cache.peek(keyOf('2'))]).toEqual(['one', undefined]);
  });

  it('all fail when the load fails as a whole', async () => {
    const { clock, cache } = createCache();
    const loadMany = async () => Promise.reject(new Outage('down'));
    const found = await clock.run(async () => cache.fetchMany(['1', '2'], keyOf, loadMany));
    expect([...found.values()].every((value) => value instanceof Outage)).toBe(true);
  });
});
