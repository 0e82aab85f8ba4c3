import type { Fault } from '../../src/emulator/faults.ts';
import type { TestStudent } from './account-builder.ts';
import { seatHolders } from './booking.ts';
import type { Answer, World } from './world.ts';

/** HubSpot's usual delays. */
export const LIFELIKE = {
  latency: { readMs: 100, writeMs: 200 },
  lag: { associationMs: 3000, rollupMs: 2000, searchMs: 10_000 },
};

/** Every way a call can go wrong. */
export const FAULTS: [string, Fault][] = [
  ['a 500', { kind: 'status', status: 500 }],
  ['a 500 after the commit', { kind: 'status', status: 500, commitAfterMs: 0 }],
  ['a 400', { kind: 'status', status: 400 }],
  ['a 429', { kind: 'status', status: 429, body: { policyName: 'DAILY' } }],
  ['a hang-up', { kind: 'hang-up' }],
  ['a hang-up after the commit', { kind: 'hang-up', commitAfterMs: 0 }],
  ['silence', { kind: 'hang' }],
  ['silence after the commit', { kind: 'hang', commitAfterMs: 0 }],
  ['HTML after the commit', { kind: 'html', commitAfterMs: 0 }],
  ['truncated JSON', { kind: 'truncated' }],
];
/** How often it does. */
export const OUTAGES: [string, number][] = [
  ['once', 1],
  ['from then on', Infinity],
];

/** What a booking leaves in HubSpot. */
export interface State {
  seats: number;
  credits: number;
}

/** A call that a fault is meant for. */
export type CallTarget = [name: string, target: { operation: string; objectType: string; skip?: number }];

/** The state once everything has come to rest. */
export async function stateOf(world: World, student: TestStudent, exam: string): Promise<State> {
  await world.settle();
  const credits = Number(world.account.values('contacts', student.id)['sj_credits']);
  return { seats: seatHolders(world, exam).length, credits };
}

/**
 * `done` after a success, `undone` after a refusal, one of them after "still being completed", unless an error line asks
 * for a check.
 */
export function honestState(world: World, answer: Answer, state: State, ends: { done: State; undone: State }): State {
  const told = world.logged('error').some(({ message }) => String(message).includes('check'));
  if (told) return state;
  const isOwed = answer.status === 503 && String(answer.body.error).includes('still being completed');
  if (isOwed && state.seats === ends.done.seats) return ends.done;
  return answer.status < 300 ? ends.done : ends.undone;
}
