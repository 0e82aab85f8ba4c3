import { describe, expect, it } from 'vitest';
import { bookingBody, sendBooking } from '../support/booking.ts';
import { login } from '../support/looking.ts';
import { deliver, statusEvent, WEBHOOK_ENV } from '../support/webhook.ts';
import { World } from '../support/world.ts';

const ENV = { MONITORING_TOKEN: 'watch-me' };
const AS_OPERATOR = { headers: { Authorization: 'Bearer watch-me' } };

/** Values by name and labels, as a Prometheus server reads them. */
async function scrape(world: World): Promise<(name: string, ...labels: string[]) => number> {
  const { status, body, headers } = await world.request('GET', 'monitoring/metrics', AS_OPERATOR);
  expect([status, headers.get('content-type')]).toEqual([200, 'text/plain; version=0.0.4; charset=utf-8']);
  const lines = String(body)
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'));
  return (name, ...labels) =>
    lines
      .filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `))
      .filter((line) => labels.every((label) => line.includes(label)))
      .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' '))), 0);
}

describe('GET /api/monitoring/metrics', () => {
  it('tells what was asked, what it cost HubSpot, and what came of it', async () => {
    const world = await World.create({ env: ENV });
    const exam = world.account.exam({ capacity: 1 });
    const [first, second] = [world.account.student(), world.account.student()];
    await world.get('bookings/list', login(first));
    await world.get('bookings/list', login(first));
    await world.clock.run(async () => sendBooking(world, first, { exam }));
    await world.clock.run(async () => sendBooking(world, second, { exam }));
    await world.settle();
    const calls = world.takeCalls();
    const value = await scrape(world);
    const requests = 'http_server_request_duration_seconds_count';
    expect(value(requests, 'http_route="/api/bookings/list"', 'http_response_status_code="200"')).toBe(2);
    expect(value(requests, 'error_type="EXAM_FULL"', 'http_response_status_code="400"')).toBe(1);
    expect(value('mocks_bookings_total', 'outcome="made"')).toBe(1);
    expect(value('mocks_bookings_total', 'outcome="EXAM_FULL"')).toBe(1);
    expect(value('http_client_request_duration_seconds_count')).toBe(calls.length);
    expect(value('mocks_cache_lookups_total', 'kind="bookingList"', 'outcome="hit"')).toBe(1);
    expect(value('mocks_cache_lookups_total', 'kind="bookingList"', 'reason="cold"')).toBe(1);
    expect(value('mocks_hubspot_window_used')).toBe(calls.length);
    expect(value('mocks_hubspot_window_limit')).toBe(180);
    expect(value('mocks_debts_open')).toBe(0);
  });

  it('counts from the beginning, though its code is loaded after the first answer', async () => {
    const world = await World.create({ env: ENV });
    await world.get('health');
    const value = await scrape(world);
    expect(value('http_server_request_duration_seconds_count', 'http_route="/api/health"')).toBe(1);
  });

  it('tells retries, refusals for want of room, and how late webhooks come', async () => {
    const world = await World.create({
      env: { ...ENV, ...WEBHOOK_ENV, HUBSPOT_CALLS_PER_10_SECONDS: '3' },
      settings: { latency: { readMs: 100 } },
    });
    const student = world.account.student();
    world.emulator.faults.add({ fault: { kind: 'status', status: 503 } });
    await world.get('bookings/list', login(student));
    await world.get('bookings/list', login(world.account.student()));
    await world.get('bookings/list', login(world.account.student()));
    const event = statusEvent(world, '38800100001', 'Active');
    await world.clock.advance(3000);
    await deliver(world, [event], 'webhooks/cache-invalidation');
    const value = await scrape(world);
    expect(value('mocks_hubspot_retries_total', 'hubspot_operation="objects.get"')).toBe(1);
    expect(value('http_client_request_duration_seconds_count', 'hubspot_outcome="503"')).toBe(1);
    expect(value('mocks_hubspot_refused_total', 'priority="student"')).toBeGreaterThan(0);
    expect(value('mocks_webhook_lag_seconds_sum')).toBeGreaterThanOrEqual(3);
  });

  it('tells of bookings that are not finished, and since when', async () => {
    const world = await World.create({ env: ENV });
    const [exam, student] = [world.account.exam(), world.account.student()];
    world.emulator.faults.add({ fault: { kind: 'hang' }, operation: 'objects.create', objectType: '2-50158943' });
    await world.clock.run(async () => world.send('POST', 'bookings/create', { body: bookingBody(student, { exam }) }));
    const value = await scrape(world);
    expect(value('mocks_debts_open')).toBe(1);
    expect(value('mocks_debts_oldest_seconds')).toBeGreaterThan(5);
  });

  it('tells of sessions with more bookings than seats', async () => {
    const world = await World.create({ env: ENV });
    const exam = world.account.exam({ capacity: 1 });
    for (let count = 0; count < 2; count += 1) world.account.booking({ student: world.account.student(), exam });
    await world.get('mock-exams/available', { mock_type: 'Situational Judgment', realtime: 'true' });
    expect((await scrape(world))('mocks_sessions_overbooked_total')).toBe(1);
  });

  it('names no person', async () => {
    const world = await World.create({ env: ENV });
    const [exam, student] = [world.account.exam(), world.account.student()];
    await world.get('bookings/list', login(student));
    await world.clock.run(async () => sendBooking(world, student, { exam }));
    const { body } = await world.request('GET', 'monitoring/metrics', AS_OPERATOR);
    expect([student.email, student.studentId, student.id].filter((text) => String(body).includes(text))).toEqual([]);
  });
});

describe('who may look', () => {
  it('has the token, or is refused; ten wrong ones within five minutes are enough', async () => {
    const world = await World.create({ env: ENV });
    const guess = async (token: string) =>
      world.request('GET', 'monitoring/metrics', { headers: { Authorization: `Bearer ${token}` } });
    expect((await world.get('monitoring/metrics')).body.code).toBe('UNAUTHORIZED');
    for (let count = 0; count < 10; count += 1) expect((await guess('wrong')).status).toBe(401);
    expect((await guess('watch-me')).status).toBe(429);
    await world.clock.advance(300_001);
    expect((await guess('watch-me')).status).toBe(200);
  });

  it('is nobody while no token is set', async () => {
    const world = await World.create();
    const { status } = await world.request('GET', 'monitoring/metrics', { headers: { Authorization: 'Bearer ' } });
    expect(status).toBe(401);
  });

  it('signs in with a browser for twelve hours, by a cookie that no script sees', async () => {
    const world = await World.create({ env: ENV });
    const wrong = await world.request('POST', 'monitoring/session', { body: { token: 'watch' } });
    expect([wrong.status, wrong.headers.get('set-cookie')]).toEqual([401, null]);
    const right = await world.request('POST', 'monitoring/session', { body: { token: 'watch-me' } });
    const cookie = right.headers.get('set-cookie') ?? '';
    expect(cookie).toMatch(
      /^monitoring=\d+\.[\w-]+; Path=\/api\/monitoring; Max-Age=43200; HttpOnly; SameSite=Strict; Secure$/,
    );
    const [pair = ''] = cookie.split(';');
    const look = async (value: string) =>
      (await world.request('GET', 'monitoring/metrics', { headers: { Cookie: value } })).status;
    expect([await look(pair), await look(`other=1; ${pair}`), await look(`${pair}x`)]).toEqual([200, 200, 401]);
    expect(await look(pair.replace(/\d+\./, '9999999999999.'))).toBe(401);
    await world.clock.advance(12 * 3_600_000);
    expect(await look(pair)).toBe(401);
  });
});
