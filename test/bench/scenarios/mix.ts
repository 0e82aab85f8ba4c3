import { SeededRandom } from '../../../src/emulator/seed/random.ts';

/** An ordinary hour in small: students who look around, and now and then one who books or cancels. */
export interface MixPlan {
  students: number;
  requestsPerSecond: number;
  /** Before anything is counted. */
  warmUpSeconds: number;
  seconds: number;
}

export const MIX: MixPlan = { students: 30, requestsPerSecond: 12, warmUpSeconds: 10, seconds: 30 };
export const QUICK_MIX: MixPlan = { ...MIX, warmUpSeconds: 4, seconds: 8 };

/** What students do, in parts of a hundred. */
const ACTIONS = { capacity: 30, list: 28, available: 25, credits: 12, create: 3, cancel: 2 };
export type Action = keyof typeof ACTIONS;

/** One request of the mix: the same ones, at the same times, for every contestant. */
export interface MixStep {
  /** Milliseconds after the beginning. */
  atMs: number;
  action: Action;
  student: number;
  /** Which of the sessions of the student's type; the first ones are looked at most. */
  session: number;
}

export function mixSteps(plan: MixPlan): MixStep[] {
  const random = new SeededRandom(plan.students);
  const count = (plan.warmUpSeconds + plan.seconds) * plan.requestsPerSecond;
  return Array.from({ length: count }, (_, index) => ({
    atMs: ((index + random.next()) / plan.requestsPerSecond) * 1000,
    action: pickAction(random),
    student: random.between(0, plan.students - 1),
    session: Math.floor(random.next() ** 2 * 20),
  }));
}

function pickAction(random: SeededRandom): Action {
  let left = random.next() * 100;
  const entries = Object.entries(ACTIONS) as [Action, number][];
  for (const [action, parts] of entries) {
    left -= parts;
    if (left < 0) return action;
  }
  return 'list';
}
