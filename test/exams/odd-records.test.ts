import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BOOKING_PROPERTIES } from '../../src/records/booking.ts';
import { CREDIT_FIELDS } from '../../src/records/contact.ts';
import { EXAM_PROPERTIES } from '../../src/records/exam.ts';
import { logUnreadable } from '../../src/wiring/unreadable-log.ts';
import { createLog } from '../../src/observability/log.ts';
import { anyValues } from '../support/odd-values.ts';
import { VirtualClock } from '../support/virtual-clock.ts';
import { World } from '../support/world.ts';

const TYPE = 'Situational Judgment';
const ENV = { CRON_SECRET: 'cron-secret', REPAIR_COUNTS: 'false' };
const AS_CRON = { headers: { Authorization: 'Bearer cron-secret' } };

/** A student with two bookings of two sessions, and one whose rollups are its own; the second of each is the odd one. */
async function start() {
  const world = await World.create({ env: ENV });
  const student = world.account.student();
  const [good, odd] = ['2026-12-10', '2026-12-11'].map((date) => world.account.exam({ type: TYPE, date }));
  const [booking, oddBooking] = [good, odd].map((exam) => world.account.booking({ student, exam: exam ?? '' }));
  const old = world.account.booking({ student });
  const login = { student_id: student.studentId, email: student.email };
  const records = { good: good ?? '', odd: odd ?? '', booking: booking ?? '', oddBooking: oddBooking ?? '', old };
  return { world, student, login, ...records };
}
type Stage = Awaited<ReturnType<typeof start>>;

/** What every reader is answered. */
async function readAll({ world, login, odd, oddBooking }: Stage) {
  const available = async (realtime: string) => world.get('mock-exams/available', { mock_type: TYPE, realtime });
  return {
    list: await world.get('bookings/list', login),
    details: await world.get(`bookings/${oddBooking}`, login),
    stored: await available('false'),
    counted: await available('true'),
    capacity: await world.get(`mock-exams/${odd}/capacity`),
    credits: await world.request('POST', 'mock-exams/validate-credits', { body: login }),
    sync: await world.request('POST', 'mock-exams/sync-capacity', { ...AS_CRON, body: { dry_run: true } }),
    cron: await world.request('GET', 'cron/warm-cache', AS_CRON),
  };
}

const IMPOSSIBLE = ['1790254800000000000', '99999999999999999', '8640000000000001', 'tbd'];

describe('one value that cannot be read', () => {
  it.each(IMPOSSIBLE)('leaves a session with the start %s its default hours, and all else as it is', async (value) => {
    const stage = await start();
    const { world, good, odd, booking, oddBooking } = stage;
    world.account.plant('mock_exams', odd, { start_time: value, end_time: value });
    const { list, details, stored } = await readAll(stage);
    expect(stored.body.data).toMatchObject([
      { mock_exam_id: good, start_time: '2026-12-10T14:00:00Z' },
      { mock_exam_id: odd, start_time: '2026-12-11T13:00:00Z', end_time: '2026-12-11T14:00:00Z' },
    ]);
    expect(list.body.data.bookings).toMatchObject([
      { id: booking, start_time: '2026-12-10T14:00:00Z' },
      { id: oddBooking, start_time: null, end_time: null, exam_date: '2026-12-11' },
    ]);
    expect(details.body.data.mock_exam).toMatchObject({ id: odd, start_time: null, end_time: null });
  });

  it.each([...IMPOSSIBLE, '99999999999999'])('leaves out what is dated %s, and nothing else', async (value) => {
    const stage = await start();
    const { world, good, odd, booking } = stage;
    world.account.plant('mock_exams', odd, { exam_date: value });
    const { list, details, stored, sync } = await readAll(stage);
    expect(list.body.data.bookings).toMatchObject([{ id: booking }]);
    expect(details.body.data.mock_exam).toMatchObject({ id: odd, exam_date: null, start_time: null });
    expect(stored.body.data).toMatchObject([{ mock_exam_id: good }]);
    expect(sync.body.data.summary.processed).toBe(2);
  });

  it('of an old booking is unknown by itself', async () => {
    const stage = await start();
    const { world, old, booking, oddBooking } = stage;
    const rolledUp = { mock_type: TYPE, exam_date: '2024-05-01', end_time: '2024-05-01T20:00:00Z' };
    world.account.plant('bookings', old, { ...rolledUp, start_time: '8640000000000001' });
    const { list } = await readAll(stage);
    expect(list.body.data.bookings).toMatchObject([
      { id: old, start_time: null, end_time: '2024-05-01T20:00:00Z' },
      { id: booking },
      { id: oddBooking },
    ]);
  });

  it.each(['1,000', '1e400', 'many'])('makes a session of %s seats full', async (capacity) => {
    const stage = await start();
    stage.world.account.plant('mock_exams', stage.odd, { capacity });
    const { capacity: answer, counted } = await readAll(stage);
    expect(answer.body.data).toMatchObject({ capacity: 0, available_slots: 0, is_full: true });
    expect(counted.body.data).toMatchObject([{ status: 'available' }, { status: 'full' }]);
  });
});

