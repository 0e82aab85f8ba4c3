import { describe, expect, it } from 'vitest';
import { BOOKINGS, cancel, CONTACTS, MOCK_EXAMS } from '../support/booking.ts';
import { type CallTarget, FAULTS, honestState, LIFELIKE, OUTAGES, stateOf } from '../support/faults.ts';
import { World } from '../support/world.ts';

/** Every HubSpot call of a cancelling, in turn. */
const CANCEL_CALLS: CallTarget[] = [
  ['reading the contact', { operation: 'objects.get', objectType: CONTACTS }],
  ['reading the booking', { operation: 'objects.get', objectType: BOOKINGS }],
  ['marking the booking', { operation: 'objects.update', objectType: BOOKINGS }],
  ['reading the count', { operation: 'objects.get', objectType: MOCK_EXAMS }],
  ['giving the credit back', { operation: 'objects.update', objectType: CONTACTS }],
  ['writing the count', { operation: 'objects.update', objectType: MOCK_EXAMS }],
  ['writing the note', { operation: 'objects.create', objectType: '0-46' }],
];

describe.each(CANCEL_CALLS)('when %s of a cancelling fails', (_call, target) => {
  describe.each(OUTAGES)('%s', (_how, times) => {
    it.each(FAULTS)(
      'with %s: cancelled and refunded, or neither, or the log says what is not',
      async (_name, fault) => {
        const world = await World.create({ settings: LIFELIKE });
        const student = world.account.student({ sj_credits: 3 });
        const exam = world.account.exam({ properties: { total_bookings: 1 } });
        const properties = { token_used: 'Situational Judgment Token' };
        const booking = world.account.booking({ student, exam, properties });
        world.emulator.faults.add({ fault, ...target, times });
        const answer = await cancel(world, student, booking);
        world.emulator.faults.clear();
        const state = await stateOf(world, student, exam);
        const ends = { done: { seats: 0, credits: 4 }, undone: { seats: 1, credits: 3 } };
        expect(state).toEqual(honestState(world, answer, state, ends));
        const told = answer.body.data?.actions_completed;
        expect(told?.bookings_decremented ?? false).toBe(answer.status === 200);
        // What is not claimed is promised, or told to the operator.
        const promised = answer.body.data?.warnings?.length === 1;
        const checked = world.logged('error').some(({ message }) => String(message).includes('check'));
        expect([told?.credits_restored ?? false, promised, checked]).toContain(answer.status === 200);
      },
    );
  });
});
