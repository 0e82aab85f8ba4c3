import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { MonitoringData } from '../../src/monitoring/snapshot.ts';
import { Figures, quantile, verdictOf } from '../../src/pages/browser/figures.ts';
import { sendBooking } from '../support/booking.ts';
import { login } from '../support/looking.ts';
import { hasRedis, RedisServer } from '../support/redis-server.ts';
import { SharedRedis } from '../support/shared-redis.ts';
import { World } from '../support/world.ts';

const ENV = { VERCEL: '1', MONITORING_TOKEN: 'watch-me' };

async function look(world: World): Promise<MonitoringData> {
  const headers = { Authorization: 'Bearer watch-me' };
  const { status, body } = await world.request('GET', 'monitoring/data', { headers });
  expect(status).toBe(200);
  return body as MonitoringData;
}

describe.skipIf(!hasRedis)('the figures of instances that share a Redis', () => {
  let server: RedisServer;
  let redis: SharedRedis;
  beforeAll(async () => {
    server = await RedisServer.start();
    redis = new SharedRedis(server, 'test');
    await import('../../src/monitoring/monitoring.ts');
  });
  afterAll(async () => {
    redis.close();
    await server.kill();
  });

  it('are added up, those of one that has ended left out a minute later', async () => {
    const one = await World.create({ env: ENV, redis });
    const two = await one.sibling(ENV, redis);
    await one.clock.run(async () => one.deps.sync());
    await one.clock.advance(10_000);
    const [exam, student] = [one.account.exam(), one.account.student()];
    for (const world of [one, two, two]) await world.get('bookings/list', login(student));
    await one.clock.run(async () => sendBooking(two, student, { exam }));
    await two.settle();
    await one.clock.advance(5000);
    await two.get('health');
    await two.settle();
    const data = await look(one);
    const figures = new Figures(data.instances);
    expect(data.instances).toHaveLength(2);
    const lists = { 'http.route': '/api/bookings/list' };
    expect(figures.count('http.server.request.duration', lists)).toBe(3);
    expect(figures.count('mocks.bookings', { outcome: 'made' })).toBe(1);
    expect(figures.smallest('mocks.redis.up')).toBe(1);
    await one.clock.advance(61_000);
    expect((await look(one)).instances).toHaveLength(1);
  });
});

describe('what the dashboard makes of figures', () => {
  const metrics = (counts: Record<string, number>, more: Record<string, number> = {}) => ({
    instanceId: 'one',
    atMs: 60_000,
    startedAtMs: 0,
    metrics: {
      'http.server.request.duration': Object.entries(counts).map(([status, count]) => ({
        labels: { 'http.response.status_code': status },
        count,
        sum: count,
        bounds: [0.5, 1],
        buckets: [0, count, 0],
      })),
      ...Object.fromEntries(Object.entries(more).map(([name, value]) => [name, [{ labels: {}, value }]])),
      'mocks.bookings': [{ labels: { outcome: 'made' }, value: 7 }],
    },
  });

  it.each([
    ['good', metrics({ 200: 100 }), /7 made.*fresh/],
    ['quiet', metrics({}), /Nobody is asking/],
    ['bad', metrics({ 200: 90, 503: 10 }), /10 % of the answers/],
    ['warn', metrics({ 200: 100 }, { 'mocks.debts.oldest': 90 }), /unfinished for 90 s/],
    ['warn', metrics({ 200: 100 }, { 'mocks.redis.up': 0 }), /Redis does not answer/],
    ['warn', metrics({ 200: 100 }, { 'mocks.hubspot.window.used': 175, 'mocks.hubspot.window.limit': 180 }), /limit/],
    ['warn', metrics({ 200: 100 }, { 'mocks.sessions.overbooked': 1 }), /more bookings than seats/],
  ])('is %s', (mood, snapshot, sentence) => {
    const verdict = verdictOf(new Figures([snapshot]));
    expect(verdict).toEqual({ mood, sentence: expect.stringMatching(sentence) });
  });

  it('leaves out what was counted before, and finds quantiles within their buckets', () => {
    const [before, now] = [metrics({ 200: 100 }), metrics({ 200: 300 })];
    const figures = new Figures([{ ...now, atMs: 120_000 }], [before]);
    expect([figures.count('http.server.request.duration'), figures.seconds]).toEqual([200, 60]);
    const times = figures.distribution('http.server.request.duration');
    expect([quantile(times, 0.5), quantile(times, 1), quantile({ ...times, count: 0 }, 0.5)]).toEqual([0.75, 1, null]);
  });
});
