import { describe, expect, it } from 'vitest';
import { FailureLimit } from '../../src/http/failure-limit.ts';
import { WindowCounter } from '../../src/http/window-counter.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

const CROWD = Array.from({ length: 50_000 }, (_, index) => `2001:db8:${index.toString(16)}::/48`);

describe('under more callers than are kept', () => {
  it('a counter forgets the oldest window first', () => {
    const counter = new WindowCounter(new VirtualClock(0), 1, 60_000);
    counter.count('first');
    for (const key of CROWD.slice(2)) counter.count(key);
    expect(counter.count('first')).toBe(60_000);
    for (const key of CROWD) counter.count(key);
    expect(counter.count('first')).toBeNull();
  });

  it('of failures, those that failed longest ago are forgotten', async () => {
    const limit = new FailureLimit(new VirtualClock(0), 1, 300_000);
    const isKnown = async (key: string) => (await limit.begin(key, 0)) !== null;
    limit.fail('first');
    for (const key of CROWD.slice(1)) limit.fail(key);
    expect(await isKnown('first')).toBe(true);
    for (const key of CROWD) limit.fail(key);
    expect(await isKnown('first')).toBe(false);
  });
});
