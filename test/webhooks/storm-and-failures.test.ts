import { describe, expect, it } from 'vitest';
import { deliver, drifted, linkEvent, sendEvents, statusEvent, WEBHOOK_ENV } from '../support/webhook.ts';
import { World, type WorldOptions } from '../support/world.ts';

async function start(options: WorldOptions = {}) {
  return { world: await World.create({ ...options, env: WEBHOOK_ENV }) };
}

const stored = (world: World, exam: string) => world.account.values('mock_exams', exam)['total_bookings'];

describe('repeats and order', () => {
  it('change nothing: a storm of 1,000 events in 10 deliveries, doubled and shuffled, ends as a fresh sync would', async () => {
    const { world } = await start({ settings: { latency: { readMs: 100, writeMs: 200 } } });
    const exams = drifted(world, 20, 15);
    for (const { bookings } of exams) world.account.change('bookings', bookings[0] ?? '', { is_active: 'Cancelled' });
    const all = exams.flatMap(({ bookings }) =>
      bookings.map((id, index) => statusEvent(world, id, index === 0 ? 'Cancelled' : 'Active')),
    );
    const storm = Array.from({ length: 1000 }, (_, index) => all[(index * 7919) % all.length]);
    const deliveries = Array.from({ length: 10 }, (_, index) => storm.slice(index * 100, index * 100 + 100));
    const answers = await world.clock.run(async () =>
      Promise.all(deliveries.map(async (events) => sendEvents(world, events))),
    );
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    expect(exams.map(({ exam }) => stored(world, exam))).toEqual(exams.map(() => '14'));
    expect(world.takeCalls().length).toBeLessThanOrEqual(30);
  });
});

describe('failures', () => {
  it('that pass are told to HubSpot, so that it sends the events again', async () => {
    const { world } = await start();
    const [{ exam, bookings } = { exam: '', bookings: [] }] = drifted(world, 1, 2);
    const events = [statusEvent(world, bookings[0] ?? '', 'Active')];
    for (const operation of ['associations.batchRead', 'objects.batchRead', 'objects.update']) {
      world.emulator.faults.add({ fault: { kind: 'status', status: 503 }, operation, times: Infinity });
      const { status, headers } = await deliver(world, events);
      expect([operation, status, headers.has('retry-after')]).toEqual([operation, 503, true]);
      world.emulator.faults.clear();
    }
    expect(stored(world, exam)).toBe('99');
    expect((await deliver(world, events)).status).toBe(200);
    expect(stored(world, exam)).toBe('2');
  });

  it('that do not pass are logged and answered with 200', async () => {
    const { world } = await start();
    const [{ exam, bookings } = { exam: '', bookings: [] }] = drifted(world, 1, 2);
    world.emulator.faults.add({ fault: { kind: 'status', status: 400 }, operation: 'objects.update' });
    const { status, body } = await deliver(world, [statusEvent(world, bookings[0] ?? '', 'Active')]);
    expect(status).toBe(200);
    expect(body.data).toMatchObject({ updatedExams: 0, failedUpdates: 1 });
    expect(world.logged('error')).toMatchObject([{ examId: exam, total: 2 }]);
  });

  it('an exam that does not exist is no reason to send again', async () => {
    const { world } = await start();
    const { status, body } = await deliver(world, [linkEvent(world, '38800109999', '35864209999')]);
    expect([status, body.data.updatedExams]).toEqual([200, 0]);
  });

  it('work that takes too long is answered in time with 503, and done all the same', async () => {
    const { world } = await start();
    const [{ exam, bookings } = { exam: '', bookings: [] }] = drifted(world, 1, 2);
    world.emulator.settings.latency = { readMs: 1500, writeMs: 1500 };
    const started = world.clock.now();
    const { status } = await deliver(world, [statusEvent(world, bookings[0] ?? '', 'Active')]);
    expect([status, world.clock.now() - started]).toEqual([503, 4000]);
    await world.settle();
    expect(stored(world, exam)).toBe('2');
  });
});
