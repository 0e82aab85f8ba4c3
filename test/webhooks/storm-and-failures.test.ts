import { describe, expect, it } from 'vitest';
import type { HubSpotEvent } from '../../src/webhooks/events.ts';
import { findAffectedExams } from '../../src/webhooks/affected-exams.ts';
import { BOOKINGS } from '../support/booking.ts';
import {
  bookingEvent,
  deliver,
  drifted,
  linkEvent,
  MOCK_EXAMS,
  sendEvents,
  statusEvent,
  WEBHOOK_ENV,
} from '../support/webhook.ts';
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

  it('deliveries that come side by side share one run, so that all are answered in time', async () => {
    const { world } = await start({ settings: { latency: { readMs: 1200, writeMs: 1200 } } });
    const [first, second] = drifted(world, 2, 1);
    const answers = await world.clock.run(async () =>
      Promise.all(
        Array.from({ length: 10 }, async (_, index) => {
          // One after the other, within a tenth of a second.
          await world.clock.sleep(index * 10);
          const { exam, bookings } = (index % 2 === 0 ? first : second) ?? { exam: '', bookings: [] };
          return sendEvents(world, [linkEvent(world, bookings[0] ?? '', exam)]);
        }),
      ),
    );
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
    expect([first, second].map((one) => stored(world, one?.exam ?? ''))).toEqual(['1', '1']);
    // Exams, their links, their bookings, and the write.
    expect(world.takeCalls()).toHaveLength(4);
  });

  it('twenty thousand exams of one booking are sorted in no time', async () => {
    const { world } = await start();
    const parsed = Array.from({ length: 20_000 }, (_, index): HubSpotEvent => ({
      subject: 'booking',
      action: 'associationChange',
      ids: [],
      property: null,
      ends: [
        { subject: 'booking', id: '5' },
        { subject: 'exam', id: String(100 + index) },
      ],
      removed: false,
      mergedInto: null,
      occurredAtMs: 1,
    }));
    const started = performance.now();
    expect((await findAffectedExams(world.deps, parsed)).examIds.size).toBe(20_000);
    // Looking at all earlier ones again for each of them takes many times as long.
    expect(performance.now() - started).toBeLessThan(1000);
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

  it('that do not pass are answered with 200 wherever they come up', async () => {
    for (const [operation, status] of [
      ['associations.batchRead', 400],
      ['associations.batchRead', 403],
      ['objects.batchRead', 403],
    ] as const) {
      const { world } = await start();
      const [{ bookings } = { bookings: [] }] = drifted(world, 1, 2);
      world.emulator.faults.add({ fault: { kind: 'status', status }, operation, times: Infinity });
      const answer = await deliver(world, [statusEvent(world, bookings[0] ?? '', 'Active')]);
      expect([answer.status, answer.body.data]).toMatchObject([200, { updatedExams: 0, failedUpdates: 1 }]);
      expect(world.logged('error')).toHaveLength(1);
    }
  });

  it('of the search for all active exams that do not pass are logged, too', async () => {
    const { world } = await start();
    world.emulator.faults.add({ fault: { kind: 'status', status: 403 }, operation: 'objects.search' });
    const answer = await deliver(world, [bookingEvent(world, 'deletion', '38800109999')]);
    expect([answer.status, answer.body.data.failedUpdates]).toEqual([200, 1]);
    expect(world.logged('error')).toMatchObject([{ message: 'counts not corrected', all: true }]);
  });

  it('of one exam or booking that do not pass leave the others alone', async () => {
    for (const [operation, struck] of [
      // All at once, then the first half; and again for the look at who is to blame.
      ['objects.batchRead', [0, 1, 3, 4]],
      ['associations.batchRead', [0, 1, 3, 4]],
    ] as const) {
      const { world } = await start();
      const exams = drifted(world, 2, 1);
      const objectType = operation === 'objects.batchRead' ? MOCK_EXAMS : BOOKINGS;
      const fault = { kind: 'status', status: 400 } as const;
      for (const skip of struck) world.emulator.faults.add({ fault, operation, objectType, skip });
      const { status, body } = await deliver(
        world,
        exams.map(({ bookings }) => statusEvent(world, bookings[0] ?? '', 'Active')),
      );
      expect([operation, status, body.data]).toMatchObject([operation, 200, { updatedExams: 1, failedUpdates: 1 }]);
      expect(exams.map(({ exam }) => stored(world, exam))).toEqual(['99', '1']);
      expect(world.logged('error')).toHaveLength(1);
    }
  });

  it('some of which pass are reason enough to send again', async () => {
    const { world } = await start();
    const exams = drifted(world, 101, 1);
    // The counts are written in two calls: one is refused for good, the other fails for now.
    const target = { operation: /^objects\.(batchUpdate|update)$/, objectType: MOCK_EXAMS };
    world.emulator.faults.add({ fault: { kind: 'status', status: 403 }, ...target });
    world.emulator.faults.add({ fault: { kind: 'status', status: 503 }, ...target, skip: 1, times: Infinity });
    const { status } = await deliver(
      world,
      exams.map(({ exam, bookings }) => linkEvent(world, bookings[0] ?? '', exam)),
    );
    expect(status).toBe(503);
  });

  it.each([
    [403, 'error', 'exam not counted'],
    [503, 'warn', 'events not processed: HubSpot will send them again'],
  ])('after the answer are logged: %d as %s', async (status, level, message) => {
    const { world } = await start({ settings: { latency: { readMs: 2500, writeMs: 2500 } } });
    const [{ bookings } = { bookings: [] }] = drifted(world, 1, 1);
    world.emulator.faults.add({
      fault: { kind: 'status', status },
      operation: 'objects.batchRead',
      objectType: MOCK_EXAMS,
      times: Infinity,
    });
    expect((await deliver(world, [statusEvent(world, bookings[0] ?? '', 'Active')])).status).toBe(503);
    await world.settle();
    expect(world.logged(level).map((line) => line['message'])).toContain(message);
  });
});
