import { expect, it } from 'vitest';
import { seedAccount } from '../../src/emulator/seed/seed.ts';
import { EXAMPLES } from '../../src/reference/built/examples.ts';
import { ENDPOINTS } from '../../src/reference/endpoints.ts';
import { deliver, event, WEBHOOK_ENV } from '../support/webhook.ts';
import { NOW } from '../support/virtual-clock.ts';
import { type Answer, type RequestOptions, World } from '../support/world.ts';

const CRON = { headers: { authorization: 'Bearer cron-secret-of-the-examples' } };
const LOGIN = { student_id: '1599999', email: 'maya.obrien@example.com' };
const TYPE = 'Clinical Skills';
/** Entries of a list that are enough to see what it holds. */
const ENOUGH = 2;

const taken: Record<string, Record<number, unknown>> = {};

function shorten(value: unknown): unknown {
  if (Array.isArray(value)) return value.slice(0, ENOUGH).map(shorten);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, shorten(inner)]));
}

function take(operationId: string, { status, body }: Answer): Answer['body'] {
  (taken[operationId] ??= {})[status] = shorten(body);
  return body;
}

/** Answers that the API gives over the embedded HubSpot's own records, at one moment. */
it('shows of each endpoint what it answers (else: npx vitest run --project reference -u)', async () => {
  const world = await World.create({ env: { ...WEBHOOK_ENV, CRON_SECRET: 'cron-secret-of-the-examples' } });
  seedAccount(world.emulator.account, Date.parse(NOW));
  const ask = async (operationId: string, method: string, path: string, options: RequestOptions = {}) =>
    take(operationId, await world.request(method, path, options));
  const list = await ask('listBookings', 'GET', 'bookings/list', { query: { ...LOGIN, filter: 'upcoming', limit: 2 } });
  await ask('listBookings', 'GET', 'bookings/list', { query: { ...LOGIN, email: 'somebody.else@example.com' } });
  await ask('getBooking', 'GET', `bookings/${list.data.bookings[0].id}`, { query: LOGIN });
  await ask('getBooking', 'GET', 'bookings/1', { query: LOGIN });
  const { data: sessions } = await ask('listAvailableExams', 'GET', 'mock-exams/available', {
    query: { mock_type: TYPE, realtime: 'true' },
  });
  const free = sessions.findLast(({ available_slots: slots }: { available_slots: number }) => slots > 0);
  await ask('getCapacity', 'GET', `mock-exams/${free.mock_exam_id}/capacity`);
  const student = await ask('validateCredits', 'POST', 'mock-exams/validate-credits', {
    body: { ...LOGIN, mock_type: TYPE },
  });
  const wish = {
    ...LOGIN,
    name: "Maya O'Brien",
    mock_type: TYPE,
    mock_exam_id: free.mock_exam_id,
    exam_date: free.exam_date,
    contact_id: student.data.contact_id,
  };
  await ask('createBooking', 'POST', 'bookings/create', { body: wish });
  const made = await ask('createBooking', 'POST', 'bookings/create', { body: { ...wish, dominant_hand: true } });
  await world.settle();
  await ask('cancelBooking', 'DELETE', `bookings/${made.data.booking_record_id}`, {
    body: { ...LOGIN, reason: 'Cannot come' },
  });
  await world.settle();
  await ask('syncCapacity', 'GET', 'mock-exams/sync-capacity', { ...CRON, query: { dry_run: 'true' } });
  await ask('syncCapacityOf', 'POST', 'mock-exams/sync-capacity', {
    ...CRON,
    body: { mock_exam_ids: [free.mock_exam_id] },
  });
  await ask('settleDebts', 'GET', 'cron/settle', CRON);
  await ask('warmCache', 'GET', 'cron/warm-cache', CRON);
  const change = event(world, 'object.propertyChange', {
    objectId: Number(list.data.bookings[0].id),
    objectTypeId: '2-50158943',
    propertyName: 'is_active',
    propertyValue: 'Active',
  });
  take('receiveEvents', await deliver(world, [change]));
  take('receiveEventsForCache', await deliver(world, [change], 'webhooks/cache-invalidation'));
  await ask('checkHealth', 'GET', 'health');
  const text = `/** Made by a test, from answers over the embedded HubSpot: npx vitest run --project reference -u */\nexport const EXAMPLES: Readonly<Record<string, Readonly<Record<number, unknown>>>> = ${JSON.stringify(taken)};\n`;
  await expect(text).toMatchFileSnapshot('../../src/reference/built/examples.ts');
});

it('are there for every endpoint that students, schedules and HubSpot call', () => {
  const wanted = ENDPOINTS.filter(({ audience }) => audience !== 'operator' && audience !== 'public');
  const missing = wanted.filter(({ operationId }) => EXAMPLES[operationId] === undefined);
  expect(missing.map(({ operationId }) => operationId)).toEqual([]);
});

it('hold no secret', () => {
  expect(JSON.stringify(EXAMPLES)).not.toContain('cron-secret');
});
