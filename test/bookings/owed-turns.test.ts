import { describe, expect, it } from 'vitest';
import type { Fault } from '../../src/emulator/faults.ts';
import { BOOKINGS, MOCK_EXAMS, sendBooking, sendCancel } from '../support/booking.ts';
import { ACCOUNTS, CREDIT, creditsOf, late, silent, startOwing } from '../support/owed.ts';
import type { WorldOptions } from '../support/world.ts';

const CREDITS = 5;

/** Moments from `first` to `last`, in milliseconds. */
const moments = (first: number, last: number, step: number): number[] =>
  Array.from({ length: Math.floor((last - first) / step) + 1 }, (_each, index) => first + index * step);

interface Story {
  /** What becomes of the first writes of a credit. */
  faults: Fault[];
  /** When the student cancels what they booked, and when they book another day, in milliseconds. */
  cancelAtMs: number;
  bookAtMs: number | null;
  /** How much longer exams take to be read than contacts, in milliseconds. */
  slowExamsMs?: number;
}

/** A student books, cancels and books another day. @returns their credits in the end, and what they should be */
async function live(
  options: WorldOptions,
  { faults, cancelAtMs, bookAtMs, slowExamsMs = 0 }: Story,
): Promise<[number, number]> {
  const { world, student, exam, faults: all } = await startOwing(options, { capacity: 9, credits: CREDITS });
  const other = world.account.exam({ date: '2026-12-17' });
  for (const [index, fault] of faults.entries()) all.add({ fault, ...CREDIT, ...(index > 0 ? { skip: index } : {}) });
  const slow: Fault = { kind: 'slow', beforeMs: slowExamsMs, afterMs: 0 };
  all.add({ fault: slow, operation: 'objects.get', objectType: MOCK_EXAMS, times: Infinity });
  const at = async <T>(atMs: number, work: () => Promise<T>) => {
    await world.clock.sleep(atMs);
    return work();
  };
  await world.clock.run(async () =>
    Promise.all([
      sendBooking(world, student, { exam }),
      at(cancelAtMs, async () => {
        const made = world.emulator.account.records.all(world.emulator.account.objectType(BOOKINGS));
        return made[0] && sendCancel(world, student, made[0].id);
      }),
      bookAtMs === null
        ? null
        : at(bookAtMs, async () => sendBooking(world, student, { exam: other, date: '2026-12-17' })),
    ]),
  );
  await world.settle();
  const bookings = world.emulator.account.records.all(world.emulator.account.objectType(BOOKINGS));
  const standing = bookings.filter(({ versions }) => versions.at(-1)?.values['is_active'] === 'Active');
  return [creditsOf(world, student), CREDITS - standing.length];
}

describe.each(ACCOUNTS)('what was read before others had their turn, %s', (_name, options) => {
  const shorter = { ...options, env: { ...options.env, WRITE_HORIZON_MS: '25000' } };

  it('is no base for a refund: cancelled at any moment while the payment fails and is tried again', async () => {
    const failing: Fault = { kind: 'status', status: 429, body: { policyName: 'DAILY' } };
    for (const cancelAtMs of moments(400, 3600, 400)) {
      const [credits, due] = await live(shorter, { faults: [failing, failing], cancelAtMs, bookAtMs: null });
      expect([cancelAtMs, credits]).toEqual([cancelAtMs, due]);
    }
  });

  it('is no base for a payment: another day booked at any moment while a refund is written', async () => {
    const failing: Fault = { kind: 'status', status: 429, body: { policyName: 'DAILY' } };
    for (const bookAtMs of moments(2500, 4500, 100)) {
      const story = { faults: [failing, failing], cancelAtMs: 1000, bookAtMs, slowExamsMs: 600 };
      const [credits, due] = await live(shorter, story);
      expect([bookAtMs, credits]).toEqual([bookAtMs, due]);
    }
  });

  it.each([
    ['silence', silent()],
    ['a late payment', late(9000)],
  ])('is no base for a payment: another day booked at any moment while a refund waits for %s', async (_what, fault) => {
    for (const bookAtMs of moments(22_400, 25_200, 400)) {
      const [credits, due] = await live(shorter, { faults: [fault], cancelAtMs: 9000, bookAtMs });
      expect([bookAtMs, credits]).toEqual([bookAtMs, due]);
    }
  });
});
