import { describe, expect, it } from 'vitest';
import { book, BOOKINGS, cancel } from '../support/booking.ts';
import { ACCOUNTS, checkLines, CREATE, CREDIT, late, silent, startOwing, stateNow } from '../support/owed.ts';
import type { World } from '../support/world.ts';

const TOLD_OWED =
  'Your booking is still being completed. Look at your bookings in a minute; trying again will not book or charge twice.';
const creates = (world: World) =>
  world.takeCalls().filter(({ operation, objectType }) => operation === 'objects.create' && objectType === BOOKINGS);

describe.each(ACCOUNTS)('a create whose answer is lost, %s', (_account, options) => {
  it.each([
    ['carried out at once', late(0)],
    ['carried out 1.5 s later', late(1500)],
    ['carried out in silence after 2 s', silent(2000)],
  ])('%s: booked and paid once, and told so', async (_how, fault) => {
    const { world, student, exam, faults } = await startOwing(options);
    faults.add({ fault, ...CREATE });
    const { status, body } = await book(world, student, { exam });
    expect([status, body.data.credit_details.remaining_credits, body.data.associations.warnings]).toEqual([201, 2, []]);
    await world.settle();
    expect([stateNow(world, student, exam), checkLines(world)]).toEqual([[1, 2], []]);
  });

  it('20 s later, while the student tries again after 13 s: one booking, one credit', async () => {
    const { world, student, exam, faults } = await startOwing(options);
    faults.add({ fault: silent(25_000), ...CREATE });
    const answers = await world.clock.run(async () => {
      const first = book(world, student, { exam });
      await world.clock.sleep(13_000);
      return Promise.all([first, book(world, student, { exam })]);
    });
    await world.settle();
    expect([stateNow(world, student, exam), checkLines(world)]).toEqual([[1, 2], []]);
    const told = answers.map(({ status, body }) => (status === 201 ? 201 : body.code));
    expect([
      ['HUBSPOT_UNAVAILABLE', 'HUBSPOT_UNAVAILABLE'],
      [201, 'DUPLICATE_BOOKING'],
    ]).toContainEqual(told);
    // Whoever was told to wait and asks again hears that it is booked.
    const third = await book(world, student, { exam });
    expect(third.body.code ?? third.status).toBe(told[0] === 201 ? 'DUPLICATE_BOOKING' : 201);
    expect(stateNow(world, student, exam)).toEqual([1, 2]);
  });
});

const [[, without] = ['', {}]] = ACCOUNTS;

