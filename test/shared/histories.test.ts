import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SeededRandom } from '../../src/emulator/seed/random.ts';
import type { TestStudent } from '../support/account-builder.ts';
import { seatHolders, sendBooking } from '../support/booking.ts';
import { hasRedis, RedisServer } from '../support/redis-server.ts';
import { type Fate, SharedRedis } from '../support/shared-redis.ts';
import { type Answer, World } from '../support/world.ts';

/** Thousands by `npm run histories`. */
const HISTORIES = Number(process.env['HISTORIES'] ?? 200);
const FIRST = Number(process.env['FIRST_HISTORY'] ?? 1);
const CHUNK = 25;

const SETTINGS = {
  latency: { readMs: 100, writeMs: 200 },
  lag: { associationMs: 2000, rollupMs: 2000, searchMs: 5000 },
  limits: { per10Seconds: null, searchPerSecond: null },
};
const ENV = {
  VERCEL: '1',
  RATE_LIMIT_PER_ADDRESS: '0',
  RATE_LIMIT_BOOKINGS: '0',
  RATE_LIMIT_FAILED_LOGINS: '0',
  HUBSPOT_MAX_CONCURRENCY: '500',
};
const CREDITS = 3;

/** What one history is like; each is drawn by its number, and the same every time. */
interface Weather {
  /** Share of the commands that are lost, and that are not answered. */
  lost: number;
  unanswered: number;
  /** Which instance cannot reach Redis, from when and for how long; null for none. */
  cutOff: { instance: number; fromMs: number; forMs: number } | null;
  flushedAtMs: number | null;
  /** The first instance ends with its so manieth command of a kind. */
  ends: { script: string; fate: Fate; times: number } | null;
  /** Share of HubSpot's writes that are carried out without an answer. */
  lostReplies: number;
}

function weatherOf(random: () => number): Weather {
  const sometimes = <T>(share: number, value: T): T | null => (random() < share ? value : null);
  const pick = <T>(values: readonly T[]): T => values[Math.floor(random() * values.length)] as T;
  return {
    lost: random() < 0.5 ? 0 : random() * 0.2,
    unanswered: random() < 0.5 ? 0 : random() * 0.2,
    cutOff: sometimes(0.3, { instance: Math.floor(random() * 3), fromMs: random() * 4000, forMs: random() * 20_000 }),
    flushedAtMs: sometimes(0.4, random() * 3000),
    ends: sometimes(0.3, {
      script: pick(['decide', 'made', 'write', 'take']),
      fate: pick<Fate>(['ends', 'ends after it']),
      times: 1 + Math.floor(random() * 4),
    }),
    lostReplies: random() < 0.7 ? 0 : 0.1,
  };
}

