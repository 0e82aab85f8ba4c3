import { describe, expect, it } from 'vitest';
import { BOOKINGS, cancel, CONTACTS, sendBooking, sendCancel } from '../support/booking.ts';
import { LIFELIKE } from '../support/faults.ts';
import { World, type WorldOptions } from '../support/world.ts';

const PAID = { token_used: 'Situational Judgment Token' };
const CONFIRMING = { BOOKING_CONFIRMATION: 'always', RATE_LIMIT_PER_ADDRESS: '0' };

async function start(credits = 1, options: WorldOptions = {}) {
  const world = await World.create({ settings: LIFELIKE, ...options });
  const student = world.account.student({ sj_credits: credits });
  const exam = world.account.exam({ properties: { total_bookings: 3 } });
  const creditsOf = (id: string) => Number(world.account.values('contacts', id)['sj_credits']);
  return { world, student, exam, creditsOf };
}

describe('cancelling', () => {
  it('what two students share gives one credit back', async () => {
    const { world, student, exam, creditsOf } = await start();
    const other = world.account.student({ sj_credits: 1 });
    const id = world.account.booking({ student, exam, properties: PAID });
    world.account.associate(BOOKINGS, id, CONTACTS, other.id);
    const answers = await world.clock.run(async () =>
      Promise.all([student, other].map(async (each) => sendCancel(world, each, id))),
    );
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 409]);
    expect(creditsOf(student.id) + creditsOf(other.id)).toBe(3);
  });

  it('adds one to what HubSpot holds, even to less than nothing', async () => {
    const { world, student, exam, creditsOf } = await start(-2);
    await cancel(world, student, world.account.booking({ student, exam, properties: PAID }));
    expect(creditsOf(student.id)).toBe(-1);
  });

  it.each([
    ['an Active one of yesterday', { isActive: 'Active', date: '2026-11-23' }, 'BOOKING_COMPLETED'],
    ['a Completed one', { isActive: 'Completed', date: '2026-12-10' }, 'BOOKING_COMPLETED'],
    ['a Failed one', { isActive: 'Failed', date: '2026-12-10' }, 'ALREADY_CANCELED'],
  ])('is refused for %s, and nothing is written', async (_name, { isActive, date }, code) => {
    const { world, student, creditsOf } = await start();
    const exam = world.account.exam({ date });
    const id = world.account.booking({ student, exam, isActive, properties: PAID });
    const { status, body } = await cancel(world, student, id);
    expect([status, body.code]).toEqual([409, code]);
    await world.settle();
    expect([world.account.values('bookings', id)['is_active'], creditsOf(student.id)]).toEqual([isActive, 1]);
  });

  it('is allowed on the day of the exam, until it is over in Toronto', async () => {
    const { world, student } = await start(1, { now: '2026-12-11T04:59:00Z' });
    const exam = world.account.exam({ date: '2026-12-10' });
    const [first, second] = [1, 2].map(() => world.account.booking({ student, exam, properties: PAID }));
    expect((await cancel(world, student, first ?? '')).status).toBe(200);
    await world.clock.advance(60_000);
    expect((await cancel(world, student, second ?? '')).body.code).toBe('BOOKING_COMPLETED');
  });

  it('writes nothing over credits that cannot be read, and tells the operator', async () => {
    const { world, student, exam } = await start();
    const id = world.account.booking({ student, exam, properties: PAID });
    world.account.plant('contacts', student.id, { sj_credits: '1,000' });
    const { status, body } = await cancel(world, student, id);
    expect([status, body.data.actions_completed.credits_restored]).toEqual([200, false]);
    await world.settle();
    expect(world.account.values('contacts', student.id)['sj_credits']).toBe('1,000');
    expect(world.logged('error')).toEqual([expect.objectContaining({ bookingId: id, credit: 'sj_credits' })]);
  });

  it.each([
    [
      'our token is refused',
      { kind: 'status', status: 401, body: { status: 'error', category: 'INVALID_AUTHENTICATION' } } as const,
      'INTERNAL_ERROR',
      'token',
    ],
  ])('tells the operator when %s', async (_name, fault, code, words) => {
    const { world, student, exam } = await start();
    const id = world.account.booking({ student, exam, properties: PAID });
    world.emulator.faults.add({ fault, operation: 'objects.update', objectType: BOOKINGS, times: Infinity });
    const { status, body } = await cancel(world, student, id);
    expect([status, body.code]).toEqual([500, code]);
    expect(
      world
        .logged('error')
        .map(({ message }) => message)
        .join(),
    ).toContain(words);
  });
});