describe('a create whose answer is lost, without a key', () => {
  it('keeps its seat while it may still appear', async () => {
    const { world, student, exam, faults } = await startOwing(without);
    faults.add({ fault: silent(30_000), ...CREATE });
    await book(world, student, { exam });
    // Nobody knows yet whether it is full.
    const other = await book(world, world.account.student(), { exam });
    expect([other.status, other.body.code]).toEqual([503, 'RATE_LIMITED']);
    await world.settle();
    expect(stateNow(world, student, exam)).toEqual([1, 2]);
  });

  it('is never repeated: one that was not carried out gives the seat back once it is too old', async () => {
    const { world, student, exam, faults } = await startOwing(without);
    faults.add({ fault: { kind: 'hang-up' }, ...CREATE });
    const first = await book(world, student, { exam });
    expect([first.status, first.body.error, Number(first.headers.get('retry-after')) > 0]).toEqual([
      503,
      TOLD_OWED,
      true,
    ]);
    const second = await book(world, student, { exam });
    expect([second.status, second.body.error]).toEqual([503, TOLD_OWED]);
    expect(creates(world)).toHaveLength(1);
    await world.settle();
    expect([stateNow(world, student, exam), checkLines(world)]).toEqual([[0, 3], []]);
    expect((await book(world, world.account.student(), { exam })).status).toBe(201);
  });

  it('lets nobody book the same day and type beside it, but other days as usual', async () => {
    const { world, student, exam, faults } = await startOwing(without);
    faults.add({ fault: silent(), ...CREATE });
    await book(world, student, { exam });
    const sameDay = await book(world, student, { exam: world.account.exam() });
    expect([sameDay.status, sameDay.body.error]).toEqual([503, TOLD_OWED]);
    const otherDay = await book(world, student, {
      exam: world.account.exam({ date: '2026-12-20' }),
      date: '2026-12-20',
    });
    expect(otherDay.status).toBe(201);
  });

  it('a credit that is promised to it is no reason to say that there is none', async () => {
    const { world, student, exam, faults } = await startOwing(without, { credits: 1 });
    faults.add({ fault: silent(), ...CREATE });
    await book(world, student, { exam });
    const other = { exam: world.account.exam({ date: '2026-12-20' }), date: '2026-12-20' };
    const refused = await book(world, student, other);
    expect([refused.status, refused.body.code, refused.headers.has('retry-after')]).toEqual([
      503,
      'HUBSPOT_UNAVAILABLE',
      true,
    ]);
    await world.settle();
    expect((await book(world, student, other)).status).toBe(201);
  });

  it('two bookings that fit cannot be told apart: neither is paid, and the log asks for a check', async () => {
    const { world, student, exam, faults } = await startOwing(without);
    faults.add({ fault: silent(20_000), ...CREATE });
    await world.clock.run(async () => {
      const booking = book(world, student, { exam });
      await world.clock.sleep(1000);
      const twin = { booking_id: "Situational Judgment-Ada O'Neil - 2026-12-10" };
      world.account.booking({ student, exam, properties: twin });
      world.account.booking({ student, exam, properties: twin });
      return booking;
    });
    await world.settle();
    expect(world.account.values('contacts', student.id)['sj_credits']).toBe('3');
    expect(checkLines(world)).toMatchObject([{ contactId: student.id, examId: exam }]);
  });

  it('that HubSpot never tells of is one line with what names it', async () => {
    const { world, student, exam, faults } = await startOwing(without);
    faults.add({ fault: { kind: 'hang-up', commitAfterMs: 0 }, ...CREATE });
    faults.add({ fault: { kind: 'status', status: 500 }, operation: 'associations.batchRead', times: Infinity });
    expect((await book(world, student, { exam })).status).toBe(503);
    await world.settle();
    expect(checkLines(world)).toMatchObject([{ contactId: student.id, examId: exam }]);
  });

  it('and that it never made holds no seat for ever', async () => {
    const { world, student, exam, faults } = await startOwing(without);
    faults.add({ fault: { kind: 'hang-up' }, ...CREATE });
    faults.add({ fault: { kind: 'status', status: 500 }, operation: 'associations.batchRead', times: Infinity });
    expect((await book(world, student, { exam })).status).toBe(503);
    await world.settle();
    faults.clear();
    expect((await book(world, world.account.student(), { exam })).status).toBe(201);
  });

  it('is not taken for an older booking of the same name', async () => {
    const { world, student, exam, faults } = await startOwing(without);
    const properties = { booking_id: "Situational Judgment-Ada O'Neil - 2026-12-10" };
    world.account.booking({ student, exam: world.account.exam({ date: '2026-12-24' }), properties });
    faults.add({ fault: late(0), ...CREATE });
    expect((await book(world, student, { exam })).status).toBe(201);
    await world.settle();
    expect([stateNow(world, student, exam), checkLines(world)]).toEqual([[1, 2], []]);
  });

  it('found and cancelled by its student before it is known here: asked for patience, then refunded once', async () => {
    const { world, student, exam, faults } = await startOwing(without);
    faults.add({ fault: silent(0), ...CREATE });
    faults.add({ fault: { kind: 'status', status: 500 }, operation: 'associations.batchRead', times: Infinity });
    await book(world, student, { exam });
    const { account } = world.emulator;
    const id = account.records.all(account.objectType(BOOKINGS)).at(-1)?.id ?? '';
    expect((await cancel(world, student, id)).status).toBe(503);
    faults.clear();
    await world.settle();
    expect((await cancel(world, student, id)).status).toBe(200);
    await world.settle();
    expect(stateNow(world, student, exam)).toEqual([0, 3]);
  });
});

describe('a create whose answer is lost, with a key', () => {
  const [, [, withKeys] = ['', {}]] = ACCOUNTS;

  it('is made again at once, and told as booked', async () => {
    const { world, student, exam, faults } = await startOwing(withKeys);
    faults.add({ fault: { kind: 'hang-up' }, ...CREATE });
    expect((await book(world, student, { exam })).status).toBe(201);
    await world.settle();
    expect(stateNow(world, student, exam)).toEqual([1, 2]);
    expect(world.account.all('bookings').map((values) => values['booking_key'])).toEqual([
      `${student.id}:Situational Judgment:2026-12-10:1`,
    ]);
  });

  it('is not taken for an earlier booking of that day that was undone', async () => {
    const { world, student, exam, faults } = await startOwing(withKeys);
    faults.add({ fault: { kind: 'status', status: 400 }, ...CREDIT });
    await book(world, student, { exam });
    faults.add({ fault: { kind: 'status', status: 500 }, ...CREATE });
    expect((await book(world, student, { exam })).status).toBe(201);
    await world.settle();
    expect([stateNow(world, student, exam), checkLines(world)]).toEqual([[1, 2], []]);
  });

  it('a second booking of that day after a cancelled one has the next number', async () => {
    const { world, student, exam } = await startOwing(withKeys);
    const first = await book(world, student, { exam });
    await cancel(world, student, first.body.data.booking_record_id);
    expect((await book(world, student, { exam })).status).toBe(201);
    expect(world.account.all('bookings').map((values) => values['booking_key']?.at(-1))).toEqual(['1', '2']);
  });
});
