import { describe, expect, it } from 'vitest';
import type { RunInBackground } from '../../src/request/background.ts';
import { newContext, runInContext } from '../../src/request/context.ts';
import { createCache, Outage, testKey, TTL_MS } from '../support/cache.ts';

const contact = testKey('contact', '1');
const seats = testKey('seats', '1');

describe('a value past its time', () => {
  it('that students look at is served for 30 s while one refresh runs', async () => {
    const { clock, cache, source, load, fetch, settle } = createCache();
    await fetch(seats);
    await clock.advance(TTL_MS.seats);
    source.value = 'two';
    const values = await clock.run(async () => Promise.all([1, 2, 3].map(async () => cache.fetch(seats, load))));
    expect(values).toEqual(['one', 'one', 'one']);
    await settle();
    expect(await fetch(seats)).toBe('two');
    expect(source.loads).toBe(2);
  });

  it('starts one piece of work in the background, however many ask', async () => {
    const started: Promise<unknown>[] = [];
    const background: RunInBackground = (_label, work) => void started.push(work());
    const { clock, cache, load, fetch } = createCache({ background });
    await fetch(seats);
    await clock.advance(TTL_MS.seats);
    await clock.run(async () => {
      await Promise.all([1, 2, 3].map(async () => cache.fetch(seats, load)));
      await Promise.all(started);
    });
    expect(started).toHaveLength(1);
  });

  it('is waited for after these 30 s', async () => {
    const { clock, source, fetch } = createCache();
    await fetch(seats);
    await clock.advance(TTL_MS.seats + 30_000);
    source.value = 'two';
    expect(await fetch(seats)).toBe('two');
  });

  it('is served for five minutes while HubSpot is down, and not a moment longer', async () => {
    const { clock, source, fetch, settle } = createCache();
    await fetch(seats);
    source.failing = new Outage('down');
    await clock.advance(TTL_MS.seats + 10_000);
    expect(await fetch(seats)).toBe('one');
    await settle();
    await clock.advance(4 * 60_000);
    expect(await fetch(seats)).toBe('one');
    await clock.advance(60_000);
    await expect(fetch(seats)).rejects.toBe(source.failing);
  });

  it('is not served over a bug', async () => {
    const { clock, source, fetch } = createCache();
    await fetch(seats);
    await clock.advance(TTL_MS.seats + 60_000);
    source.failing = new TypeError('a bug');
    await expect(fetch(seats)).rejects.toBe(source.failing);
  });

  it('is not served to whoever asked for something young', async () => {
    const { clock, source, fetch } = createCache();
    await fetch(seats);
    source.failing = new Outage('down');
    await clock.advance(TTL_MS.seats);
    await expect(fetch(seats, { maxAgeMs: 5000 })).rejects.toBe(source.failing);
  });

  it('of credits, lists and logins is never served', async () => {
    const { clock, source, fetch } = createCache();
    await fetch(contact);
    await clock.advance(TTL_MS.contact);
    source.failing = new Outage('down');
    await expect(fetch(contact)).rejects.toBe(source.failing);
  });
});

describe('a bypass', () => {
  const asking = async <T>(startedAtMs: number, work: () => Promise<T>) =>
    runInContext({ ...newContext(startedAtMs, 9000), bypassCache: true }, work);

  it('loads anew, once a request, and leaves the result for others', async () => {
    const { clock, cache, source, load, fetch } = createCache();
    await fetch(contact);
    await clock.advance(1000);
    source.value = 'two';
    await asking(clock.monotonicMs(), async () => {
      expect(await clock.run(async () => cache.fetch(contact, load))).toBe('two');
      expect(await clock.run(async () => cache.fetch(contact, load))).toBe('two');
    });
    expect(await fetch(contact)).toBe('two');
    expect(source.loads).toBe(2);
  });

  it('of 1,000 at once is one load', async () => {
    const { clock, cache, source, load, fetch } = createCache();
    await fetch(contact);
    await clock.advance(1000);
    await clock.run(async () =>
      Promise.all(
        Array.from({ length: 1000 }, async () => asking(clock.monotonicMs(), async () => cache.fetch(contact, load))),
      ),
    );
    expect(source.loads).toBe(2);
  });

  it('joins no load that began before it', async () => {
    const { clock, cache, source, load } = createCache();
    const [first, forced] = await clock.run(async () => {
      const loading = cache.fetch(contact, load);
      await clock.sleep(50);
      source.value = 'two';
      const asked = asking(clock.monotonicMs(), async () => cache.fetch(contact, load));
      return Promise.all([loading, asked]);
    });
    expect([first, forced, cache.peek(contact)]).toEqual(['one', 'two', 'two']);
  });

  it('shares the next load with all others who come while one is under way', async () => {
    const { clock, cache, source, load } = createCache();
    const values = await clock.run(async () =>
      Promise.all(
        Array.from({ length: 60 }, async (_, index) => {
          await clock.sleep(index);
          return asking(clock.monotonicMs(), async () => cache.fetch(contact, load));
        }),
      ),
    );
    expect([new Set(values), source.loads]).toEqual([new Set(['one']), 2]);
  });

  it('does not wait long for a load that hangs', async () => {
    const { clock, cache } = createCache();
    const outcome = await clock.run(async () => {
      void cache.fetch(contact, async () => clock.sleep(60_000).then(() => 'late'));
      await clock.sleep(50);
      const forced = asking(clock.monotonicMs(), async () => cache.fetch(contact, async () => 'two'));
      return [await forced, clock.monotonicMs()];
    });
    expect(outcome).toEqual(['two', 1000]);
  });

  it('finds a hit only in what was loaded since', async () => {
    const { clock, cache, fetch } = createCache();
    await fetch(contact);
    expect(cache.get(contact)).toBe('one');
    expect(await asking(clock.monotonicMs(), async () => cache.get(contact))).toBeUndefined();
    cache.set(contact, 'two');
    expect(await asking(clock.monotonicMs(), async () => cache.get(contact))).toBe('two');
    expect(cache.stats().contact.hits).toBe(2);
  });

  it('is not answered with anything stale', async () => {
    const { clock, cache, source, load, fetch } = createCache();
    await fetch(seats);
    await clock.advance(TTL_MS.seats);
    source.failing = new Outage('down');
    const forced = asking(clock.monotonicMs(), async () => clock.run(async () => cache.fetch(seats, load)));
    await expect(forced).rejects.toBe(source.failing);
  });
});
