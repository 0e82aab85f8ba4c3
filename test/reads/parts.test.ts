import { describe, expect, it } from 'vitest';
import { CONTACTS } from '../support/booking.ts';
import { link } from '../support/links.ts';
import { login } from '../support/looking.ts';
import { deliver, event, statusEvent, WEBHOOK_ENV } from '../support/webhook.ts';
import { World } from '../support/world.ts';

const BOOKINGS = '2-50158943';

/** What is put together from parts that are kept apart is no older than it says. */
async function start(settings = {}) {
  const world = await World.create({ env: WEBHOOK_ENV, settings });
  const student = world.account.student();
  const exam = world.account.exam();
  const booking = world.account.booking({ student, exam });
  const capacity = async () => (await world.get(`mock-exams/${exam}/capacity`)).body.data.total_bookings;
  const list = async () => (await world.get('bookings/list', login(student))).body.data.bookings;
  const drop = async (id = booking) =>
    deliver(world, [statusEvent(world, id, 'Active')], 'webhooks/cache-invalidation');
  return { world, student, exam, booking, capacity, list, drop };
}

describe('links that came along with something else', () => {
  it('of an exam are used at once or not at all', async () => {
    const { world, student, exam, capacity, drop } = await start();
    expect(await capacity()).toBe(1);
    world.account.booking({ student, exam });
    await world.clock.advance(1001);
    await drop();
    expect(await capacity()).toBe(2);
  });

  it('of a contact are used within five seconds or not at all', async () => {
    const { world, student, exam, list, drop } = await start();
    expect(await list()).toHaveLength(1);
    world.account.booking({ student, exam });
    await world.clock.advance(5001);
    await drop();
    expect(await list()).toHaveLength(2);
  });
});

describe('a list', () => {
  it('is put together from bookings of the last 30 s', async () => {
    const { world, student, booking, list } = await start();
    await list();
    await world.clock.advance(29_000);
    const added = world.account.booking({ student, exam: world.account.exam({ date: '2026-12-22' }) });
    link(world, [BOOKINGS, added], [CONTACTS, student.id]);
    const association = { fromObjectTypeId: BOOKINGS, toObjectTypeId: CONTACTS, toObjectId: Number(student.id) };
    const linked = event(world, 'object.associationChange', { ...association, fromObjectId: Number(added) });
    await deliver(world, [linked], 'webhooks/cache-invalidation');
    expect(await list()).toHaveLength(2);
    world.account.change('bookings', booking, { is_active: 'Cancelled' });
    await world.clock.advance(30_000);
    const shown: { id: string; status: string }[] = await list();
    expect(shown.find(({ id }) => id === booking)?.status).toBe('cancelled');
  });
});

describe('an exam that a booking is not shown to be for', () => {
  it('is looked for again, not taken for none', async () => {
    const { world, student, exam, list } = await start({ lag: { rollupMs: 120_000 } });
    const late = world.account.booking({ student });
    await list();
    expect((await list()).map(({ id }: { id: string }) => id)).not.toContain(late);
    link(world, [BOOKINGS, late], ['2-50158913', exam]);
    await deliver(world, [statusEvent(world, late, 'Active')], 'webhooks/cache-invalidation');
    await world.clock.advance(30_000);
    expect((await list()).map(({ id }: { id: string }) => id)).toContain(late);
  });
});
