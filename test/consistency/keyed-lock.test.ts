import { describe, expect, it } from 'vitest';
import { InProcessLock } from '../../src/consistency/keyed-lock.ts';
import { newContext, runInContext } from '../../src/request/context.ts';
import { NOW, VirtualClock } from '../support/virtual-clock.ts';

function start(maxWaitMs = 5000) {
  const clock = new VirtualClock(NOW);
  const lock = new InProcessLock(clock, maxWaitMs, true);
  const log: string[] = [];
  const hold = async (name: string, durationMs: number, key = 'k') => {
    const held = await lock.take(key);
    log.push(`${name} in`);
    await clock.sleep(durationMs);
    log.push(`${name} out`);
    held.release();
    return held.wasFree;
  };
  return { clock, lock, log, hold };
}

describe('InProcessLock', () => {
  it('lets one at a time in, in the order of arrival', async () => {
    const { clock, log, hold } = start();
    await clock.run(async () => Promise.all([hold('a', 30), hold('b', 10), hold('c', 20)]));
    expect(log).toEqual(['a in', 'a out', 'b in', 'b out', 'c in', 'c out']);
  });

  it('keeps nobody waiting for another key', async () => {
    const { clock, log, hold } = start();
    await clock.run(async () => Promise.all([hold('a', 30, 'x'), hold('b', 10, 'y')]));
    expect(log).toEqual(['a in', 'b in', 'b out', 'a out']);
  });

  it('tells whether nobody was ahead, and whether it is held still', async () => {
    const { clock, lock, hold } = start();
    const free = await clock.run(async () => Promise.all([hold('a', 30), hold('b', 10)]));
    expect([...free, await clock.run(async () => hold('c', 1))]).toEqual([true, false, true]);
    const held = await lock.take('k');
    expect(held.isHeld()).toBe(true);
    held.release();
    expect(held.isHeld()).toBe(false);
  });

  it('tells of those who came and went since what is known was read', async () => {
    const { clock, lock, hold } = start();
    await clock.run(async () => clock.sleep(100));
    const readAtMs = clock.monotonicMs();
    await clock.run(async () => {
      await clock.sleep(10);
      await hold('a', 10);
      await clock.sleep(10);
    });
    const wasFree = async (sinceMs: number) => {
      const held = await lock.take('k', { sinceMs });
      held.release();
      return held.wasFree;
    };
    const readAfterMs = clock.monotonicMs();
    expect(await wasFree(readAtMs)).toBe(false);
    await clock.run(async () => clock.sleep(1));
    expect(await wasFree(readAfterMs)).toBe(false);
    await clock.run(async () => clock.sleep(1));
    expect(await wasFree(clock.monotonicMs())).toBe(true);
  });

  it('lets nobody wait beyond their own deadline', async () => {
    const { clock, lock, hold } = start();
    const waited = await clock.run(async () => {
      const first = hold('a', 4000);
      const context = newContext(clock.monotonicMs(), 1000);
      await runInContext(context, async () => lock.take('k')).catch(() => {});
      const at = clock.monotonicMs();
      await first;
      return at;
    });
    expect(waited).toBe(1000);
  });

  it('turns away whoever waited too long, and lets the next one in all the same', async () => {
    const { clock, log, hold } = start(50);
    const work = clock.run(async () => {
      const first = hold('a', 80);
      const second = hold('b', 10).catch((error: unknown) => error);
      await clock.sleep(60);
      return Promise.all([first, second, hold('c', 10)]);
    });
    expect((await work)[1]).toMatchObject({ code: 'RATE_LIMITED' });
    expect(log).toEqual(['a in', 'a out', 'c in', 'c out']);
  });
});
