import { describe, expect, it } from 'vitest';
import { newContext, runInContext } from '../../src/request/context.ts';
import { setUpTogether, values } from '../support/coalescing.ts';
import { CONTACTS } from '../support/hubspot.ts';

type SetUp = ReturnType<typeof setUpTogether>;

describe('waiting for company', () => {
  const read = (hubspot: SetUp['hubspot'], id: string) => async () =>
    hubspot.getObject(CONTACTS, id, { properties: ['email'] });
  const readSpaced = async (
    hubspot: SetUp['hubspot'],
    ids: readonly string[],
    { clock, gapMs }: Pick<SetUp, 'clock'> & { gapMs: number },
  ) =>
    clock.run(async () =>
      Promise.all(
        ids.map(async (id, index) => {
          await clock.sleep(index * gapMs);
          return read(hubspot, id)();
        }),
      ),
    );

  it('is not asked of a single call', async () => {
    const { clock, hubspot, account } = setUpTogether('v3');
    const started = clock.now();
    await clock.run(read(hubspot, account.student().id));
    expect(clock.now() - started).toBe(100);
  });

  it('lasts until the call of the same kind before it is answered', async () => {
    const { clock, hubspot, account, emulator } = setUpTogether('v3');
    const ids = Array.from({ length: 10 }, () => account.student().id);
    await readSpaced(hubspot, ids, { clock, gapMs: 10 });
    expect(emulator.log.calls.map(({ inputs }) => inputs)).toEqual([1, 9]);
  });

  it('ends when a batch is full, whatever is under way', async () => {
    const { clock, hubspot, account, emulator } = setUpTogether('v3', { HUBSPOT_BATCH_LIMIT: '5' });
    const ids = Array.from({ length: 6 }, () => account.student().id);
    await readSpaced(hubspot, ids, { clock, gapMs: 10 });
    const [first, second] = emulator.log.calls;
    expect([second?.inputs, (second?.startedAt ?? 0) - (first?.startedAt ?? 0)]).toEqual([5, 50]);
  });

  it('ends after a second when the call before it hangs', async () => {
    const { clock, hubspot, account, emulator } = setUpTogether('v3');
    const [first, second] = [account.student().id, account.student().id];
    emulator.faults.add({ fault: { kind: 'hang' } });
    const answered = await clock.run(async () => {
      const hanging = read(hubspot, first)().catch(() => {});
      await clock.sleep(40);
      const started = clock.now();
      await read(hubspot, second)();
      const waitedMs = clock.now() - started;
      await hanging;
      return waitedMs;
    });
    expect(answered).toBe(1250);
  });

  it('grows as HubSpot’s window fills, and lets calls leave together that did not start together', async () => {
    const env = { HUBSPOT_CALLS_PER_10_SECONDS: '40', COALESCING_MAX_LINGER_MS: '500' };
    const { clock, hubspot, account, emulator } = setUpTogether('v3', env);
    const ids = Array.from({ length: 60 }, () => account.student().id);
    for (const id of ids.slice(0, 24)) await clock.run(read(hubspot, id));
    emulator.log.clear();
    await readSpaced(hubspot, ids.slice(24, 34), { clock, gapMs: 50 });
    expect(emulator.log.calls.map(({ inputs }) => inputs)).toEqual([10]);
  });

  it('ends once about six more have come, at the pace of the last second, however full the window is', async () => {
    const env = { HUBSPOT_CALLS_PER_10_SECONDS: '60', COALESCING_MAX_LINGER_MS: '500' };
    const { clock, hubspot, account, emulator } = setUpTogether('v3', env);
    const ids = Array.from({ length: 124 }, () => account.student().id);
    for (const id of ids.slice(0, 24)) await clock.run(read(hubspot, id));
    emulator.log.clear();
    await readSpaced(hubspot, ids.slice(24), { clock, gapMs: 20 });
    // While the pace is not known half a second is waited, for 25 of them; then as long as a crowd waits.
    const [first = 0, ...later] = emulator.log.calls.map(({ inputs }) => inputs);
    expect(first).toBeGreaterThan(20);
    expect(Math.max(...later.slice(1))).toBeLessThan(16);
  });

  it('is not asked where nobody came lately, however full the window is', async () => {
    const env = { HUBSPOT_CALLS_PER_10_SECONDS: '40', COALESCING_MAX_LINGER_MS: '500' };
    const { clock, hubspot, account } = setUpTogether('v3', env);
    const ids = Array.from({ length: 30 }, () => account.student().id);
    for (const id of ids.slice(0, 29)) await clock.run(read(hubspot, id));
    await clock.run(async () => clock.sleep(600));
    const started = clock.now();
    await clock.run(read(hubspot, ids[29] ?? ''));
    expect(clock.now() - started).toBe(100);
  });

  it('is asked of a crowd, so that it takes fewer calls, also while the window is empty', async () => {
    const { clock, hubspot, account, emulator } = setUpTogether('v3');
    const ids = Array.from({ length: 30 }, () => account.student().id);
    await readSpaced(hubspot, ids, { clock, gapMs: 20 });
    // One every hundred milliseconds would be seven.
    expect(emulator.log.calls.map(({ inputs }) => inputs)).toEqual([1, 8, 8, 8, 5]);
  });

  it('is not asked of somebody who makes one call after the other', async () => {
    const { clock, hubspot, account } = setUpTogether('v3');
    const ids = Array.from({ length: 5 }, () => account.student().id);
    const started = clock.now();
    for (const id of ids) await clock.run(read(hubspot, id));
    expect(clock.now() - started).toBe(500);
  });

  it('holds no student up for a batch that the background waits for', async () => {
    const env = { HUBSPOT_CALLS_PER_10_SECONDS: '30', COALESCING_MAX_LINGER_MS: '0' };
    const { clock, hubspot, account } = setUpTogether('v3', env);
    const ids = Array.from({ length: 22 }, () => account.student().id);
    const waitedMs = await clock.run(async () => {
      for (const id of ids.slice(0, 20)) await read(hubspot, id)();
      const context = newContext(clock.monotonicMs(), 50_000, { priority: 'background' });
      const background = runInContext(context, read(hubspot, ids[20] ?? ''));
      await clock.sleep(50);
      const started = clock.now();
      await runInContext(newContext(clock.monotonicMs(), 9000), read(hubspot, ids[21] ?? ''));
      const waited = clock.now() - started;
      await background;
      return waited;
    });
    expect(waitedMs).toBe(100);
  });

  it('ends with the deadline: what has not left by then is never sent', async () => {
    const { clock, hubspot, account, emulator } = setUpTogether('v3');
    const [first, second] = [account.student().id, account.student().id];
    emulator.settings.latency.writeMs = 700;
    const write = async (id: string, deadlineMs: number) =>
      runInContext(newContext(clock.monotonicMs(), deadlineMs), async () =>
        hubspot.updateObject(CONTACTS, { id, properties: { sj_credits: '9' } }),
      );
    const [, late] = await clock.run(async () =>
      Promise.allSettled([write(first, 9000), clock.sleep(10).then(async () => write(second, 300))]),
    );
    expect(late).toMatchObject({ status: 'rejected', reason: { name: 'HubSpotTimeoutError', outcome: 'refused' } });
    expect(account.values('contacts', second)['sj_credits']).toBe('1');
    expect(emulator.log.calls).toHaveLength(1);
  });

  it('has the deadline of the last of those who wait, each of whom waits for no longer than their own', async () => {
    const { clock, hubspot, account, emulator } = setUpTogether('v3');
    emulator.settings.latency.readMs = 500;
    const ids = [account.student().id, account.student().id];
    const outcomes = await clock.run(async () =>
      Promise.allSettled(
        [300, 9000].map(async (deadlineMs, index) =>
          runInContext(newContext(clock.monotonicMs(), deadlineMs), read(hubspot, ids[index] ?? '')),
        ),
      ),
    );
    expect(outcomes).toMatchObject([
      { status: 'rejected', reason: { name: 'HubSpotTimeoutError' } },
      { status: 'fulfilled', value: { id: ids[1] } },
    ]);
  });

  it('can be turned off', async () => {
    const { hubspot, account, together, operations } = setUpTogether('v3', { COALESCING_ENABLED: 'false' });
    const ids = [1, 2, 3].map(() => account.student().id);
    expect(values(await together(ids.map((id) => read(hubspot, id))))).toHaveLength(3);
    expect(operations()).toEqual(['objects.get', 'objects.get', 'objects.get']);
  });

  it('puts a shared call on the bill of everybody who waited for it', async () => {
    const { clock, hubspot, account, together } = setUpTogether('v3');
    const contexts = [1, 2].map(() => newContext(clock.monotonicMs(), 9000));
    await together(contexts.map((context) => async () => runInContext(context, read(hubspot, account.student().id))));
    expect(contexts.map(({ usage }) => [usage.calls, usage.waitedMs(clock.monotonicMs()).get('hubspot')])).toEqual([
      [1, 100],
      [1, 100],
    ]);
  });
});
