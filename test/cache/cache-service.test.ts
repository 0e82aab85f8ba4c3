import { describe, expect, it } from 'vitest';
import { createCache, LOAD_MS, Outage, testKey, TTL_MS } from '../support/cache.ts';

const contact = testKey('contact', '1');

describe('a stampede', () => {
  it('of 1,000 is one load', async () => {
    const { clock, cache, source, load } = createCache();
    const values = await clock.run(async () =>
      Promise.all(Array.from({ length: 1000 }, async () => cache.fetch(contact, load))),
    );
    expect(new Set(values)).toEqual(new Set(['one']));
    expect(source.loads).toBe(1);
  });

  it('of 1,000 against an outage is one load, too, and everybody learns of it', async () => {
    const { clock, cache, source, load, fetch } = createCache();
    source.failing = new Outage('down');
    const outcomes = await clock.run(async () =>
      Promise.allSettled(Array.from({ length: 1000 }, async () => cache.fetch(contact, load))),
    );
    expect(new Set(outcomes.map((outcome) => outcome.status === 'rejected' && outcome.reason))).toEqual(
      new Set([source.failing]),
    );
    expect(source.loads).toBe(1);
    source.failing = undefined;
    expect(await fetch(contact)).toBe('one');
    expect(source.loads).toBe(2);
  });
});

describe('a lifetime', () => {
  it('ends to the millisecond, counted from when the load began', async () => {
    const { clock, source, fetch } = createCache();
    await fetch(contact);
    await clock.advance(TTL_MS.contact - LOAD_MS - 1);
    await fetch(contact);
    expect(source.loads).toBe(1);
    await clock.advance(1);
    await fetch(contact);
    expect(source.loads).toBe(2);
  });

  it('of an absence is five seconds at most', async () => {
    const { clock, source, fetch } = createCache();
    source.value = null;
    expect(await fetch(contact)).toBeNull();
    await clock.advance(4999 - LOAD_MS);
    await fetch(contact);
    expect(source.loads).toBe(1);
    await clock.advance(1);
    await fetch(contact);
    expect(source.loads).toBe(2);
  });

  it('can be cut short by whoever needs it younger', async () => {
    const { clock, source, fetch } = createCache();
    await fetch(contact);
    await clock.advance(4900);
    await fetch(contact, { maxAgeMs: 5000 });
    expect(source.loads).toBe(1);
    await clock.advance(1);
    await fetch(contact, { maxAgeMs: 5000 });
    expect(source.loads).toBe(2);
  });
});

describe('a value that is set', () => {
  it('is served, and replaces a load under way', async () => {
    const { clock, cache, source, load, fetch } = createCache();
    await clock.run(async () => {
      const loading = cache.fetch(contact, load);
      await clock.sleep(50);
      cache.set(contact, 'ours');
      return loading;
    });
    expect(await fetch(contact)).toBe('ours');
    expect(source.loads).toBe(1);
  });

  it('can be changed without becoming any fresher', async () => {
    const { clock, cache, fetch } = createCache();
    await fetch(contact);
    await clock.advance(TTL_MS.contact - LOAD_MS - 1);
    cache.patch(contact, (value) => `${value} and a half`);
    expect(cache.peek(contact)).toBe('one and a half');
    await clock.advance(1);
    expect(cache.peek(contact)).toBeUndefined();
  });

  it('is not changed when it is not there, and a load under way is not kept', async () => {
    const { clock, cache, source, load } = createCache();
    await clock.run(async () => {
      const loading = cache.fetch(contact, load);
      await clock.sleep(50);
      cache.patch(contact, () => 'never');
      return loading;
    });
    expect(cache.peek(contact)).toBeUndefined();
    expect(source.loads).toBe(1);
  });

  it('is frozen, all the way down', () => {
    const { cache } = createCache();
    const key = { kind: 'exam', key: 'exam:1', tags: [] } as const;
    cache.set(key, { seats: [{ id: '1' }] });
    const value = cache.get<{ seats: { id: string }[] }>(key);
    expect(() => value?.seats.push({ id: '2' })).toThrow(TypeError);
    expect(() => Object.assign(value?.seats[0] ?? {}, { id: '2' })).toThrow(TypeError);
  });
});

describe('CACHE_ENABLED=false', () => {
  it('loads every time and keeps nothing', async () => {
    const { cache, source, fetch } = createCache({ enabled: false });
    await fetch(contact);
    cache.set(contact, 'ours');
    expect(await fetch(contact)).toBe('one');
    expect([cache.peek(contact), source.loads]).toEqual([undefined, 2]);
  });
});
