import { describe, expect, it } from 'vitest';
import type { TestStudent } from '../support/account-builder.ts';
import { BOOKINGS, CONTACTS, sendBooking } from '../support/booking.ts';
import { link, unlink } from '../support/links.ts';
import { LIFELIKE, login, seenCredits, sendCredits } from '../support/looking.ts';
import { event, MOCK_EXAMS, sendEvents, statusEvent, WEBHOOK_ENV } from '../support/webhook.ts';
import { World, type WorldOptions } from '../support/world.ts';

const ENV = { ...WEBHOOK_ENV, CRON_SECRET: 'cron-secret' };
const AS_CRON = { headers: { Authorization: 'Bearer cron-secret' } };
const [QUICK, SLOW] = [
  { readMs: 100, writeMs: 10 },
  { readMs: 2000, writeMs: 10 },
];

async function start({ env = {}, ...options }: WorldOptions = {}) {
  const world = await World.create({ settings: { latency: QUICK }, ...options, env: { ...ENV, ...env } });
  return { world, student: world.account.student({ sj_credits: 5 }) };
}

/** While a slow read is under way somebody changes the credits, HubSpot says so, and the student looks again. */
async function overtake(world: World, student: TestStudent, slowRead: () => Promise<unknown>): Promise<unknown> {
  return world.clock.run(async () => {
    world.emulator.settings.latency = SLOW;
    const slow = slowRead();
    await world.clock.sleep(1100);
    world.account.change('contacts', student.id, { sj_credits: 9 });
    world.emulator.settings.latency = QUICK;
    const change = { objectId: Number(student.id), propertyName: 'sj_credits', propertyValue: '9' };
    await sendEvents(world, [event(world, 'contact.propertyChange', change)]);
    const { body } = await sendCredits(world, student);
    await slow;
    return body.data.credit_breakdown.sj_credits;
  });
}

describe('a read overtaken by an event', () => {
  it.each([
    ['a first look', async (world: World, student: TestStudent) => sendCredits(world, student), false],
    ['a forced look', async (world: World, student: TestStudent) => sendCredits(world, student, { force: true }), true],
    ['the warm-up', async (world: World) => world.send('GET', 'cron/warm-cache', AS_CRON), true],
  ])('does not bring back what was there before: %s', async (_name, read, isWarm) => {
    const { world, student } = await start();
    if (isWarm) await seenCredits(world, student);
    await world.clock.advance(1000);
    expect(await overtake(world, student, async () => read(world, student))).toBe(9);
    expect(await seenCredits(world, student)).toBe(9);
    await world.clock.advance(20 * 60_000);
    expect(await seenCredits(world, student)).toBe(9);
  });

  it('is no source of the list that is made after it', async () => {
    const { world, student } = await start();
    const added = world.account.booking({ student, exam: world.account.exam() });
    unlink(world, [BOOKINGS, added], [CONTACTS, student.id]);
    const { body } = await world.clock.run(async () => {
      world.emulator.settings.latency = SLOW;
      const listing = world.send('GET', 'bookings/list', { query: login(student) });
      await world.clock.sleep(1100);
      link(world, [BOOKINGS, added], [CONTACTS, student.id]);
      const ends = { fromObjectId: Number(added), toObjectId: Number(student.id) };
      const types = { fromObjectTypeId: BOOKINGS, toObjectTypeId: CONTACTS };
      const linked = event(world, 'object.associationChange', { ...ends, ...types });
      await sendEvents(world, [linked], 'webhooks/cache-invalidation');
      return listing;
    });
    expect(body.data.bookings.map(({ id }: { id: string }) => id)).toEqual([added]);
  });

  it('in the middle of a booking does not put the old list away for others', async () => {
    const { world, student } = await start({ settings: LIFELIKE, env: { BOOKING_CONFIRMATION: 'always' } });
    const exam = world.account.exam();
    const other = world.account.booking({ student, exam: world.account.exam({ date: '2026-12-20' }) });
    await world.get('bookings/list', login(student));
    await world.clock.run(async () => {
      const booking = sendBooking(world, student, { exam });
      await world.clock.sleep(400);
      world.account.change('bookings', other, { is_active: 'Cancelled' });
      await sendEvents(world, [statusEvent(world, other, 'Cancelled')], 'webhooks/cache-invalidation');
      expect((await booking).status).toBe(201);
    });
    const { body } = await world.get('bookings/list', login(student));
    const statuses = body.data.bookings.map(({ id, status }: Record<string, string>) => [id === other, status]);
    expect(statuses.toSorted()).toEqual([
      [false, 'scheduled'],
      [true, 'cancelled'],
    ]);
  });
});

describe('whoever counts to write the counts', () => {
  const sync = async (world: World, exam: string) =>
    world.request('POST', 'mock-exams/sync-capacity', { ...AS_CRON, body: { mock_exam_ids: [exam] } });

  it('reads the links anew, however lately they were read', async () => {
    const { world, student } = await start();
    const exam = world.account.exam();
    const booking = world.account.booking({ student });
    await world.get(`mock-exams/${exam}/capacity`);
    link(world, [BOOKINGS, booking], [MOCK_EXAMS, exam]);
    await sync(world, exam);
    expect(world.account.values('mock_exams', exam)['total_bookings']).toBe('1');
  });

  it('shows everybody else what it counted', async () => {
    const { world, student } = await start();
    const exam = world.account.exam();
    await world.get(`mock-exams/${exam}/capacity`);
    world.account.booking({ student, exam });
    await sync(world, exam);
    const { body } = await world.get(`mock-exams/${exam}/capacity`);
    expect(body.data.total_bookings).toBe(1);
  });
});
