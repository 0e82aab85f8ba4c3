import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Debt, newDebt, type SeatOutcome } from '../../src/consistency/debts.ts';
import { SeededRandom } from '../../src/emulator/seed/random.ts';
import type { BookingSeat } from '../../src/records/booking.ts';
import { hasRedis, RedisServer } from '../support/redis-server.ts';
import { SharedRedis } from '../support/shared-redis.ts';
import { World } from '../support/world.ts';

const EXAM = '501';
const FACTS = {
  mockType: 'Mini-mock',
  examDate: '2026-12-10',
  location: null,
  startTime: null,
  endTime: null,
} as const;

function debtOf(world: World, number: number): Debt {
  const what = {
    kind: 'booking' as const,
    contactId: String(9000 + number),
    examId: EXAM,
    bookingName: `booking-${number}`,
    session: 'Mini-mock 2026-12-10',
    credit: 'sj_credits' as const,
    bookingId: null,
  };
  return newDebt(what, world.clock.monotonicMs(), 180_000);
}

const madeOf = (world: World, debt: Debt, bookingId: string) => ({
  bookingId,
  contactId: debt.contactId,
  examId: EXAM,
  facts: FACTS,
  madeAtMs: world.clock.now(),
});
const linked = (id: string): BookingSeat => ({ id, holdsSeat: true, updatedAtMs: 1, createdAtMs: 1 });

const open = async (world: World, debt: Debt, capacity: number, seats: readonly BookingSeat[] = []) =>
  world.clock.run(async () => world.deps.debts.openWithSeat(debt, { examId: EXAM, capacity, seats }));
const make = async (world: World, debt: Debt, bookingId: string) =>
  world.clock.run(async () => world.deps.debts.made(debt, madeOf(world, debt, bookingId)));
const claim = async (world: World, debt: Debt, bookingId: string, seats: readonly BookingSeat[], capacity = 1) =>
  world.clock.run(async () => {
    const request = { examId: EXAM, capacity, seats, later: new Set<string>(), made: madeOf(world, debt, bookingId) };
    return world.deps.debts.claim(debt, request);
  });

/** A random history of one exam's seats, the same for every world: what each step came to. */
async function playSeats(world: World, seed: number): Promise<SeatOutcome[]> {
  const random = new SeededRandom(seed);
  const { debts, journal } = world.deps;
  const capacity = random.between(1, 4);
  const outcomes: SeatOutcome[] = [];
  const opened: Debt[] = [];
  const made: string[] = [];
  const shown = new Set<string>();
  for (let step = 0; step < 40; step += 1) {
    const debt = debtOf(world, step);
    const seats = [...shown].map(linked);
    const bookingId = String(seed * 1000 + step);
    switch (random.between(0, 5)) {
      case 0:
      case 1: {
        const outcome = await open(world, debt, capacity, seats);
        outcomes.push(outcome);
        if (outcome === 'opened') opened.push(debt);
        break;
      }
      case 2: {
        const booked = opened.shift();
        if (!booked) break;
        await make(world, booked, bookingId);
        made.push(bookingId);
        break;
      }
      case 3: {
        const given = opened.shift();
        if (given) await world.clock.run(async () => debts.end(given, 'nothing'));
        break;
      }
      case 4: {
        const [cancelled] = made.splice(0, 1);
        const ids = { bookingId: cancelled ?? '', contactId: '9000', examId: EXAM };
        if (cancelled)
          await world.clock.run(async () => journal.bookingCancelled({ ...ids, cancelledAtMs: 1_000_000 }));
        break;
      }
      default:
        for (const id of made) shown.add(id);
        await world.clock.advance(random.between(0, 20_000));
    }
    await world.clock.advance(20);
  }
  return outcomes;
}

describe.skipIf(!hasRedis)('seats that are decided on over Redis', () => {
  let server: RedisServer;
  let redis: SharedRedis;
  let one: World;
  let two: World;

  beforeAll(async () => {
    server = await RedisServer.start();
  });
  afterAll(async () => server.kill());
  beforeEach(async () => {
    redis = new SharedRedis(server, 'seats');
    await server.command('FLUSHALL');
    one = await World.create({ redis });
    two = await one.sibling({}, redis);
    for (const world of [one, two]) await world.clock.run(async () => world.deps.sync());
    await one.clock.advance(10_000);
  });
  afterEach(() => redis.close());

  it.each(Array.from({ length: 12 }, (_, index) => index + 1))(
    'come to the same as those that one process decides on, history %i',
    async (seed) => {
      expect(await playSeats(one, seed)).toEqual(await playSeats(await World.create(), seed));
    },
  );

  it('one that is held for one instance is held for all: contended, then full when it is booked', async () => {
    const debt = debtOf(one, 1);
    expect(await open(one, debt, 1)).toBe('opened');
    expect(await open(two, debtOf(two, 2), 1)).toBe('contended');
    await make(one, debt, '71');
    expect(debt.assurance).toBe('certain');
    expect(await open(two, debtOf(two, 2), 1)).toBe('full');
  });

  it('one that is given back is free for the others at once, and nobody takes the state for new', async () => {
    const debt = debtOf(one, 1);
    expect(await open(one, debt, 1)).toBe('opened');
    await one.clock.run(async () => one.deps.debts.end(debt, 'nothing'));
    await one.clock.advance(50);
    expect(await open(two, debtOf(two, 2), 1)).toBe('opened');
  });

  it('a state that is new waits until HubSpot shows what it may have lost', async () => {
    await server.command('FLUSHALL');
    expect(await open(two, debtOf(two, 1), 1)).toBe('young');
    await one.clock.advance(4400);
    expect(await open(two, debtOf(two, 1), 1)).toBe('young');
    await one.clock.advance(200);
    expect(await open(two, debtOf(two, 1), 1, [linked('71')])).toBe('full');
  });

  it('what an exam held and lost makes the state new', async () => {
    const debt = debtOf(one, 1);
    await open(one, debt, 2);
    await server.command('DEL', '{seats}:exam:501');
    expect(await open(two, debtOf(two, 2), 2)).toBe('young');
  });

  it('a booking whose held seat was lost has to be decided on again, and yields if the seat was sold', async () => {
    const debt = debtOf(one, 1);
    await open(one, debt, 1);
    await server.command('FLUSHALL');
    await one.clock.advance(50);
    // The state is new, and knows nothing of the first one's seat.
    await two.clock.run(async () => two.deps.sync());
    await one.clock.advance(5000);
    await server.command('HDEL', '{seats}:exam:501', `h:${debt.id}`);
    const rival = debtOf(two, 2);
    expect(await open(two, rival, 1)).toBe('opened');
    await make(two, rival, '72');
    await make(one, debt, '71');
    expect([rival.assurance, debt.assurance]).toEqual(['certain', 'doubtful']);
    expect(await claim(one, debt, '71', [linked('71'), linked('72')])).toBe('full');
    expect(await claim(one, debt, '71', [linked('71'), linked('72')], 2)).toBe('opened');
  });

  it('a lost answer changes nothing: the same seat is held once, and made once', async () => {
    let count = 0;
    redis.fate = (script) =>
      ['decide', 'made'].includes(script) && (count += 1) % 2 === 1 ? 'unanswered' : 'answered';
    const debt = debtOf(one, 1);
    expect(await open(one, debt, 2)).toBe('opened');
    await make(one, debt, '71');
    expect(debt.assurance).toBe('certain');
    expect(await open(two, debtOf(two, 2), 2)).toBe('opened');
    expect(await open(two, debtOf(two, 3), 2)).toBe('contended');
  });
});
