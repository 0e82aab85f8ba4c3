import { describe, expect, it } from 'vitest';
import { World } from '../support/world.ts';

describe('what an answer waited for', () => {
  async function listAfter503() {
    const world = await World.create({ settings: { latency: { readMs: 100 } } });
    const student = world.account.student();
    world.emulator.faults.add({ fault: { kind: 'status', status: 503 } });
    const answer = await world.get('bookings/list', { student_id: student.studentId, email: student.email });
    return { world, answer };
  }

  it('is named in Server-Timing, part by part up to the whole', async () => {
    const { answer } = await listAfter503();
    const timing = answer.headers.get('server-timing') ?? '';
    const msOf = (name: string) => Number(new RegExp(`${name};(?:[^,]*;)?dur=([\\d.]+)`).exec(timing)?.[1]);
    expect(timing).toMatch(/^hubspot;desc="2 calls";dur=[\d.]+, retry;dur=[\d.]+, cache;desc=miss, total;dur=[\d.]+$/);
    expect(msOf('retry')).toBeGreaterThanOrEqual(250);
    expect(msOf('hubspot') + msOf('retry')).toBeCloseTo(msOf('total'), 0);
  });

  it('is in the log line of the request', async () => {
    const { world } = await listAfter503();
    const [line] = world.logged('info').filter(({ message }) => message === 'request');
    expect(line).toMatchObject({ hubspotCalls: 2, hubspotMs: expect.any(Number), retryMs: expect.any(Number) });
    expect(line).not.toHaveProperty('lingerMs');
    expect(Number(line?.['hubspotMs']) + Number(line?.['retryMs'])).toBeCloseTo(Number(line?.['durationMs']), -1);
  });
});
