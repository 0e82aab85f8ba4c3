import { describe, expect, it } from 'vitest';
import { DropLog } from '../../src/cache/drop-log.ts';
import { NOW, VirtualClock } from '../support/virtual-clock.ts';

describe('the log of drops', () => {
  it('knows what was dropped after a mark, tags and keys apart', () => {
    const log = new DropLog(new VirtualClock(NOW));
    log.note('early');
    const mark = log.next();
    log.note('tag');
    log.noteKey('key');
    expect(log.droppedSince(mark, 'other', ['early', 'key'])).toBe(false);
    expect(log.droppedSince(mark, 'tag', ['early'])).toBe(false);
    expect(log.droppedSince(mark, 'other', ['early', 'tag'])).toBe(true);
    expect(log.droppedSince(mark, 'key', [])).toBe(true);
  });

  it('forgets after a minute, and takes whoever began before that for overtaken', async () => {
    const clock = new VirtualClock(NOW);
    const log = new DropLog(clock);
    const before = log.next();
    log.note('one');
    const after = log.next();
    await clock.advance(60_000);
    log.note('two');
    expect([log.size, log.droppedSince(before, 'key', [])]).toEqual([2, false]);
    await clock.advance(1);
    log.note('three');
    expect([log.size, log.droppedSince(before, 'key', [])]).toEqual([2, true]);
    expect(log.droppedSince(after, 'key', [])).toBe(false);
  });
});