describe.skipIf(!hasRedis)(`${HISTORIES} random histories of three instances over Redis`, () => {
  let server: RedisServer;

  beforeAll(async () => {
    server = await RedisServer.start();
  });
  afterAll(async () => server.kill());

  async function startThree(redis: SharedRedis) {
    const one = await World.create({ settings: SETTINGS, env: ENV, redis });
    const all = [one, await one.sibling(ENV, redis), await one.sibling(ENV, redis)] as const;
    for (const world of all) await one.clock.run(async () => world.deps.sync());
    await one.clock.advance(10_000);
    return all;
  }

  /** What befalls commands and writes from now on. */
  function befall(weather: Weather, redis: SharedRedis, world: World, random: () => number): void {
    const begunAt = world.clock.now();
    let seen = 0;
    const { cutOff, ends, lost, unanswered, lostReplies } = weather;
    redis.fate = (script, instance) => {
      const sinceMs = world.clock.now() - begunAt;
      if (ends && instance === 0 && script === ends.script && (seen += 1) === ends.times) return ends.fate;
      const isCut = cutOff?.instance === instance && sinceMs >= cutOff.fromMs && sinceMs < cutOff.fromMs + cutOff.forMs;
      if (isCut || random() < lost) return 'lost';
      return random() < unanswered ? 'unanswered' : 'answered';
    };
    if (lostReplies === 0) return;
    const fault = { kind: 'hang-up', commitAfterMs: 0 } as const;
    for (const operation of [
      'objects.create',
      'objects.update',
      'objects.batchCreate',
      'objects.batchUpdate',
    ] as const) {
      world.emulator.faults.add({ fault, operation, skip: Math.floor(random() * 10), times: 1 });
    }
  }

  /** What went wrong in a history; nothing, that is. */
  async function play(number: number): Promise<object[]> {
    const seeded = new SeededRandom(number);
    const random = () => seeded.next();
    const redis = new SharedRedis(server, `history-${number}`);
    const all = await startThree(redis);
    const [one] = all;
    const weather = weatherOf(random);
    const capacity = 2 + Math.floor(random() * 4);
    const exam = one.account.exam({ capacity });
    const students = Array.from({ length: 10 }, () => one.account.student({ sj_credits: CREDITS }));
    befall(weather, redis, one, random);
    /** Bookings that students were told of, and not of their cancelling. */
    const told = new Set<string>();
    const act = async (student: TestStudent) => {
      await one.clock.sleep(random() * 3000);
      const next = () => all[Math.floor(random() * 3)] ?? one;
      // Whom an ended instance serves hears nothing; a browser gives up, and the student presses again.
      const patiently = async (work: Promise<Answer>) => Promise.race([work, one.clock.sleep(15_000).then(() => null)]);
      for (let presses = 0; presses < 2; presses += 1) {
        const answer = await patiently(sendBooking(next(), student, { exam }));
        const bookingId = answer?.status === 201 ? String(answer.body.data.booking_record_id) : null;
        if (bookingId !== null) told.add(bookingId);
        if (bookingId !== null && random() < 0.3) {
          const { studentId: student_id, email } = student;
          await patiently(next().send('DELETE', `bookings/${bookingId}`, { body: { student_id, email } }));
          told.delete(bookingId);
        }
        await one.clock.sleep(random() * 4000);
      }
    };
    const flush = async () => {
      if (weather.flushedAtMs === null) return;
      await one.clock.sleep(weather.flushedAtMs);
      await server.command('FLUSHALL');
    };
    await one.clock.run(async () => Promise.all([flush(), ...students.map(act)]));
    redis.fate = () => 'answered';
    // Requests come in now and then, and somebody sees to what an ended instance left behind.
    for (let minute = 0; minute < 12; minute += 1) {
      await one.clock.advance(30_000);
      for (const world of all.slice(1)) await one.clock.run(async () => world.deps.sync());
    }
    redis.close();
    const holders = seatHolders(one, exam);
    const left = students.reduce((sum, { id }) => sum + Number(one.account.values('contacts', id)['sj_credits']), 0);
    const missing = [...told].filter((id) => !holders.includes(id));
    const wrong = {
      oversold: Math.max(0, holders.length - capacity),
      credits: left + holders.length - students.length * CREDITS,
      missing: missing.length,
    };
    return Object.values(wrong).some((count) => count !== 0) ? [{ number, ...wrong, weather }] : [];
  }

  const numbers = Array.from({ length: HISTORIES }, (_, index) => FIRST + index);
  const chunks = Array.from({ length: Math.ceil(HISTORIES / CHUNK) }, (_, index) =>
    numbers.slice(index * CHUNK, (index + 1) * CHUNK),
  );
  it.each(chunks.map((chunk) => [chunk[0], chunk.at(-1), chunk] as const))(
    'number %i to %i: no seat sold twice, no credit lost or made, nobody told wrong',
    { timeout: 300_000 },
    async (_first, _last, chunk) => {
      for (const number of chunk) expect(await play(number)).toEqual([]);
    },
  );
});
