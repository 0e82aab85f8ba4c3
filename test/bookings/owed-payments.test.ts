import { describe, expect, it } from 'vitest';
import { book, BOOKINGS, cancel, CONTACTS, sendBooking, sendCancel } from '../support/booking.ts';
import { ACCOUNTS, checkLines, CREDIT, creditsOf, late, silent, startOwing, stateNow } from '../support/owed.ts';
import type { World } from '../support/world.ts';

const [[, without] = ['', {}], [, withKeys] = ['', {}]] = ACCOUNTS;
const OTHER_DAY = '2026-12-20';

describe.each(ACCOUNTS)('a payment whose answer is lost, %s', (_account, options) => {
  it.each([
    ['a 504, carried out at once', late(0)],
    ['a 504, carried out 1.5 s later', late(1500)],
    ['a 504, carried out 20 s later', late(20_000)],
    ['silence, carried out after 7 s', silent(7000)],
    ['a broken connection, never carried out', { kind: 'hang-up' } as const],
  ])('%s: booked, one credit less, and nothing to check', async (_how, fault) => {
    const { world, student, exam, faults } = await startOwing(options);
    faults.add({ fault, ...CREDIT });
    const { status, body } = await book(world, student, { exam });
    expect([status, body.data.credit_details.remaining_credits]).toEqual([201, 2]);
    await world.settle();
    expect([stateNow(world, student, exam), checkLines(world)]).toEqual([[1, 2], []]);
  });

  it('open when the student’s time is up: 201 with a warning, promised in every answer, then taken', async () => {
    const { world, student, exam, faults } = await startOwing(options);
    const login = { student_id: student.studentId, email: student.email };
    const stop = faults.add({ fault: { kind: 'hang' }, ...CREDIT, times: Infinity });
    const started = world.clock.monotonicMs();
    const { status, body } = await book(world, student, { exam });
    expect([status, body.data.associations.warnings.length, body.data.credit_details.remaining_credits]).toEqual([
      201, 1, 2,
    ]);
    expect(world.clock.monotonicMs() - started).toBeLessThanOrEqual(9000);
    const list = await world.get('bookings/list', login);
    expect([list.body.data.credits.sj_credits, creditsOf(world, student)]).toEqual([2, 3]);
    stop();
    await world.settle();
    expect([stateNow(world, student, exam), checkLines(world)]).toEqual([[1, 2], []]);
  });

  it('refused for more than two minutes: taken in the end all the same', async () => {
    const { world, student, exam, faults } = await startOwing(options);
    const stop = faults.add({ fault: { kind: 'status', status: 423 }, ...CREDIT, times: Infinity });
    expect((await book(world, student, { exam })).status).toBe(201);
    await world.clock.advance(135_000);
    stop();
    await world.settle();
    expect([stateNow(world, student, exam), checkLines(world)]).toEqual([[1, 2], []]);
  });

  it('refused for good before the answer: the booking is undone, and the student told', async () => {
    const { world, student, exam, faults } = await startOwing(options);
    const stop = faults.add({ fault: { kind: 'status', status: 400 }, ...CREDIT, times: Infinity });
    expect((await book(world, student, { exam })).status).toBe(500);
    await world.settle();
    expect([stateNow(world, student, exam), checkLines(world)]).toEqual([[0, 3], []]);
    stop();
    expect((await book(world, student, { exam })).status).toBe(201);
  });

  it('refused after an attempt that was not answered: unknown, so it is looked for and not undone', async () => {
    const { world, student, exam, faults } = await startOwing(options);
    faults.add({ fault: late(15_000), ...CREDIT });
    faults.add({ fault: { kind: 'status', status: 400 }, ...CREDIT, skip: 1, times: Infinity });
    const { status, body } = await book(world, student, { exam });
    expect([status, body.data.associations.warnings]).toEqual([201, [expect.any(String)]]);
    await world.settle();
    expect([stateNow(world, student, exam), checkLines(world)]).toEqual([[1, 2], []]);
  });

  it('never carried out and refused after the answer: the booking stands, one check line, nothing to give back', async () => {
    const { world, student, exam, faults } = await startOwing(options);
    faults.add({ fault: { kind: 'hang' }, ...CREDIT, times: Infinity });
    const { body } = await book(world, student, { exam });
    await world.settle();
    faults.clear();
    expect(checkLines(world)).toMatchObject([{ bookingId: body.data.booking_record_id, credit: 'sj_credits' }]);
    expect(stateNow(world, student, exam)).toEqual([1, 3]);
    const cancelled = await cancel(world, student, body.data.booking_record_id);
    await world.settle();
    expect([cancelled.status, cancelled.body.data.actions_completed.credits_restored]).toEqual([200, false]);
    expect(stateNow(world, student, exam)).toEqual([0, 3]);
  });
});

