import { describe, expect, it } from 'vitest';
import { CountWriter } from '../../src/consistency/count-writer.ts';
import { createLog } from '../../src/observability/log.ts';
import { NOW, VirtualClock } from '../support/virtual-clock.ts';

/** A writer over a HubSpot that takes 100 ms a call and can be told to fail. */
function start(total = 5) {
  const clock = new VirtualClock(NOW);
  const written: number[] = [];
  const record = { total, updatedAtMs: 0 };
  const state = { failing: false, losing: false };
  const work: Promise<unknown>[] = [];
  const counts = new CountWriter({
    clock,
    log: createLog(clock, 'silent', () => {}),
    isOutage: () => false,
    background: (_label, run) => void work.push(run()),
    lingerMs: 2000,
    read: async (examId) => {
      await clock.sleep(100);
      return { examId, ...record };
    },
    write: async (_examId, value) => {
      await clock.sleep(100);
      if (state.failing) throw new Error('HubSpot is down');
      Object.assign(record, { total: value, updatedAtMs: clock.now() });
      written.push(value);
      if (state.losing) throw new Error('the answer was lost');
      return clock.now();
    },
  });
  let changes = 0;
  const adjust = (delta: 1 | -1, name = `change ${(changes += 1)}`) => counts.adjust('e1', name, delta);
  const settle = async () =>
    clock.run(async () => {
      while (work.length > 0) await work.shift();
    });
  const put = async (derived: number, held: string[] = []) =>
    clock.run(async () => counts.put({ examId: 'e1', total: derived, changes: held }));
  const current = () => counts.current({ examId: 'e1', ...record });
  return { clock, counts, record, written, state, adjust, settle, put, current };
}

describe('CountWriter', () => {
  it('adds what came within two seconds to what HubSpot holds then, in one write', async () => {
    const { clock, record, adjust, settle, written } = start(5);
    const startedAt = clock.now();
    for (const delta of [1, 1, 1, -1] as const) adjust(delta);
    record.total = 8;
    await settle();
    expect([written, clock.now() - startedAt]).toEqual([[10], 2200]);
  });

  it('counts a change once by its name', async () => {
    const { adjust, settle, written } = start(5);
    adjust(1, 'made b1');
    adjust(1, 'made b1');
    await settle();
    adjust(1, 'made b1');
    await settle();
    expect(written).toEqual([6]);
  });

  it('shows changes at once, also while the record is older than our write, and then the record', async () => {
    const { clock, counts, record, adjust, settle, current } = start(5);
    adjust(1);
    expect(current()).toBe(6);
    await settle();
    expect(current()).toBe(6);
    expect(counts.current({ examId: 'e1', total: 5, updatedAtMs: clock.now() - 1 })).toBe(6);
    expect(counts.lastWritten('e1')).toEqual({ total: 6, landedAtMs: clock.now() });
    Object.assign(record, { total: 9, updatedAtMs: clock.now() + 1 });
    expect(current()).toBe(9);
  });

  it('makes up for a write that failed with the next one: HubSpot 8, truth 9, one more is 10', async () => {
    const { adjust, settle, written, state, current } = start(8);
    state.failing = true;
    adjust(1);
    await settle();
    expect([written, current()]).toEqual([[], 9]);
    state.failing = false;
    adjust(1);
    await settle();
    expect([written, current()]).toEqual([[10], 10]);
  });

  it('does not count again what was written although its answer was lost', async () => {
    const { adjust, settle, written, state, current } = start(8);
    state.losing = true;
    adjust(1);
    await settle();
    expect(current()).toBe(9);
    state.losing = false;
    adjust(1);
    await settle();
    expect([written, current()]).toEqual([[9, 10], 10]);
  });

  it('waits for nothing more once it is hurried', async () => {
    const { clock, counts, adjust, settle, written } = start(5);
    const startedAt = clock.now();
    adjust(1);
    counts.hurry();
    await settle();
    expect([written, clock.now() - startedAt]).toEqual([[6], 200]);
  });

  it('remembers for a minute that a write failed', async () => {
    const { clock, counts, put, state } = start();
    expect(await put(5)).toBeNull();
    expect(counts.hasJustFailed('e1')).toBe(false);
    state.failing = true;
    expect(await put(6)).toBeInstanceOf(Error);
    expect(counts.hasJustFailed('e1')).toBe(true);
    await clock.advance(60_001);
    expect(counts.hasJustFailed('e1')).toBe(false);
  });

  it('never counts below zero', async () => {
    const { adjust, settle, written, current } = start(0);
    adjust(-1);
    expect(current()).toBe(0);
    await settle();
    expect(written).toEqual([0]);
  });
});

describe('a count derived from the bookings', () => {
  it('is not raised again by a change that it holds', async () => {
    const { adjust, settle, put, written } = start(2);
    adjust(1, 'made b1');
    await put(3, ['made b1']);
    await settle();
    expect(written).toEqual([3]);
  });

  it('takes in what was counted here after it was derived', async () => {
    const { clock, adjust, settle, put, written } = start(2);
    adjust(1, 'made b1');
    await settle();
    await put(2);
    expect(written).toEqual([3, 3]);
    await clock.advance(60_001);
    await put(5);
    expect(written).toEqual([3, 3, 5]);
  });

  it('makes up for everything that could not be written before', async () => {
    const { clock, adjust, settle, put, written, state } = start(2);
    state.failing = true;
    adjust(1, 'made b1');
    await settle();
    state.failing = false;
    await clock.advance(60_001);
    await put(3);
    adjust(1, 'made b2');
    await settle();
    expect(written).toEqual([3, 4]);
  });
});
