import { describe, expect, it } from 'vitest';
import { sendBooking, sendCancel } from '../support/booking.ts';
import { LIFELIKE } from '../support/faults.ts';
import { World } from '../support/world.ts';

const ENV = { CRON_SECRET: 's', RATE_LIMIT_PER_ADDRESS: '0', RATE_LIMIT_AVAILABLE: '0', RATE_LIMIT_SYNC: '0' };
const REALTIME = { query: { mock_type: 'Situational Judgment', realtime: 'true' } };
const AS_CRON = { headers: { Authorization: 'Bearer s' } };

const stored = (world: World, exam: string) => world.account.values('mock_exams', exam)['total_bookings'];

/** A stored count that says 7 where there is one booking, and a student who books meanwhile. */
async function start(confirmation: string) {
  const world = await World.create({ settings: LIFELIKE, env: { ...ENV, BOOKING_CONFIRMATION: confirmation } });
  const exam = world.account.exam({ properties: { total_bookings: 7 } });
  const other = world.account.student({ sj_credits: 0 });
  const booking = world.account.booking({ student: other, exam, properties: { token_used: 'Shared Token' } });
  return { world, exam, other, booking, student: world.account.student() };
}

describe.each([
  ['never', 1500],
  ['always', 4500],
])('a correction at any moment of a booking, confirmation %s', (confirmation, untilMs) => {
  const offsets = Array.from({ length: Math.floor(untilMs / 250) + 1 }, (_, index) => index * 250);

  it.each([
    ['a sync', async (world: World) => world.send('GET', 'mock-exams/sync-capacity', AS_CRON)],
    ['a look that repairs', async (world: World) => world.send('GET', 'mock-exams/available', REALTIME)],
  ])('by %s counts the booking once', async (_name, correct) => {
    const wrong: Record<number, string | undefined> = {};
    for (const offset of offsets) {
      const { world, exam, student } = await start(confirmation);
      await world.clock.run(async () => {
        const booking = sendBooking(world, student, { exam });
        await world.clock.sleep(offset);
        await correct(world);
        return booking;
      });
      await world.settle();
      if (stored(world, exam) !== '2') wrong[offset] = stored(world, exam);
    }
    expect(wrong).toEqual({});
  });
});

describe('a correction at any moment of a cancelling', () => {
  it('counts it once', async () => {
    const wrong: Record<number, string | undefined> = {};
    for (let offset = 0; offset <= 1000; offset += 100) {
      const { world, exam, other, booking } = await start('never');
      await world.clock.run(async () => {
        const cancelling = sendCancel(world, other, booking);
        await world.clock.sleep(offset);
        await world.send('GET', 'mock-exams/sync-capacity', AS_CRON);
        return cancelling;
      });
      await world.settle();
      if (stored(world, exam) !== '0') wrong[offset] = stored(world, exam);
    }
    expect(wrong).toEqual({});
  });
});

describe('ten students who look and then book, one after the other', () => {
  it('are counted ten times', async () => {
    const world = await World.create({ settings: LIFELIKE, env: { ...ENV, BOOKING_CONFIRMATION: 'always' } });
    const exam = world.account.exam({ capacity: 30 });
    const students = Array.from({ length: 10 }, () => world.account.student());
    const answers = await world.clock.run(async () =>
      Promise.all(
        students.map(async (student, index) => {
          await world.clock.sleep(index * 300);
          await world.send('GET', 'mock-exams/available', REALTIME);
          return sendBooking(world, student, { exam });
        }),
      ),
    );
    await world.settle();
    expect([answers.filter(({ status }) => status === 201).length, stored(world, exam)]).toEqual([10, '10']);
  });
});

describe('a wrong count that many look at', () => {
  const lookTogether = async (world: World, times: number) =>
    world.clock.run(async () =>
      Promise.all(Array.from({ length: times }, async () => world.send('GET', 'mock-exams/available', REALTIME))),
    );
  const writes = (world: World) => world.takeCalls().filter(({ operation }) => operation === 'objects.update').length;

  it('is corrected once', async () => {
    const { world, exam } = await start('never');
    await lookTogether(world, 200);
    await world.settle();
    expect([writes(world), stored(world, exam)]).toEqual([1, '1']);
  });

  it('that HubSpot refuses to take is tried once a minute', async () => {
    const { world, exam } = await start('never');
    world.emulator.faults.add({ fault: { kind: 'status', status: 400 }, operation: 'objects.update', times: Infinity });
    for (let look = 0; look < 5; look += 1) await lookTogether(world, 1);
    await world.settle();
    expect(writes(world)).toBe(1);
    world.emulator.faults.clear();
    await world.clock.advance(61_000);
    await lookTogether(world, 1);
    await world.settle();
    expect([writes(world), stored(world, exam)]).toEqual([1, '1']);
  });
});