describe('several instances', () => {
  it('one does not cancel what the other has not settled yet: no credit comes out of nothing', async () => {
    const { world, student, exam, creditsOf } = await start(1, {
      env: CONFIRMING,
      settings: { ...LIFELIKE, lag: { associationMs: 2000 } },
    });
    const two = await world.sibling(CONFIRMING);
    await world.clock.advance(5000);
    const [booked, early] = await world.clock.run(async () => {
      const booking = sendBooking(world, student, { exam });
      await world.clock.sleep(2600);
      const login = { student_id: student.studentId, email: student.email };
      const list = await two.send('GET', 'bookings/list', { query: login });
      return Promise.all([booking, sendCancel(two, student, list.body.data.bookings[0].id)]);
    });
    expect([booked?.status, early?.status, creditsOf(student.id)]).toEqual([201, 503, 0]);
    expect(Number(early?.headers.get('retry-after'))).toBeLessThanOrEqual(3);
    const again = await cancel(two, student, booked?.body.data.booking_record_id);
    await world.settle();
    expect([again.status, creditsOf(student.id)]).toEqual([200, 1]);
  });

  it('that do not see yet whose a booking is ask for patience, and refuse nobody', async () => {
    const { world, student, exam } = await start(1);
    const two = await world.sibling();
    const booked = await world.clock.run(async () => sendBooking(world, student, { exam }));
    const id: string = booked.body.data.booking_record_id;
    const login = { student_id: student.studentId, email: student.email };
    const early = await two.get(`bookings/${id}`, login);
    expect([early.status, early.body.code, early.headers.has('retry-after')]).toEqual([
      503,
      'HUBSPOT_UNAVAILABLE',
      true,
    ]);
    await world.clock.advance(4000);
    expect((await two.get(`bookings/${id}`, login)).status).toBe(200);
  });

  it('that book two sessions for the same last credit sell one of them', async () => {
    const { world, student, creditsOf } = await start(1, { env: CONFIRMING });
    const two = await world.sibling(CONFIRMING);
    await world.clock.advance(5000);
    const dates = ['2026-12-10', '2026-12-11'];
    const exams = dates.map((date) => world.account.exam({ date }));
    const answers = await world.clock.run(async () =>
      Promise.all(
        [world, two].map(async (each, index) =>
          sendBooking(each, student, { exam: exams[index] ?? '', date: dates[index] ?? '' }),
        ),
      ),
    );
    await world.settle();
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([201, 503]);
    expect(creditsOf(student.id)).toBe(0);
  });

  it('a booking that is undone leaves the list at once', async () => {
    const { world } = await start(1, { env: CONFIRMING });
    const two = await world.sibling(CONFIRMING);
    await world.clock.advance(5000);
    const [ada, bob] = [world.account.student(), world.account.student()];
    const exam = world.account.exam({ capacity: 1 });
    const login = { student_id: bob.studentId, email: bob.email };
    const answers = await world.clock.run(async () => {
      const first = sendBooking(world, ada, { exam });
      await world.clock.sleep(50);
      const second = sendBooking(two, bob, { exam });
      await world.clock.sleep(1500);
      await two.send('GET', 'bookings/list', { query: login });
      return Promise.all([first, second]);
    });
    expect(answers.map(({ status, body }) => body.code ?? status)).toEqual([201, 'EXAM_FULL']);
    expect((await two.get('bookings/list', login)).body.data.bookings).toEqual([]);
  });
});
