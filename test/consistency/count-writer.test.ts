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
  return { clock, counts, written, state, stored };
}

describe('CountWriter', () => {
  it('has one write under way per exam, and writes the last value', async () => {
    const { clock, counts, written, stored } = start();
    const landed = await clock.run(async () =>
      Promise.all([1, 1, 1, -1].map(async (delta) => counts.adjust(stored(5), delta))),
    );
    expect(landed).toEqual([true, true, true, true]);
    expect(written).toEqual([6, 7]);
  });

  it('shows its own count while the record is older, then the record’s', async () => {
    const { clock, counts, stored } = start();
    await clock.run(async () => counts.adjust(stored(5), 1));
    expect(counts.current(stored(5, clock.now() - 1))).toBe(6);
    expect(counts.current(stored(9, clock.now()))).toBe(9);
  });

  it('counts on from what somebody else wrote later', async () => {
    const { clock, counts, written, stored } = start();
    await clock.run(async () => counts.adjust(stored(5), 1));
    await clock.run(async () => counts.adjust(stored(20, clock.now() + 1), 1));
    expect(written).toEqual([6, 21]);
  });

  it('makes up for a write that failed with the next one', async () => {
    const { clock, counts, written, state, stored } = start();
    state.failing = true;
    expect(await clock.run(async () => counts.adjust(stored(5), 1))).toBe(false);
    expect(counts.current(stored(5))).toBe(6);
    state.failing = false;
    expect(await clock.run(async () => counts.adjust(stored(5), 1))).toBe(true);
    expect(written).toEqual([7]);
  });

  it('lets a correction in only when nothing of its own is newer or under way', async () => {
    const { clock, counts, stored } = start();
    expect(counts.isSettled(stored(5))).toBe(true);
    const adjusting = counts.adjust(stored(5), 1);
    expect(counts.isSettled(stored(5))).toBe(false);
    await clock.run(async () => adjusting);
    expect(counts.isSettled(stored(5, clock.now() - 1))).toBe(false);
    expect(counts.isSettled(stored(6, clock.now()))).toBe(true);
    counts.corrected(stored(4, clock.now() + 5));
    expect(counts.current(stored(6, clock.now()))).toBe(4);
  });

  it('never counts below zero', async () => {
    const { clock, counts, written, stored } = start();
    await clock.run(async () => counts.adjust(stored(0), -1));
    expect(written).toEqual([0]);
  });
});