describe('what cannot be read is logged', () => {
  const unreadable = (world: World) => world.logged('warn').filter(({ property }) => property !== undefined);

  it('once per record and property, without its value', async () => {
    const stage = await start();
    const { world, odd, oddBooking } = stage;
    world.account.plant('mock_exams', odd, { start_time: 'SECRET-1', capacity: 'SECRET-2' });
    for (let round = 0; round < 3; round += 1) {
      await readAll(stage);
      await world.clock.advance(120_000);
    }
    expect(unreadable(world).map(({ type, id, property }) => [type, id, property])).toEqual(
      expect.arrayContaining([
        ['booking', oddBooking, 'start_time'],
        ['exam', odd, 'start_time'],
        ['exam', odd, 'capacity'],
      ]),
    );
    expect(unreadable(world)).toHaveLength(3);
    expect(world.lines.join('')).not.toContain('SECRET');
  });

  it('but what is merely unset is not', async () => {
    const stage = await start();
    const { world, odd } = stage;
    world.account.plant('mock_exams', odd, { start_time: '', capacity: ' ', total_bookings: '' });
    await readAll(stage);
    expect(unreadable(world)).toEqual([]);
  });

  it('up to a thousand of them, and then no more', () => {
    const lines: string[] = [];
    const report = logUnreadable(createLog(new VirtualClock(0), 'debug', (line) => lines.push(line)));
    for (let id = 0; id < 2500; id += 1) report({ type: 'booking', id: String(id), property: 'start_time' });
    expect(lines).toHaveLength(1001);
    expect(lines.at(-1)).toContain('the rest is not logged');
  });
});

describe('whatever text one session, its booking and its student hold', () => {
  // A session of another type, closed, or a student of another id or address would rightly be answered otherwise.
  const examValues = anyValues(EXAM_PROPERTIES.filter((name) => name !== 'mock_type' && name !== 'is_active'));
  const studentValues = anyValues(['firstname', 'lastname', ...CREDIT_FIELDS] as const);
  const plantable = (values: Record<string, string | null>) =>
    Object.fromEntries(Object.entries(values).filter((entry): entry is [string, string] => entry[1] !== null));

  it('everybody is answered, and the others are where they were', async () => {
    await fc.assert(
      fc.asyncProperty(examValues, anyValues(BOOKING_PROPERTIES), studentValues, async (exam, booking, student) => {
        const stage = await start();
        const { account } = stage.world;
        account.plant('mock_exams', stage.odd, plantable(exam));
        account.plant('bookings', stage.oddBooking, plantable(booking));
        account.plant('bookings', stage.old, plantable(booking));
        account.plant('contacts', stage.student.id, plantable(student));
        const answers = await readAll(stage);
        expect(Object.entries(answers).filter(([, { status }]) => status !== 200)).toEqual([]);
        const { list, stored, counted } = answers;
        expect(list.body.data.bookings).toContainEqual(expect.objectContaining({ id: stage.booking }));
        for (const { body } of [stored, counted]) {
          const session = { mock_exam_id: stage.good, start_time: '2026-12-10T14:00:00Z', status: 'available' };
          expect(body.data).toContainEqual(expect.objectContaining(session));
        }
      }),
      { numRuns: 150 },
    );
  }, 120_000);
});
