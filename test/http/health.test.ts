import { describe, expect, it } from 'vitest';
import { World } from '../support/world.ts';

describe('GET /api/health', () => {
  it('answers without HubSpot', async () => {
    const world = await World.create();
    world.emulator.faults.add({ fault: { kind: 'hang' }, times: Infinity });
    const { status, body } = await world.get('health');
    expect([status, body]).toEqual([
      200,
      { status: 'healthy', timestamp: '2026-11-24T12:00:00.000Z', service: 'mocks-booking-api' },
    ]);
    expect(world.takeCalls()).toEqual([]);
  });

  it('reaches HubSpot when asked to, at most every ten seconds', async () => {
    const world = await World.create();
    expect((await world.get('health', { deep: 'true' })).status).toBe(200);
    await world.get('health', { deep: 'true' });
    expect(world.takeCalls()).toHaveLength(1);
    await world.clock.advance(10_000);
    await world.get('health', { deep: 'true' });
    expect(world.takeCalls()).toHaveLength(1);
  });

  it('is degraded when HubSpot fails, and says why only to the monitoring token', async () => {
    const world = await World.create({ env: { MONITORING_TOKEN: 'watch-me' } });
    world.emulator.faults.add({ fault: { kind: 'status', status: 500 }, times: Infinity });
    const { status, body } = await world.get('health', { deep: 'true' });
    expect(status).toBe(503);
    const times = { timestamp: expect.any(String), checked_at: expect.any(String) };
    expect(body).toEqual({ status: 'degraded', service: 'mocks-booking-api', ...times });
    const known = await world.request('GET', 'health?deep=true', { headers: { Authorization: 'Bearer watch-me' } });
    expect(known.body.checks.hubspot).toContain('500');
    const guessed = await world.request('GET', 'health?deep=true', { headers: { Authorization: 'Bearer watch' } });
    expect(guessed.body.checks).toBeUndefined();
  });

  it('says when it looked last', async () => {
    const world = await World.create();
    const checkedAt = async () => (await world.get('health', { deep: 'true' })).body.checked_at;
    const first = await checkedAt();
    expect(first).toBe('2026-11-24T12:00:00.000Z');
    await world.clock.advance(9000);
    expect(await checkedAt()).toBe(first);
    await world.clock.advance(1000);
    expect(await checkedAt()).toBe('2026-11-24T12:00:10.000Z');
    expect((await world.get('health')).body.checked_at).toBeUndefined();
  });

  it('waits for HubSpot three seconds at most, each time, and looks on meanwhile', async () => {
    const world = await World.create({
      settings: { latency: { readMs: 4500 } },
      env: { MONITORING_TOKEN: 'watch-me' },
    });
    const look = async () => {
      const startedMs = world.clock.monotonicMs();
      const headers = { Authorization: 'Bearer watch-me' };
      const { status, body } = await world.request('GET', 'health?deep=true', { headers });
      return [world.clock.monotonicMs() - startedMs, status, body.status, body.checks.hubspot];
    };
    expect(await look()).toEqual([3000, 503, 'degraded', 'no answer within 3000 ms']);
    expect(await look()).toEqual([1500, 200, 'healthy', 'ok']);
    expect(world.takeCalls()).toHaveLength(1);
  });

  it('shows what is used of HubSpot’s limits and the counters of the cache to the monitoring token only', async () => {
    const world = await World.create({ env: { MONITORING_TOKEN: 'watch-me' } });
    const query = { mock_type: 'Mini-mock' };
    await world.get('mock-exams/available', query);
    await world.get('mock-exams/available', query);
    const watch = { headers: { Authorization: 'Bearer watch-me' } };
    const { status, body } = await world.request('GET', 'health?deep=true', watch);
    expect([status, body.checks]).toEqual([200, { hubspot: 'ok' }]);
    expect(body.hubspot).toMatchObject({ limit: 180, used: 2, waiting: { student: 0, background: 0 } });
    expect(body.cache.sessions).toMatchObject({ hits: 1, misses: { cold: 1, expired: 0 }, entries: 1 });
    expect((await world.get('health', { deep: 'true' })).body.cache).toBeUndefined();
  });
});
