import { setTimeout as sleep } from 'node:timers/promises';
import { SeededRandom } from '../../../src/emulator/seed/random.ts';
import type { DataOf } from '../accounts/accounts.ts';
import { times } from '../accounts/sessions.ts';
import type { ContestantName } from '../process/contestant.ts';
import { EmulatorProcess } from '../process/emulator.ts';
import { startFleet } from '../process/fleet.ts';
import { availableRequest, createRequest, creditsRequest, listRequest } from '../scenarios/requests.ts';
import type { RushPlan } from '../scenarios/rush.ts';
import { costOf, withoutDiscovery } from './cost.ts';
import { type Journey, type Sale, visit } from './rush-journey.ts';
import { type RushResult, summariseRush } from './rush-result.ts';
import { tally } from './tally.ts';
import { send } from './wire.ts';

/** An instance that is older than HubSpot's lag need not wait for what others did before it. */
const INSTANCE_AGE_MS = 3500;
/** Counts and notes may be written seconds after the answers. */
const SETTLE_MS = 2300;

/** Lets a rush happen to one contestant over a HubSpot of its own, and looks afterwards at what is stored. */
export async function runRush(contestant: ContestantName, plan: RushPlan): Promise<RushResult> {
  const emulator = new EmulatorProcess();
  const { url: hubspotUrl, data } = await emulator.start('rush', { students: plan.students, seats: plan.seats });
  const fleet = await startFleet(contestant, hubspotUrl, plan);
  try {
    await Promise.all(fleet.urls.map(async (url) => warmUp(url, data)));
    await emulator.ask('calls', { quietMs: 0 });
    const sales = data.open.map((session): Sale => ({ session, wanted: 0, booked: 0, refused: 0 }));
    const startedAt = performance.now();
    const journeys = await rush(fleet.urls, data, sales, plan.spreadMs);
    const durationMs = performance.now() - startedAt;
    const calls = withoutDiscovery(await emulator.ask('calls', { quietMs: SETTLE_MS }));
    const stored = await emulator.ask('state', {
      exams: data.open.map(({ id }) => id),
      contacts: data.students.map(({ id }) => id),
    });
    const redis = await fleet.redisCost();
    const facts = { cost: costOf(calls), durationMs, errorsLogged: tally(fleet.errors()), redis };
    return summariseRush(contestant, plan, { journeys, sales, stored }, facts);
  } finally {
    await fleet.stop();
    emulator.stop();
  }
}

/** Loads the code of every step without reading anything that the rush will ask for. */
async function warmUp(baseUrl: string, { full, spare }: DataOf<'rush'>): Promise<void> {
  const [elsewhere] = full;
  if (!elsewhere) throw new Error('no session to warm up with');
  const until = performance.now() + INSTANCE_AGE_MS;
  for (const request of [
    creditsRequest(spare, elsewhere.type),
    availableRequest('Clinical Skills', true),
    createRequest(spare, elsewhere),
    listRequest(spare),
  ]) {
    await send(baseUrl, request);
  }
  await sleep(Math.max(0, until - performance.now()));
}

async function rush(
  urls: readonly string[],
  { students }: DataOf<'rush'>,
  sales: readonly Sale[],
  spreadMs: number,
): Promise<Journey[]> {
  const random = new SeededRandom(students.length);
  const arrivals = times(students.length, () => random.next() * spreadMs);
  return Promise.all(
    students.map(async (student, index) => {
      const sale = sales[index % sales.length];
      if (!sale) throw new Error('no session has opened');
      await sleep(arrivals[index]);
      // Their requests go to one instance after the other, and the next student begins with the next one.
      const first = index % urls.length;
      const order = [...urls.slice(first), ...urls.slice(0, first)];
      return visit(order, student, sale, `10.0.${Math.floor(index / 200)}.${(index % 200) + 1}`);
    }),
  );
}
