import { describe, expect, it } from 'vitest';
import { deliver, event, MOCK_EXAMS, WEBHOOK_ENV } from '../support/webhook.ts';
import { World } from '../support/world.ts';

const QUERY = { mock_type: 'Situational Judgment' };

async function start() {
  const world = await World.create({ env: WEBHOOK_ENV });
  const exam = world.account.exam({ properties: { total_bookings: 1 } });
  await world.get('mock-exams/available', QUERY);
  await world.clock.advance(30_000);
  const told = (total: string, occurredAt: number) =>
    event(world, 'object.propertyChange', {
      objectId: Number(exam),
      objectTypeId: MOCK_EXAMS,
      propertyName: 'total_bookings',
      propertyValue: total,
      occurredAt,
    });
  const shown = async (): Promise<number> =>
    (await world.get('mock-exams/available', QUERY)).body.data[0].total_bookings;
  world.takeCalls();
  return { world, told, shown };
}

describe('a stored count that somebody changes in HubSpot', () => {
  it('is taken from the event: it shows at once and costs no call', async () => {
    const { world, told, shown } = await start();
    await deliver(world, [told('7', world.clock.now() - 1000)], 'webhooks/cache-invalidation');
    expect([await shown(), world.takeCalls()]).toEqual([7, []]);
  });

  it('is the latest one, in whatever order the events come, and however often', async () => {
    const { world, told, shown } = await start();
    const [older, newer] = [told('5', world.clock.now() - 2000), told('7', world.clock.now() - 1000)];
    await deliver(world, [newer, older, newer, older], 'webhooks/cache-invalidation');
    expect([await shown(), world.takeCalls()]).toEqual([7, []]);
  });

  it('does not stay what an event of the future said', async () => {
    const { world, told, shown } = await start();
    await deliver(world, [told('5', world.clock.now() + 3_600_000)], 'webhooks/cache-invalidation');
    await shown();
    await deliver(world, [told('7', world.clock.now())], 'webhooks/cache-invalidation');
    expect(await shown()).toBe(7);
  });

  it('is read again when the event does not say when it was', async () => {
    const { world, told, shown } = await start();
    const [{ occurredAt: _left, ...undated }] = [told('7', 0)];
    await deliver(world, [undated], 'webhooks/cache-invalidation');
    expect(await shown()).toBe(1);
    expect(world.takeCalls()).toHaveLength(1);
  });
});
