import { describe, expect, it } from 'vitest';
import { type WireRequest } from '../bench/measure/wire.ts';
import {
  availableRequest,
  capacityRequest,
  creditsRequest,
  detailsRequest,
  listRequest,
  uncached,
} from '../bench/scenarios/requests.ts';
import { World } from '../support/world.ts';

async function putUp() {
  const world = await World.create({ settings: { latency: { readMs: 100, writeMs: 200 } } });
  const student = world.account.student();
  const exams = [1, 2, 3].map((day) => world.account.exam({ date: `2026-12-1${day}` }));
  const bookings = exams.map((exam) => world.account.booking({ student, exam }));
  const ask = async ({ method, path, body }: WireRequest) => world.request(method, path, { body });
  return { world, student, exams, exam: exams[0] ?? '', booking: bookings[0] ?? '', ask };
}
type Place = Awaited<ReturnType<typeof putUp>>;

/** The benchmark takes a cached API's cold samples from a warm process, by asking past the cache. */
describe('a request that asks past the cache costs what it costs a fresh instance', () => {
  const requests: [string, (place: Place) => WireRequest][] = [
    ['list', ({ student }) => listRequest(student)],
    ['details', ({ student, booking }) => detailsRequest(student, booking)],
    ['available', () => availableRequest('Situational Judgment', false)],
    ['available, realtime', () => availableRequest('Situational Judgment', true)],
    ['capacity', ({ exam }) => capacityRequest(exam)],
    ['validate-credits', ({ student }) => creditsRequest(student, 'Situational Judgment')],
  ];

  it.each(requests)('%s', async (_name, requestOf) => {
    const place = await putUp();
    const { world, ask } = place;
    expect((await ask(requestOf(place))).status).toBe(200);
    await world.settle();
    const fresh = world.takeCost();
    expect(fresh.calls).toBeGreaterThan(0);
    await ask(requestOf(place));
    expect(world.takeCost().calls).toBe(0);
    for (const exam of place.exams) world.account.change('mock_exams', exam, { total_bookings: 99 });
    await world.clock.advance(1000);
    await ask(uncached(requestOf(place)));
    await world.settle();
    expect(world.takeCost()).toEqual(fresh);
  });
});