describe('while a write to a credit is open', () => {
  it('no other one leaves: the next booking is told when', async () => {
    const { world, student, exam, faults } = await startOwing(without, { capacity: 2 });
    faults.add({ fault: late(30_000), ...CREDIT });
    expect((await book(world, student, { exam })).status).toBe(201);
    const other = { exam: world.account.exam({ date: OTHER_DAY }), date: OTHER_DAY };
    const refused = await book(world, student, other);
    expect([refused.status, refused.body.code]).toEqual([503, 'HUBSPOT_UNAVAILABLE']);
    await world.clock.advance(Number(refused.headers.get('retry-after')) * 1000);
    expect((await book(world, student, other)).status).toBe(201);
    await world.settle();
    expect([creditsOf(world, student), checkLines(world)]).toEqual([1, []]);
  });

  it.each([1000, 30_000])(
    'with the witness others go on: what a copy replaces %i ms later is made up for',
    async (ms) => {
      const { world, student, exam, faults } = await startOwing(withKeys, { capacity: 2 });
      faults.add({ fault: late(ms), ...CREDIT });
      expect((await book(world, student, { exam })).status).toBe(201);
      const other = { exam: world.account.exam({ date: OTHER_DAY }), date: OTHER_DAY };
      expect((await book(world, student, other)).status).toBe(201);
      await world.settle();
      expect([creditsOf(world, student), checkLines(world)]).toEqual([1, []]);
    },
  );

  it('a booking that is cancelled at once costs nothing in the end', async () => {
    const { world, student, exam, faults } = await startOwing(without);
    faults.add({ fault: { kind: 'hang', commitAfterMs: 12_000 }, ...CREDIT, times: 2 });
    const booked = await book(world, student, { exam });
    const cancelled = await cancel(world, student, booked.body.data.booking_record_id);
    expect(cancelled.body.data.actions_completed.credits_restored).toBe(false);
    await world.settle();
    expect([stateNow(world, student, exam), checkLines(world)]).toEqual([[0, 3], []]);
  });
});

describe('credits that staff add', () => {
  it('between two attempts that HubSpot refused are kept', async () => {
    const { world, student, exam, faults } = await startOwing(without);
    faults.add({ fault: { kind: 'status', status: 423 }, ...CREDIT, times: 4 });
    await world.clock.run(async () => {
      const booking = book(world, student, { exam });
      await world.clock.sleep(1500);
      world.account.change('contacts', student.id, { sj_credits: 13 });
      return booking;
    });
    await world.settle();
    expect([stateNow(world, student, exam), checkLines(world)]).toEqual([[1, 12], []]);
  });

  it.each([
    ['without', without],
    ['with', withKeys],
  ])('after an attempt that is never carried out are kept, %s the witness', async (_name, options) => {
    const { world, student, exam, faults } = await startOwing(options);
    faults.add({ fault: silent(), ...CREDIT });
    await world.clock.run(async () => {
      const booking = book(world, student, { exam });
      await world.clock.sleep(2000);
      world.account.change('contacts', student.id, { sj_credits: 13 });
      return booking;
    });
    await world.settle();
    expect([stateNow(world, student, exam), checkLines(world)]).toEqual([[1, 12], []]);
  });

  it('that a late write replaces are given back with the witness', async () => {
    const { world, student, exam, faults } = await startOwing(withKeys);
    faults.add({ fault: late(40_000), ...CREDIT });
    expect((await book(world, student, { exam })).status).toBe(201);
    world.account.change('contacts', student.id, { sj_credits: 12 });
    await world.settle();
    expect([creditsOf(world, student), checkLines(world)]).toEqual([12, []]);
  });

  it('that a late write replaces are told to be checked', async () => {
    const { world, student, exam, faults } = await startOwing(without);
    faults.add({ fault: late(40_000), ...CREDIT });
    expect((await book(world, student, { exam })).status).toBe(201);
    world.account.change('contacts', student.id, { sj_credits: 12 });
    await world.settle();
    expect(creditsOf(world, student)).toBe(2);
    expect(checkLines(world)).toMatchObject([{ contactId: student.id, credit: 'sj_credits' }]);
  });
});

