import { array, assert, integer, property } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { systemClock } from '../../src/time/clock.ts';
import { CacheCounters } from '../../src/cache/stats.ts';
import { isError } from '../bench/load/outcome.ts';
import { awaited, busyUntil, costOf, withoutDiscovery } from '../bench/measure/cost.ts';
import { hitRates, rateOf } from '../bench/measure/hit-rates.ts';
import { distribution, percentile } from '../bench/measure/percentiles.ts';
import { parseTiming, type WireAnswer } from '../bench/measure/wire.ts';
import type { MeteredCall } from '../bench/process/metered-emulator.ts';
import { replaceFigures } from '../bench/report/page.ts';
import { formatTable, milliseconds, percent } from '../bench/report/table.ts';
import { mixSteps } from '../bench/scenarios/mix.ts';

function call(startedAt: number, finishedAt: number, facts: Partial<MeteredCall> = {}): MeteredCall {
  return {
    method: 'GET',
    path: '/crm/v3/objects/contacts/1',
    startedAt,
    finishedAt,
    status: 200,
    sentBytes: 0,
    bytes: 10,
    ...facts,
  };
}

describe('percentiles', () => {
  it('are values that were measured', () => {
    const values = [40, 10, 30, 20];
    expect([50, 75, 95, 99, 100].map((each) => percentile(values, each))).toEqual([20, 30, 40, 40, 40]);
    expect(percentile([7], 1)).toBe(7);
    expect(() => percentile([], 50)).toThrow(RangeError);
  });

  it('leave as many values below and above as they say', () => {
    const values = array(integer(), { minLength: 1 });
    assert(
      property(values, integer({ min: 1, max: 100 }), (all, percent) => {
        const value = percentile(all, percent);
        const share = (fits: (each: number) => boolean) => all.filter(fits).length / all.length;
        expect(share((each) => each <= value)).toBeGreaterThanOrEqual(percent / 100);
        expect(share((each) => each < value)).toBeLessThan(percent / 100);
      }),
    );
  });

  it('come with the mean and the count', () => {
    expect(distribution([1, 2, 6])).toEqual({ count: 3, mean: 3, p50: 2, p95: 6, p99: 6, max: 6 });
  });
});

describe('the cost of a request', () => {
  it('counts calls side by side as one round, and the time of both once', () => {
    const calls = [call(0, 100), call(50, 150), call(150, 250, { status: 429 }), call(300, 350)];
    expect(costOf(calls)).toEqual({ calls: 4, rounds: 3, refused: 1, bytes: 40, busyMs: 300 });
    expect(costOf([])).toEqual({ calls: 0, rounds: 0, refused: 0, bytes: 0, busyMs: 0 });
  });

  it('does not depend on the order of the log', () => {
    expect(costOf([call(150, 250), call(0, 200)])).toMatchObject({ rounds: 1, busyMs: 250 });
  });

  it('rests on the calls that were over when the answer came, and its time on all', () => {
    const calls = [call(0, 100), call(100, 300)];
    expect(awaited(calls, 200)).toEqual([call(0, 100)]);
    expect(busyUntil(calls, 200)).toBe(200);
    expect(busyUntil(calls, 100)).toBe(100);
  });

  it('leaves out what an instance asks once in its life', () => {
    const labels = call(0, 1, { path: '/crm/v4/associations/2-50158943/0-1/labels' });
    expect(withoutDiscovery([labels, call(0, 1)])).toEqual([call(0, 1)]);
  });
});

describe('tables', () => {
  it('line up, with numbers on the right', () => {
    expect(
      formatTable(
        ['name', 'ms'],
        [
          ['ärger', 5],
          ['b', 1234],
          ['c', '–'],
        ],
      ),
    ).toBe(
      ['| name  |   ms |', '| ----- | ---: |', '| ärger |    5 |', '| b     | 1234 |', '| c     |    – |'].join('\n'),
    );
  });

  it('show what says something', () => {
    expect([1234.56, 99.94, 0.123].map(milliseconds)).toEqual([1235, 99.9, 0.12]);
    expect([0.799, 0.8, 1].map(percent)).toEqual(['79 %', '80 %', '100 %']);
  });

  it('go between the page’s markers, and only there', () => {
    const page = 'a\n<!-- bench:start -->\nold\n<!-- bench:end -->\nb';
    expect(replaceFigures(page, 'new')).toBe('a\n<!-- bench:start -->\nnew\n<!-- bench:end -->\nb');
    expect(replaceFigures(replaceFigures(page, 'new'), 'new')).toBe(replaceFigures(page, 'new'));
    expect(() => replaceFigures('no markers', 'new')).toThrow('bench:start');
  });
});

describe('hit rates', () => {
  it('are taken between two readings, by kind', () => {
    const [before, after] = [new CacheCounters(systemClock).with([]), new CacheCounters(systemClock).with([])];
    Object.assign(before.seats, { hits: 5 });
    Object.assign(after.seats, { hits: 12, staleHits: 1, misses: { ...before.seats.misses, cold: 1, expired: 1 } });
    const rates = hitRates(before, after);
    expect(rates).toEqual([{ kind: 'seats', hits: 8, lookUps: 10 }]);
    expect(rateOf(rates)).toBe(0.8);
    expect(rateOf([])).toBeNull();
  });
});

describe('the load', () => {
  const answer = (status: number, code?: string): WireAnswer => ({
    status,
    body: { code },
    bytes: 0,
    sentAt: 0,
    receivedAt: 1,
    timing: null,
    retryAfter: null,
  });

  it('takes an answer that came later than its deadline for an error, whatever it says', () => {
    const late = { ...answer(200), receivedAt: 10_100 };
    expect(isError({ action: 'list', answer: late })).toBe(true);
    expect(isError({ action: 'list', answer: { ...late, receivedAt: 9100 } })).toBe(false);
  });

  it('takes a refusal with a reason for an answer, and everything else that failed for an error', () => {
    expect(isError({ action: 'create', answer: answer(400, 'EXAM_FULL') })).toBe(false);
    expect(isError({ action: 'create', answer: answer(201) })).toBe(false);
    expect(isError({ action: 'create', answer: answer(400, 'VALIDATION_ERROR') })).toBe(true);
    expect(isError({ action: 'list', answer: answer(400, 'EXAM_FULL') })).toBe(true);
    expect(isError({ action: 'list', answer: answer(503, 'RATE_LIMITED') })).toBe(true);
    expect(isError({ action: 'list', answer: answer(0) })).toBe(true);
  });

  it('reads what the server says of its own time', () => {
    const header = 'hubspot;desc="2 calls";dur=201.3, cache;desc=miss, total;dur=203.0';
    expect(parseTiming(header)).toEqual({ calls: 2, serverMs: 203, cache: 'miss' });
    expect(parseTiming('')).toBeNull();
  });
});

describe('the steady mix', () => {
  it('is the same every time, and of every kind of request', () => {
    const plan = { students: 30, requestsPerSecond: 15, warmUpSeconds: 6, seconds: 24 };
    const steps = mixSteps(plan);
    expect(steps).toEqual(mixSteps(plan));
    expect(steps).toHaveLength(450);
    expect(steps.every(({ atMs }, index) => atMs >= (steps[index - 1]?.atMs ?? 0) && atMs < 30_000)).toBe(true);
    const actions = new Set(steps.map(({ action }) => action));
    expect([...actions].toSorted()).toEqual(['available', 'cancel', 'capacity', 'create', 'credits', 'list']);
  });
});
