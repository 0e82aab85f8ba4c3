import { describe, expect, it } from 'vitest';
import { book, cancel, CONTACTS, sendCancel } from '../support/booking.ts';
import { ACCOUNTS, checkLines, CREDIT, creditsOf, late, MARK, silent, startOwing, stateNow } from '../support/owed.ts';
import type { World, WorldOptions } from '../support/world.ts';

const PAID = { token_used: 'Situational Judgment Token' };
const [[, without] = ['', {}], [, withKeys] = ['', {}]] = ACCOUNTS;

/** A student who has booked the one seat, long ago. */
async function startBooked(options: WorldOptions) {
  const started = await startOwing(options);
  const booking = started.world.account.booking({ student: started.student, exam: started.exam, properties: PAID });
  return { ...started, booking };
}

describe.each(ACCOUNTS)('a mark whose answer is lost, %s', (_account, options) => {
  it.each([
    ['a 504, carried out 1 s later', late(1000)],
    ['silence, carried out after 7 s', silent(7000)],
    ['a broken connection, never carried out', { kind: 'hang-up' } as const],
  ])('%s: cancelled, one credit back, and told so', async (_how, fault) => {
    const { world, student, exam, booking, faults } = await startBooked(options);
    faults.add({ fault, ...MARK });
    const { status, body } = await cancel(world, student, booking);
    expect([status, body.data.credit_restoration.new_balance]).toEqual([200, 4]);
    await world.settle();
    expect([stateNow(world, student, exam), checkLines(world)]).toEqual([[0, 4], []]);
    expect((await cancel(world, student, booking)).body.code).toBe('ALREADY_CANCELED');
  });

  it('refused for good: told so, and the next try is a new one', async () => {
    const { world, student, exam, booking, faults } = await startBooked(options);
    faults.add({ fault: { kind: 'status', status: 400 }, ...MARK });
    expect((await cancel(world, student, booking)).body.code).toBe('SOFT_DELETE_FAILED');
    expect((await cancel(world, student, booking)).status).toBe(200);
    await world.settle();
    expect(stateNow(world, student, exam)).toEqual([0, 4]);
  });

  it('open when the student’s time is up: told so, and the next try hears that it is done', async () => {
    const { world, student, exam, booking, faults } = await startBooked(options);
    const stop = faults.add({ fault: { kind: 'hang' }, ...MARK, times: Infinity });
    const first = await cancel(world, student, booking);
    expect([first.status, first.body.code, first.headers.has('retry-after')]).toEqual([
      503,
      'HUBSPOT_UNAVAILABLE',
      true,
    ]);
    stop();
    const second = await cancel(world, student, booking);
    expect([second.status, second.body.data.actions_completed.credits_restored]).toEqual([200, true]);
    await world.settle();
    expect([stateNow(world, student, exam), checkLines(world)]).toEqual([[0, 4], []]);
  });
});

describe.each(ACCOUNTS)('a refund whose answer is lost, %s', (_account, options) => {
  it.each([
    ['a 504, carried out 1.5 s later', late(1500)],
    ['silence, carried out after 7 s', silent(7000)],
    ['a broken connection, never carried out', { kind: 'hang-up' } as const],
  ])('%s: one credit back, and nothing to check', async (_how, fault) => {
    const { world, student, exam, booking, faults } = await startBooked(options);
    faults.add({ fault, ...CREDIT });
    const { status, body } = await cancel(world, student, booking);
    expect([status, body.data.actions_completed.credits_restored]).toEqual([200, true]);
    await world.settle();
    expect([stateNow(world, student, exam), checkLines(world)]).toEqual([[0, 4], []]);
  });

  it('open when the student’s time is up: promised, told by a repeat, and given back once', async () => {
    const { world, student, exam, booking, faults } = await startBooked(options);
    const login = { student_id: student.studentId, email: student.email };
    const stop = faults.add({ fault: { kind: 'hang' }, ...CREDIT, times: Infinity });
    const first = await cancel(world, student, booking);
    expect([first.status, first.body.data.actions_completed.credits_restored, first.body.data.warnings]).toEqual([
      200,
      false,
      ['Your credit will be returned shortly'],
    ]);
    expect(first.body.data.credit_restoration).toBeUndefined();
    const list = await world.get('bookings/list', login);
    expect([list.body.data.credits.sj_credits, creditsOf(world, student)]).toEqual([4, 3]);
    stop();
    await world.settle();
    const repeat = await cancel(world, student, booking);
    expect([repeat.status, repeat.body.data.credit_restoration]).toEqual([
      200,
      { credit_type: 'sj_credits', amount: 1, new_balance: 4 },
    ]);
    expect([stateNow(world, student, exam), checkLines(world)]).toEqual([[0, 4], []]);
    await world.clock.advance(5 * 60_000);
    expect((await cancel(world, student, booking)).body.code).toBe('ALREADY_CANCELED');
  });

  it('that is never carried out asks for a check, and says to add nothing', async () => {
    const { world, student, booking, faults } = await startBooked(options);
    faults.add({ fault: { kind: 'hang' }, ...CREDIT, times: Infinity });
    await cancel(world, student, booking);
    await world.settle();
    expect(checkLines(world)).toMatchObject([{ bookingId: booking, contactId: student.id, credit: 'sj_credits' }]);
    expect(JSON.stringify(checkLines(world))).not.toMatch(/\badd\b|set it/);
  });
});

