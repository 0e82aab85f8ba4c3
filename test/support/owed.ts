import { PORTAL_WITH_KEYS } from '../../src/emulator/prepdoctors-portal.ts';
import type { Fault } from '../../src/emulator/faults.ts';
import type { TestStudent } from './account-builder.ts';
import { BOOKINGS, CONTACTS, seatHolders } from './booking.ts';
import { LIFELIKE } from './faults.ts';
import { World, type WorldOptions } from './world.ts';

/** An account without the two optional properties, and one that has them. */
export const ACCOUNTS: [string, WorldOptions][] = [
  ['without the two properties', { settings: LIFELIKE }],
  [
    'with the two properties',
    {
      settings: LIFELIKE,
      portal: PORTAL_WITH_KEYS,
      env: { HUBSPOT_PROPERTY_BOOKING_KEY: 'booking_key', HUBSPOT_PROPERTY_CREDIT_OP: 'mock_credit_op' },
    },
  ],
];

export const CREATE = { operation: 'objects.create', objectType: BOOKINGS };
export const MARK = { operation: 'objects.update', objectType: BOOKINGS };
export const CREDIT = { operation: 'objects.update', objectType: CONTACTS };

/** A gateway gives up, and HubSpot carries the call out all the same, so many milliseconds later. */
export const late = (commitAfterMs: number): Fault => ({ kind: 'html', status: 504, commitAfterMs });
/** HubSpot says nothing, and carries the call out so many milliseconds after it came. */
export const silent = (commitAfterMs?: number): Fault => ({ kind: 'hang', commitAfterMs });

/** A student with three credits and a session with one seat. */
export async function startOwing(options: WorldOptions, { capacity = 1, credits = 3 } = {}) {
  const world = await World.create(options);
  const student = world.account.student({ sj_credits: credits });
  const exam = world.account.exam({ capacity });
  return { world, student, exam, faults: world.emulator.faults };
}

export const creditsOf = (world: World, { id }: TestStudent): number =>
  Number(world.account.values('contacts', id)['sj_credits']);

/** Seats taken and the student's credits as HubSpot holds them now. */
export const stateNow = (world: World, student: TestStudent, exam: string): [seats: number, credits: number] => [
  seatHolders(world, exam).length,
  creditsOf(world, student),
];

/** Error lines that ask for a check. */
export const checkLines = (world: World): Record<string, unknown>[] =>
  world.logged('error').filter(({ message }) => String(message).includes('check'));
