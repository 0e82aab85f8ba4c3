import { describe, expect, it } from 'vitest';
import type { TestStudent } from '../support/account-builder.ts';
import { bookingBody } from '../support/booking.ts';
import { type Answer, World } from '../support/world.ts';

const CAMPUS = '10.0.0.1';
const UNTOUCHED = { RATE_LIMIT_PER_ADDRESS: '0' };

const at = (address: string) => ({ headers: { 'x-real-ip': address } });

/** A wrong e-mail for a student id. */
const guess = async (world: World, studentId: string, index: number, address = CAMPUS) =>
  world.send('GET', 'bookings/list', {
    query: { student_id: studentId, email: `guess${index}@example.com` },
    ...at(address),
  });

const signIn = async (world: World, { studentId, email }: TestStudent, address = CAMPUS) =>
  world.send('POST', 'mock-exams/validate-credits', {
    body: { student_id: studentId, email, mock_type: null },
    ...at(address),
  });

const range = (count: number) => Array.from({ length: count }, (_, index) => index);

/** Sends them all at the same moment. */
async function together(world: World, sends: readonly (() => Promise<Answer>)[]): Promise<Answer[]> {
  return world.clock.run(async () => Promise.all(sends.map(async (send) => send())));
}

/** Sends one after the other. */
async function inTurn(world: World, sends: readonly (() => Promise<Answer>)[]): Promise<Answer[]> {
  const answers: Answer[] = [];
  for (const send of sends) answers.push(await world.clock.run(send));
  return answers;
}

function tally(answers: readonly Answer[]): Record<number, number> {
  const counts: Record<number, number> = {};
  for (const { status } of answers) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
}

describe('failed logins', () => {
  it('are stopped after ten per address and student id, also with the right e-mail', async () => {
    const world = await World.create();
    const student = world.account.student();
    const guesses = range(11).map((index) => async () => guess(world, student.studentId, index));
    const answers = await inTurn(world, guesses);
    expect(answers.map(({ status }) => status)).toEqual([...range(10).map(() => 401), 429]);
    expect(answers[10]?.headers.get('retry-after')).toBe('300');
    expect((await world.clock.run(async () => signIn(world, student))).status).toBe(429);
    expect((await world.clock.run(async () => signIn(world, student, '10.0.0.2'))).status).toBe(200);
    await world.clock.advance(300_000);
    expect((await world.clock.run(async () => signIn(world, student))).status).toBe(200);
  });

  it.each([
    ['one after the other', inTurn],
    ['at the same moment', together],
  ])('are stopped after sixty per address, three hundred %s, whoever is guessed', async (_name, send) => {
    const world = await World.create({ settings: { latency: { readMs: 100 } } });
    const guesses = range(300).map((index) => async () => guess(world, `99${index}`, index));
    expect(tally(await send(world, guesses))).toEqual({ 401: 60, 429: 240 });
    expect(world.takeCalls().length).toBeLessThanOrEqual(60);
  });

  it('are stopped after ten per student id, three hundred at the same moment', async () => {
    const world = await World.create();
    const { studentId } = world.account.student();
    const guesses = range(300).map((index) => async () => guess(world, studentId, index));
    const env = { RATE_LIMIT_BOOKINGS: '0' };
    expect(tally(await together(await world.sibling(env), guesses))).toEqual({ 401: 10, 429: 290 });
  });

  it('of one IPv6 network are stopped after sixty, from whichever of its addresses', async () => {
    const world = await World.create();
    const guesses = range(90).map(
      (index) => async () => guess(world, `99${index}`, index, `2001:db8:1:2::${(index + 1).toString(16)}`),
    );
    const answers = await inTurn(world, guesses);
    expect(answers.map(({ status }) => status)).toEqual([...range(60).map(() => 401), ...range(30).map(() => 429)]);
  });

  it('at validate-credits count as well: 60 answered, 240 refused', async () => {
    const world = await World.create({ settings: { latency: { readMs: 100 } } });
    const student = { id: '1', studentId: '123', email: '' };
    const guesses = range(300).map(
      (index) => async () => signIn(world, { ...student, studentId: `98${index}`, email: `g${index}@example.com` }),
    );
    expect(tally(await together(world, guesses))).toEqual({ 404: 60, 429: 240 });
  });

  it('do not count logins that succeed: a hundred within a second from one campus pass', async () => {
    const world = await World.create({ settings: { latency: { readMs: 100 } } });
    const students = range(100).map(() => world.account.student());
    const answers = await together(
      world,
      students.map((student) => async () => signIn(world, student)),
    );
    expect(tally(answers)).toEqual({ 200: 100 });
  });

  it('let the right ones among them pass', async () => {
    const world = await World.create({ settings: { latency: { readMs: 100 } } });
    const students = range(100).map(() => world.account.student());
    const mixed = students.flatMap((student, index) => [
      async () => signIn(world, student),
      ...(index < 40 ? [async () => guess(world, `99${index}`, index)] : []),
    ]);
    expect(tally(await together(world, mixed))).toEqual({ 200: 100, 401: 40 });
  });

  it('end to count after five minutes each, also while the wall clock is set back', async () => {
    const world = await World.create({ env: { RATE_LIMIT_FAILED_LOGINS: '2' } });
    const { studentId } = world.account.student();
    const tryOnce = async () => (await world.clock.run(async () => guess(world, studentId, 1))).status;
    const first = await tryOnce();
    await world.clock.advance(200_000);
    world.clock.setWall(-3_600_000);
    expect([first, await tryOnce(), await tryOnce()]).toEqual([401, 401, 429]);
    await world.clock.advance(100_000);
    expect([await tryOnce(), await tryOnce()]).toEqual([401, 429]);
  });

  it('of others leave nothing behind for whom they keep out', async () => {
    const limits = { RATE_LIMIT_FAILED_LOGINS: '1', RATE_LIMIT_FAILED_LOGINS_PER_ADDRESS: '1' };
    const world = await World.create({ env: limits });
    const student = world.account.student();
    const statuses = [(await world.clock.run(async () => guess(world, '99', 1))).status];
    statuses.push((await world.clock.run(async () => signIn(world, student))).status);
    await world.clock.advance(300_000);
    statuses.push((await world.clock.run(async () => signIn(world, student))).status);
    expect(statuses).toEqual([401, 429, 200]);
  });

  it('are off at 0', async () => {
    const env = { RATE_LIMIT_FAILED_LOGINS: '0', RATE_LIMIT_FAILED_LOGINS_PER_ADDRESS: '0', RATE_LIMIT_BOOKINGS: '0' };
    const world = await World.create({ env });
    const guesses = range(100).map((index) => async () => guess(world, '99', index));
    expect(tally(await together(world, guesses))).toEqual({ 401: 100 });
  });
});

