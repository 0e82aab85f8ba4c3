import { describe, expect, it } from 'vitest';
import { currentContext, newContext, type Priority, runInContext } from '../../src/request/context.ts';
import { createCache, LOAD_DEADLINE_MS, Outage, testKey, TTL_MS } from '../support/cache.ts';

const contact = testKey('contact', '1');
const seats = testKey('seats', '1');

type Made = ReturnType<typeof createCache>;

/** A load that lasts as long as HubSpot lets it, and its context lets it. */
function hanging({ clock }: Made, hangsMs = Infinity) {
  const seen = { loads: 0, priority: undefined as (() => Priority | undefined) | undefined };
  const load = async () => {
    const context = currentContext();
    seen.loads += 1;
    seen.priority = () => context?.priority;
    const leftMs = (context?.deadlineAt ?? 0) - clock.monotonicMs();
    await clock.sleep(Math.min(hangsMs, leftMs));
    if (hangsMs > leftMs) throw new Outage('no answer before the deadline');
    return 'at last';
  };
  return { seen, load };
}

/** What came of a request of its own, and how long it took. */
async function asked({ clock }: Made, patienceMs: number, work: () => Promise<unknown>, priority?: Priority) {
  const startedAt = clock.monotonicMs();
  const context = newContext(startedAt, patienceMs, priority ? { priority } : {});
  const outcome = await runInContext(context, async () => work().catch((error: Error) => error.message));
  return [outcome, clock.monotonicMs() - startedAt];
}

describe('whoever waits for a load', () => {
  it('waits until its own deadline, and the load goes on for others', async () => {
    const made = createCache();
    const { clock, cache } = made;
    const { load, seen } = hanging(made, 5000);
    const short = await clock.run(async () => asked(made, 3000, async () => cache.fetch(contact, load)));
    expect(short).toEqual(['contact is late', 3000]);
    const next = await clock.run(async () => asked(made, 9000, async () => cache.fetch(contact, load)));
    expect([next, seen.loads]).toEqual([['at last', 2000], 1]);
  });

  it('is not bound by the patience of a refresh in the background', async () => {
    const made = createCache();
    const { clock, cache, fetch } = made;
    await fetch(seats);
    await clock.advance(TTL_MS.seats);
    const { load } = hanging(made);
    const answers = await clock.run(async () => {
      await cache.fetch(seats, load);
      return asked(made, 3000, async () => cache.fetch(seats, load, { maxAgeMs: 5000 }));
    });
    expect(answers).toEqual(['seats is late', 3000]);
  });

  it('does not inherit what little time is left to the one it joined', async () => {
    const made = createCache();
    const { clock, cache, source } = made;
    const { load } = hanging(made);
    const [first, second] = await clock.run(async () => {
      const joined = asked(made, LOAD_DEADLINE_MS, async () => cache.fetch(contact, load));
      await clock.sleep(8500);
      return Promise.all([joined, asked(made, 9000, async () => cache.fetch(contact, made.load))]);
    });
    expect(first?.[1]).toBe(LOAD_DEADLINE_MS);
    expect([second, source.loads]).toEqual([['one', 600], 1]);
  });

  it('shares the second load with all others for whom the first ended too soon', async () => {
    const made = createCache();
    const { clock, cache, source } = made;
    const { load } = hanging(made);
    await clock.run(async () => {
      const joined = asked(made, LOAD_DEADLINE_MS, async () => cache.fetch(contact, load));
      await clock.sleep(8500);
      const many = Array.from({ length: 100 }, async () =>
        asked(made, 9000, async () => cache.fetch(contact, made.load)),
      );
      await Promise.all([joined, ...many]);
    });
    expect(source.loads).toBe(1);
  });

  it('does not try again after a failure that came in good time', async () => {
    const made = createCache();
    const { clock, cache, source } = made;
    source.failing = new Outage('down');
    await clock.run(async () => {
      const one = async () => asked(made, 9000, async () => cache.fetch(contact, made.load));
      const first = one();
      await clock.sleep(10);
      expect(await Promise.all([first, one()])).toEqual([
        ['down', 100],
        ['down', 90],
      ]);
    });
    expect(source.loads).toBe(1);
  });

  it('does not wait for one that was frozen with its instance', async () => {
    const { clock, cache, source, load } = createCache();
    const [frozen, anew] = await clock.run(async () => {
      const loading = cache.fetch(contact, load);
      await clock.sleep(50);
      source.value = 'two';
      clock.jump(LOAD_DEADLINE_MS);
      return Promise.all([loading, cache.fetch(contact, load)]);
    });
    expect([frozen, anew, cache.peek(contact)]).toEqual(['one', 'two', 'two']);
  });

  it('as a student makes the load a student’s, and is not refused for what background work is refused for', async () => {
    const made = createCache();
    const { clock, cache, source } = made;
    const { load, seen } = hanging(made, 200);
    await clock.run(async () => {
      const refresh = asked(made, 50_000, async () => cache.fetch(contact, load), 'background');
      await clock.sleep(100);
      expect(seen.priority?.()).toBe('background');
      await Promise.all([refresh, asked(made, 9000, async () => cache.fetch(contact, load))]);
      expect(seen.priority?.()).toBe('student');
      source.failing = new Outage('no room for background work');
      const refused = asked(made, 50_000, async () => cache.fetch(seats, made.load), 'background');
      await clock.sleep(50);
      expect(await asked(made, 9000, async () => cache.fetch(seats, load))).toEqual(['at last', 250]);
      await refused;
    });
  });
});

