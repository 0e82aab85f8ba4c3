import { describe, expect, it } from 'vitest';
import type { Fault } from '../../src/emulator/faults.ts';
import { book, BOOKINGS, CONTACTS, seatHolders } from '../support/booking.ts';
import { LIFELIKE, stateOf } from '../support/faults.ts';
import { World } from '../support/world.ts';

describe('a booking whose answer was lost', () => {
  const lose = async (fault: Fault) => {
    const world = await World.create({ settings: LIFELIKE });
    const student = world.account.student({ sj_credits: 3 });
    const exam = world.account.exam({ capacity: 1 });
    world.emulator.faults.add({ fault, operation: 'objects.create', objectType: BOOKINGS });
    return { world, student, exam };
  };
  const creates = (world: World) =>
    world.takeCalls().filter(({ operation, objectType }) => operation === 'objects.create' && objectType === BOOKINGS);

  it('is found once HubSpot shows it, and finished: one booking, one deduction, told as success', async () => {
    const { world, student, exam } = await lose({ kind: 'hang-up', commitAfterMs: 0 });
    const answer = await book(world, student, { exam });
    expect(answer.status).toBe(201);
    expect(await stateOf(world, student, exam)).toEqual({ seats: 1, credits: 2 });
    expect(creates(world)).toHaveLength(1);
  });

  it('that never was is told as 503, and can be made again after a while', async () => {
    const { world, student, exam } = await lose({ kind: 'hang-up' });
    const answer = await book(world, student, { exam });
    expect([answer.status, answer.body.code]).toEqual([503, 'HUBSPOT_UNAVAILABLE']);
    await world.clock.advance(3000);
    expect((await book(world, student, { exam })).status).toBe(201);
    expect(await stateOf(world, student, exam)).toEqual({ seats: 1, credits: 2 });
  });

  it('keeps its seat while it may still appear', async () => {
    const { world, student, exam } = await lose({ kind: 'hang-up' });
    await book(world, student, { exam });
    // Nobody knows yet whether it is full.
    const other = await book(world, world.account.student(), { exam });
    expect([other.status, other.body.code]).toEqual([503, 'RATE_LIMITED']);
    await world.settle();
    expect((await book(world, world.account.student(), { exam })).status).toBe(201);
  });

  it('is not made a second time beside the first: another try within the lag is told to wait', async () => {
    const { world, student, exam } = await lose({ kind: 'hang' });
    expect((await book(world, student, { exam })).status).toBe(503);
    const again = await book(world, student, { exam });
    expect([again.status, again.body.code, again.headers.get('retry-after')]).toEqual([
      503,
      'HUBSPOT_UNAVAILABLE',
      '5',
    ]);
    expect(creates(world)).toHaveLength(1);
  });

  it('that appears after the student was refused is adopted by the next try of the same student', async () => {
    const { world, student, exam } = await lose({ kind: 'hang-up', commitAfterMs: 0 });
    world.emulator.settings.lag.associationMs = 9000;
    expect((await book(world, student, { exam })).status).toBe(503);
    await world.clock.advance(2500);
    expect((await book(world, student, { exam })).status).toBe(201);
    expect(await stateOf(world, student, exam)).toEqual({ seats: 1, credits: 2 });
    expect(creates(world)).toHaveLength(1);
  });

  it('that appears and nobody asks for is taken back', async () => {
    const { world, student, exam } = await lose({ kind: 'hang-up', commitAfterMs: 0 });
    world.emulator.settings.lag.associationMs = 9000;
    expect((await book(world, student, { exam })).status).toBe(503);
    expect(await stateOf(world, student, exam)).toEqual({ seats: 0, credits: 3 });
  });
});

describe('a credit of which nobody knows whether it was taken', () => {
  const loseCredit = async () => {
    const world = await World.create({ settings: LIFELIKE });
    const student = world.account.student({ sj_credits: 3 });
    const exam = world.account.exam();
    const contacts = { objectType: CONTACTS };
    world.emulator.faults.add({
      fault: { kind: 'hang-up', commitAfterMs: 0 },
      operation: 'objects.update',
      ...contacts,
    });
    world.emulator.faults.add({
      fault: { kind: 'status', status: 500 },
      operation: 'objects.get',
      ...contacts,
      skip: 1,
      times: 9,
    });
    return { world, student, exam, contacts };
  };

  it('is set back, and the booking undone', async () => {
    const { world, student, exam } = await loseCredit();
    expect((await book(world, student, { exam })).status).toBe(503);
    expect(await stateOf(world, student, exam)).toEqual({ seats: 0, credits: 3 });
    expect(world.logged('error')).toEqual([]);
  });

  it('is told to the operator when even that fails', async () => {
    const { world, student, exam, contacts } = await loseCredit();
    const down: Fault = { kind: 'status', status: 500 };
    world.emulator.faults.add({ fault: down, operation: 'objects.update', ...contacts, skip: 1, times: Infinity });
    expect((await book(world, student, { exam })).status).toBe(503);
    expect((await stateOf(world, student, exam)).seats).toBe(0);
    expect(world.logged('error')).toMatchObject([
      {
        message: expect.stringContaining('by hand'),
        contactId: student.id,
        examId: exam,
        credit: 'sj_credits',
        amount: 3,
      },
    ]);
  });
});

describe('a booking that takes longer than the student waits', () => {
  it('is still undone when its credit cannot be taken', async () => {
    const world = await World.create({ settings: LIFELIKE });
    const student = world.account.student({ sj_credits: 3 });
    const exam = world.account.exam();
    const hang = { kind: 'hang' } as const;
    world.emulator.faults.add({
      fault: { ...hang, commitAfterMs: 0 },
      operation: 'objects.create',
      objectType: BOOKINGS,
    });
    world.emulator.faults.add({ fault: hang, operation: 'objects.update', objectType: CONTACTS });
    expect((await book(world, student, { exam })).status).toBe(503);
    expect(await stateOf(world, student, exam)).toEqual({ seats: 0, credits: 3 });
  });
});

describe('what cannot be undone', () => {
  it('is one error line with every id', async () => {
    const world = await World.create({ settings: LIFELIKE });
    const student = world.account.student();
    const exam = world.account.exam();
    const down: Fault = { kind: 'status', status: 500 };
    world.emulator.faults.add({ fault: down, operation: 'objects.update', times: Infinity });
    world.emulator.faults.add({ fault: down, operation: 'objects.archive', times: Infinity });
    expect((await book(world, student, { exam })).status).toBe(503);
    await world.settle();
    const [bookingId] = seatHolders(world, exam);
    expect(world.logged('error')).toMatchObject([
      { message: 'booking not undone: cancel it by hand', bookingId, contactId: student.id, examId: exam },
    ]);
  });
});