describe('a process that was stopped right before sending', () => {
  it('sends nothing on what it knew before: it reads again', async () => {
    const { world, student, exam, faults } = await startOwing({ ...without, env: { HUBSPOT_MAX_CONCURRENCY: '1' } });
    // The payment waits for the only place, which a slow read of somebody else holds.
    const stranger = world.account.student();
    faults.add({ fault: { kind: 'slow', beforeMs: 700 }, operation: 'objects.create', objectType: BOOKINGS });
    const answer = await world.clock.run(async () => {
      const booking = book(world, student, { exam });
      await world.clock.sleep(650);
      faults.add({ fault: { kind: 'slow', beforeMs: 1500 }, operation: 'objects.get', objectType: CONTACTS });
      const other = world.send('POST', 'mock-exams/validate-credits', {
        body: { student_id: stranger.studentId, email: stranger.email, mock_type: null },
      });
      await world.clock.sleep(800);
      world.clock.jump(120_000);
      world.account.change('contacts', student.id, { sj_credits: 9 });
      await other;
      return booking;
    });
    await world.settle();
    expect(answer.status).toBeGreaterThan(200);
    expect([stateNow(world, student, exam), checkLines(world)]).toEqual([[1, 8], []]);
  });
});

describe('two instances that change the same credit at the same moment', () => {
  const env = { ...withKeys.env, BOOKING_CONFIRMATION: 'always', RATE_LIMIT_PER_ADDRESS: '0' };
  const start = async () => {
    const { world, student } = await startOwing({ ...withKeys, env }, { credits: 5 });
    const two = await world.sibling(env);
    await world.clock.advance(5000);
    return { world, two, student };
  };
  const session = (world: World, date: string) => ({ exam: world.account.exam({ date }), date });

  it('make up for what they replaced: two bookings, two credits', async () => {
    const { world, two, student } = await start();
    const wishes = [session(world, '2026-12-11'), session(world, '2026-12-12')];
    const answers = await world.clock.run(async () =>
      Promise.all(
        [world, two].map(async (each, index) => sendBooking(each, student, wishes[index] ?? session(world, ''))),
      ),
    );
    await world.settle();
    await two.settle();
    expect(answers.map(({ status }) => status)).toEqual([201, 201]);
    expect([creditsOf(world, student), checkLines(world), checkLines(two)]).toEqual([3, [], []]);
  });

  it('a booking here and a cancelling there leave the credits as they were', async () => {
    const { world, two, student } = await start();
    const first = await book(world, student, session(world, '2026-12-11'));
    await world.settle();
    await world.clock.advance(10_000);
    const wish = session(world, '2026-12-12');
    await world.clock.run(async () => {
      const booking = sendBooking(world, student, wish);
      // Both write the credit some 3.5 s after the booking began.
      await world.clock.sleep(3150);
      return Promise.all([booking, sendCancel(two, student, first.body.data.booking_record_id)]);
    });
    await world.settle();
    await two.settle();
    expect([creditsOf(world, student), checkLines(world), checkLines(two)]).toEqual([4, [], []]);
  });
});