describe('many at once', () => {
  const keyOf = (id: string) => testKey('seats', id);

  it('are waited for apart from those that are refreshed in the background', async () => {
    const made = createCache();
    const { clock, cache, settle } = made;
    cache.set(keyOf('stale'), 'old');
    await clock.advance(TTL_MS.seats);
    const batches: [Priority | undefined, readonly string[]][] = [];
    const loadMany = async (ids: readonly string[]) => {
      batches.push([currentContext()?.priority, ids]);
      await clock.sleep(100);
      return new Map(ids.map((id) => [id, 'new']));
    };
    const work = async () => cache.fetchMany(['stale', 'cold', 'cold too'], keyOf, loadMany);
    const context = newContext(clock.monotonicMs(), 3000);
    const found = await clock.run(async () => runInContext(context, work));
    await settle();
    expect(Object.fromEntries(found)).toEqual({ stale: 'old', cold: 'new', 'cold too': 'new' });
    expect(batches).toEqual([
      ['background', ['stale']],
      ['student', ['cold', 'cold too']],
    ]);
  });

  it('can be loaded again one by one when a load that was joined ended too soon', async () => {
    const made = createCache();
    const { clock, cache } = made;
    const { load } = hanging(made);
    const asking: (readonly string[])[] = [];
    const loadMany = async (ids: readonly string[]) => {
      asking.push(ids);
      return new Map(ids.map((id) => [id, 'new']));
    };
    const found = await clock.run(async () => {
      const joined = asked(made, LOAD_DEADLINE_MS, async () => cache.fetch(keyOf('1'), load));
      await clock.sleep(8500);
      const work = async () => cache.fetchMany(['1', '2'], keyOf, loadMany);
      const second = await runInContext(newContext(clock.monotonicMs(), 9000), work);
      await joined;
      return second;
    });
    expect([Object.fromEntries(found), asking]).toEqual([{ 1: 'new', 2: 'new' }, [['2'], ['1']]]);
  });
});

describe('a stale value, while HubSpot is down', () => {
  it('is served after a second, and then at once for five seconds', async () => {
    const made = createCache();
    const { clock, cache, fetch } = made;
    await fetch(seats);
    await clock.advance(TTL_MS.seats + 30_000);
    const { load, seen } = hanging(made);
    const ask = async () => clock.run(async () => asked(made, 9000, async () => cache.fetch(seats, load)));
    expect(await ask()).toEqual(['one', 1000]);
    expect(await ask()).toEqual(['one', 0]);
    await clock.advance(5000);
    expect(await ask()).toEqual(['one', 1000]);
    expect(seen.loads).toBe(1);
  });

  it('is refreshed once in five seconds, and no more', async () => {
    const { clock, source, fetch, settle } = createCache();
    await fetch(seats);
    source.failing = new Outage('down');
    await clock.advance(TTL_MS.seats);
    for (let poll = 0; poll < 10; poll += 1) {
      expect(await fetch(seats)).toBe('one');
      await settle();
      await clock.advance(500);
    }
    expect(source.loads).toBe(2);
  });

  it('does for whoever would rather have a young one, who waits for it as long as there is time', async () => {
    const made = createCache();
    const { clock, cache, fetch } = made;
    await fetch(seats);
    await clock.advance(4900);
    const { load, seen } = hanging(made, 2000);
    const ask = async (patienceMs: number) =>
      clock.run(async () =>
        asked(made, patienceMs, async () => cache.fetch(seats, load, { maxAgeMs: 5000, olderIfDown: true })),
      );
    expect(await ask(3000)).toEqual(['one', 0]);
    await clock.advance(1);
    expect(await ask(1500)).toEqual(['one', 1500]);
    expect(await ask(3000)).toEqual(['one', 0]);
    await clock.advance(500);
    expect(await ask(3000)).toEqual(['at last', 0]);
    expect(seen.loads).toBe(1);
  });
});
