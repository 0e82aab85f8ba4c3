import { describe, expect, it } from 'vitest';
import { book, BOOKINGS, CONTACTS, MOCK_EXAMS } from '../support/booking.ts';
import { type CallTarget, FAULTS, honestState, LIFELIKE, OUTAGES, stateOf } from '../support/faults.ts';
import { World } from '../support/world.ts';

/** Every HubSpot call of a booking, in turn: by operation, type, and how many of the kind come before it. */
const CREATE_CALLS: CallTarget[] = [
  ['reading the contact', { operation: 'objects.get', objectType: CONTACTS }],
  ['reading the exam', { operation: 'objects.get', objectType: MOCK_EXAMS }],
  ['learning the association types', { operation: 'associations.labels', objectType: BOOKINGS }],
  ['reading the student’s bookings', { operation: 'objects.batchRead', objectType: BOOKINGS }],
  ['making the booking', { operation: 'objects.create', objectType: BOOKINGS }],
  ['taking the credit', { operation: 'objects.update', objectType: CONTACTS }],
  ['writing the count', { operation: 'objects.update', objectType: MOCK_EXAMS }],
  ['writing the note', { operation: 'objects.create', objectType: '0-46' }],
];

describe.each(CREATE_CALLS)('when %s fails', (_call, target) => {
  describe.each(OUTAGES)('%s', (_how, times) => {
    it.each(FAULTS)('with %s: booked and paid, or neither, or the log says what is not', async (_name, fault) => {
      const world = await World.create({ settings: LIFELIKE });
      const student = world.account.student({ sj_credits: 3 });
      const exam = world.account.exam();
      world.account.booking({ student, exam: world.account.exam({ date: '2026-12-24' }) });
      world.emulator.faults.add({ fault, ...target, times });
      const answer = await book(world, student, { exam });
      world.emulator.faults.clear();
      const state = await stateOf(world, student, exam);
      const ends = { done: { seats: 1, credits: 2 }, undone: { seats: 0, credits: 3 } };
      expect(state).toEqual(honestState(world, answer, state, ends));
      expect(state.seats).toBeLessThanOrEqual(1);
    });
  });
});
