import { describe, expect, it } from 'vitest';
import { World } from '../support/world.ts';

describe('200 clients that poll three sessions every 2 s', () => {
  it('cost HubSpot one refresh per session and lifetime, and always see what is booked here', async () => {
    const world = await World.create({
      settings: { latency: { readMs: 100 }, lag: { associationMs: 2000 } },
      env: { RATE_LIMIT_PER_ADDRESS: '0', CACHE_TTL_SEATS_MS: '10000' },
    });
    const student = world.account.student();
    const exams = [1, 2, 3].map(() => world.account.exam({ capacity: 5 }));
    for (const exam of exams) world.account.booking({ student, exam });
    const clients = Array.from({ length: 200 }, (_, index) => exams[index % 3]);
    const polled = await world.clock.run(async () => {
      const answers: number[] = [];
      for (let round = 0; round < 12; round += 1) {
        const all = clients.map(async (exam) => world.send('GET', `mock-exams/${exam}/capacity`));
        for (const { status, body } of await Promise.all(all))
          answers.push(status === 200 ? body.data.total_bookings : -1);
        await world.clock.sleep(2000);
      }
      return answers;
    });
    await world.settle();
    expect(polled).toEqual(Array<number>(2400).fill(1));
    const refreshes = world.takeCalls().filter(({ operation }) => operation === 'associations.batchRead');
    const read = refreshes.reduce((sum, { inputs }) => sum + inputs, 0);
    // In 24 s of lifetimes of 10 s: once at first, then twice for each of the three.
    expect(read).toBe(9);
  });
});

describe('60 clients that ask past the cache in the same moment', () => {
  it('cost HubSpot two searches, and all are answered', async () => {
    const world = await World.create({ settings: { latency: { readMs: 100 } } });
    world.account.exam({ type: 'Mini-mock' });
    const statuses = await world.clock.run(async () =>
      Promise.all(
        Array.from({ length: 60 }, async (_, index) => {
          await world.clock.sleep(index);
          const query = { mock_type: 'Mini-mock', realtime: 'true', _t: index };
          return (await world.send('GET', 'mock-exams/available', { query })).status;
        }),
      ),
    );
    expect(new Set(statuses)).toEqual(new Set([200]));
    const searches = world.takeCalls().filter(({ operation }) => operation === 'objects.search');
    expect(searches).toHaveLength(2);
  });
});
