import { describe, expect, it } from 'vitest';
import { CountWriter } from '../../src/consistency/count-writer.ts';
import { createLog } from '../../src/observability/log.ts';
import { NOW, VirtualClock } from '../support/virtual-clock.ts';

/** A writer over a HubSpot that takes 100 ms a write and can be told to fail. */
function start() {
  const clock = new VirtualClock(NOW);
  const written: number[] = [];
  const state = { failing: false };
  const counts = new CountWriter(
    clock,
    createLog(clock, 'silent', () => {}),
    async (_examId, total) => {
      await clock.sleep(100);
      if (state.failing) throw new Error('HubSpot is down');
      written.push(total);
      return clock.now();
    },
  );
  const stored = (total: number, updatedAtMs = 0) => ({ examId: 'e1', total, updatedAtMs });
  let changes = 0;
  const adjust = async (count: ReturnType<typeof stored>, delta: 1 | -1, lingerMs?: number) =>
    counts.adjust({ stored: count, delta, change: `change ${(changes += 1)}` }, lingerMs);
  const put = async (total: number, held: string[] = []) => counts.put({ examId: 'e1', total, changes: held });
  return { clock, counts, written, state, stored, adjust, put };
}

describe('CountWriter', () => {
  it('has one write under way per exam, and writes the last value', async () => {
    const { clock, adjust, written, stored } = start();
    const landed = await clock.run(async () =>
      Promise.all(([1, 1, 1, -1] as const).map(async (delta) => adjust(stored(5), delta))),
    );
    expect(landed).toEqual([true, true, true, true]);
    expect(written).toEqual([6, 7]);
  });

  it('shows its own count while it is on its way and while the record is older, then the record’s', async () => {
    const { clock, counts, adjust, stored } = start();
    const adjusting = adjust(stored(5), 1);
    expect(counts.current(stored(5))).toBe(6);
    await clock.run(async () => adjusting);
    expect(counts.current(stored(5, clock.now() - 1))).toBe(6);
    expect(counts.current(stored(9, clock.now()))).toBe(9);
    expect(counts.lastWritten('e1')).toEqual({ total: 6, landedAtMs: clock.now() });
  });

  it('counts on from what somebody else wrote later', async () => {
    const { clock, adjust, written, stored } = start();
    await clock.run(async () => adjust(stored(5), 1));
    await clock.run(async () => adjust(stored(20, clock.now() + 1), 1));
    expect(written).toEqual([6, 21]);
  });

  it('makes up for a write that failed with the next one', async () => {
    const { clock, adjust, written, state, stored } = start();
    state.failing = true;
    expect(await clock.run(async () => adjust(stored(5), 1))).toBe(false);
    state.failing = false;
    expect(await clock.run(async () => adjust(stored(5), 1))).toBe(true);
    expect(written).toEqual([7]);
  });

  it('waits with a change that has time, and takes further ones along', async () => {
    const { clock, adjust, written, stored } = start();
    const started = clock.now();
    await clock.run(async () =>
      Promise.all([adjust(stored(5), 1, 2000), clock.sleep(900).then(async () => adjust(stored(5), 1, 2000))]),
    );
    expect([written, clock.now() - started]).toEqual([[7], 2100]);
    await clock.run(async () =>
      Promise.all([adjust(stored(7), 1, 2000), clock.sleep(300).then(async () => adjust(stored(7), -1))]),
    );
    expect([written, clock.now() - started]).toEqual([[7, 7], 2500]);
  });

  it('remembers for a minute that a write failed', async () => {
    const { clock, counts, put, state } = start();
    expect(await clock.run(async () => put(5))).toBeNull();
    expect(counts.hasJustFailed('e1')).toBe(false);
    state.failing = true;
    expect(await clock.run(async () => put(6))).toBeInstanceOf(Error);
    expect(counts.hasJustFailed('e1')).toBe(true);
    await clock.advance(60_001);
    expect(counts.hasJustFailed('e1')).toBe(false);
  });

  it('never counts below zero', async () => {
    const { clock, adjust, written, stored } = start();
    await clock.run(async () => adjust(stored(0), -1));
    expect(written).toEqual([0]);
  });
});

describe('a count derived from the bookings', () => {
  it('does not count again what it holds already', async () => {
    const { clock, counts, put, written, stored } = start();
    await clock.run(async () => put(3, ['made b1']));
    await clock.run(async () => counts.adjust({ stored: stored(2), delta: 1, change: 'made b1' }));
    await clock.run(async () => counts.adjust({ stored: stored(2), delta: 1, change: 'made b2' }));
    expect(written).toEqual([3, 4]);
  });

  it('takes in what was counted here after it was derived', async () => {
    const { clock, counts, put, written, stored } = start();
    await clock.run(async () => counts.adjust({ stored: stored(2), delta: 1, change: 'made b1' }));
    await clock.run(async () => put(2, []));
    expect(written).toEqual([3, 3]);
    await clock.advance(60_001);
    await clock.run(async () => put(5, []));
    expect(written).toEqual([3, 3, 5]);
  });

  it('has the last word over a write that is under way or waiting', async () => {
    const { clock, adjust, put, written, stored } = start();
    await clock.run(async () => Promise.all([put(1), put(2, ['change 1'])]));
    expect(written.at(-1)).toBe(2);
    await clock.run(async () =>
      Promise.all([adjust(stored(9), 1, 2000), clock.sleep(100).then(async () => put(4, ['change 1']))]),
    );
    expect(written.at(-1)).toBe(4);
  });
});
