import type { TestStudent } from './account-builder.ts';
import type { Answer, World } from './world.ts';

/** HubSpot as slow and as late as it is. */
export const LIFELIKE = {
  latency: { readMs: 100, writeMs: 200 },
  lag: { associationMs: 3000, rollupMs: 2000, searchMs: 10_000 },
};
/** Every call of that many fails or hangs. */
export const ALWAYS = { times: Infinity };

export function login({ studentId, email }: TestStudent): Record<'student_id' | 'email', string> {
  return { student_id: studentId, email };
}

/** Asks for a student's credits without moving time: for requests side by side, inside `clock.run`. */
export async function sendCredits(world: World, student: TestStudent, wish: object = {}): Promise<Answer> {
  return world.send('POST', 'mock-exams/validate-credits', { body: { ...login(student), mock_type: null, ...wish } });
}

/** A student's credits for one type, as the API says. */
export async function seenCredits(world: World, student: TestStudent): Promise<number> {
  const { body } = await world.clock.run(async () => sendCredits(world, student));
  return Number(body.data.credit_breakdown.sj_credits);
}

/** Runs `work` and tells how many milliseconds went by. */
export async function timed(world: World, work: () => Promise<Answer>): Promise<{ status: number; tookMs: number }> {
  const startedAt = world.clock.now();
  const { status } = await work();
  return { status, tookMs: world.clock.now() - startedAt };
}