describe('an undecided login', () => {
  const env = { ...UNTOUCHED, RATE_LIMIT_FAILED_LOGINS_PER_ADDRESS: '1' };

  it('is decided as soon as the student is known: a slow booking holds nobody up', async () => {
    const world = await World.create({ env: { ...env, BOOKING_CONFIRMATION: 'always' } });
    const [booker, other] = [world.account.student(), world.account.student()];
    const exam = world.account.exam();
    const order: string[] = [];
    await world.clock.run(async () => {
      const booking = world.send('POST', 'bookings/create', { body: bookingBody(booker, { exam }), ...at(CAMPUS) });
      await Promise.all([
        booking.then(({ status }) => order.push(`booked ${status}`)),
        world.clock
          .sleep(1000)
          .then(async () => signIn(world, other))
          .then(({ status }) => order.push(`signed in ${status}`)),
      ]);
    });
    expect(order).toEqual(['signed in 200', 'booked 201']);
  });

  it('makes the next one of its address wait, until the deadline at most', async () => {
    const world = await World.create({ env: { ...env, STUDENT_DEADLINE_MS: '3000' } });
    const [first, second] = [world.account.student(), world.account.student()];
    world.emulator.faults.add({ fault: { kind: 'hang' }, times: Infinity });
    const waiting = async () => {
      await world.clock.sleep(10);
      return signIn(world, second);
    };
    const [unanswered, undecided] = await together(world, [async () => signIn(world, first), waiting]);
    expect([unanswered?.status, unanswered?.body.code]).toEqual([503, 'HUBSPOT_UNAVAILABLE']);
    expect(undecided?.status).toBe(503);
    world.emulator.faults.clear();
    expect((await world.clock.run(async () => signIn(world, second))).status).toBe(200);
  });

  it('that ends without an outcome is no failed one', async () => {
    const world = await World.create({ env: { ...env, STUDENT_DEADLINE_MS: '3000' } });
    const student = world.account.student();
    world.emulator.faults.add({ fault: { kind: 'status', status: 500 }, times: Infinity });
    const failing = range(3).map(() => async () => signIn(world, student));
    expect(tally(await inTurn(world, failing))).toEqual({ 503: 3 });
    world.emulator.faults.clear();
    expect((await world.clock.run(async () => signIn(world, student))).status).toBe(200);
  });
});