/** A booking that an app made and never paid, having been killed in between. */
async function unpaidBooking(world: World, student: { id: string }, exam: string, key?: string): Promise<string> {
  const { bookings, contacts, mockExams } = world.deps.config.objectTypes;
  const properties = { booking_id: 'left', is_active: 'Active', ...PAID, ...(key ? { booking_key: key } : {}) };
  const associations = [
    { to: contacts, id: student.id },
    { to: mockExams, id: exam },
  ];
  const record = await world.clock.run(async () =>
    world.deps.hubspot.createObject(bookings, { properties, associations, identity: [] }),
  );
  return record.id;
}

describe.each(ACCOUNTS)('a booking whose process was killed before the payment, %s', (_account, options) => {
  it('gives no credit back, and asks for a check', async () => {
    const { world, student, exam } = await startOwing(options, { capacity: 3 });
    const other = world.account.exam({ date: '2026-12-20' });
    const id = await unpaidBooking(world, student, exam);
    await world.clock.advance(20 * 60_000);
    // Another one, paid by the book, does not stand for it.
    expect((await book(world, student, { exam: other, date: '2026-12-20' })).status).toBe(201);
    await world.clock.advance(20 * 60_000);
    const { status, body } = await cancel(world, student, id);
    expect([status, body.data.actions_completed.credits_restored]).toEqual([200, false]);
    await world.settle();
    expect(creditsOf(world, student)).toBe(2);
    expect(checkLines(world)).toMatchObject([{ bookingId: id, contactId: student.id }]);
  });

  it('while it may still be paid it is not cancelled', async () => {
    const { world, student, exam } = await startOwing(options, { capacity: 3 });
    const id = await unpaidBooking(world, student, exam);
    const { status, headers } = await cancel(world, student, id);
    expect([status, headers.has('retry-after')]).toEqual([503, true]);
  });

  it('a paid one that this process knows nothing of gives its credit back', async () => {
    const { world, student, exam } = await startOwing(options, { capacity: 3 });
    const first = await book(world, student, { exam });
    const other = world.account.exam({ date: '2026-12-20' });
    await book(world, student, { exam: other, date: '2026-12-20' });
    await world.settle();
    const successor = await world.sibling(options.env);
    await world.clock.advance(5000);
    world.takeCalls();
    const { status, body } = await cancel(successor, student, first.body.data.booking_record_id);
    expect([status, body.data.credit_restoration.new_balance]).toEqual([200, 2]);
    await world.settle();
    expect([stateNow(world, student, exam), checkLines(successor)]).toEqual([[0, 2], []]);
  });
});

describe('history that does not testify', () => {
  it.each([
    ['is behind', { lag: { historyMs: 3_600_000 } }],
    ['does not reach back', { keptValues: 1 }],
  ])('%s: the booking counts as paid', async (_how, settings) => {
    const { world, student, exam } = await startOwing({ ...without, settings });
    const id = await unpaidBooking(world, student, exam);
    await world.clock.advance(20 * 60_000);
    world.account.change('contacts', student.id, { sj_credits: 7 });
    expect((await cancel(world, student, id)).body.data.actions_completed.credits_restored).toBe(true);
    expect(creditsOf(world, student)).toBe(8);
  });
});

describe('two instances', () => {
  const env = { BOOKING_CONFIRMATION: 'always', RATE_LIMIT_PER_ADDRESS: '0' };

  it.each([
    ['without', without],
    ['with', withKeys],
  ])(
    'one click on cancel through each, the second’s contact read late: one refund, %s the witness',
    async (_n, options) => {
      const all = { ...options.env, ...env };
      const { world, student, exam, booking, faults } = await startBooked({ ...options, env: all });
      const two = await world.sibling(all);
      await world.clock.advance(5000);
      faults.add({ fault: { kind: 'slow', afterMs: 1200 }, operation: 'objects.get', objectType: CONTACTS, skip: 1 });
      const answers = await world.clock.run(async () =>
        Promise.all([world, two].map(async (each) => sendCancel(each, student, booking))),
      );
      await world.settle();
      await two.settle();
      expect(stateNow(world, student, exam)).toEqual([0, 4]);
      expect(answers.map(({ status }) => status)).toContain(200);
    },
  );
});
