import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { TestStudent } from '../support/account-builder.ts';
import { bookingBody, CONTACTS } from '../support/booking.ts';
import { hasRedis, RedisServer } from '../support/redis-server.ts';
import { SharedRedis } from '../support/shared-redis.ts';
import { deliver, event, WEBHOOK_ENV } from '../support/webhook.ts';
import { World } from '../support/world.ts';

const ENV = { VERCEL: '1', ...WEBHOOK_ENV };
const TYPE = 'Situational Judgment';

describe.skipIf(!hasRedis)('a student whose requests come to different instances', () => {
  let server: RedisServer;
  let redis: SharedRedis;

  beforeAll(async () => {
    server = await RedisServer.start();
  });
  afterAll(async () => server.kill());
  beforeEach(async () => {
    redis = new SharedRedis(server, 'test');
    await server.command('FLUSHALL');
  });
  afterEach(() => redis.close());

  async function start() {
    const one = await World.create({ env: ENV, redis });
    const all = [one, await one.sibling(ENV, redis), await one.sibling(ENV, redis)] as const;
    for (const world of all) await world.clock.run(async () => world.deps.sync());
    await one.clock.advance(10_000);
    const exam = one.account.exam({ capacity: 5 });
    const student = one.account.student({ sj_credits: 1 });
    const older = one.account.booking({ student, exam: one.account.exam({ date: '2026-12-20' }) });
    one.takeCalls();
    return { all, one, exam, student, older };
  }

  const who = ({ studentId: student_id, email }: TestStudent) => ({ student_id, email });
  const signIn = async (world: World, student: TestStudent) => {
    const answer = await world.request('POST', 'mock-exams/validate-credits', {
      body: { ...who(student), mock_type: TYPE },
    });
    await world.settle();
    return answer;
  };
  const list = async (world: World, student: TestStudent) => {
    const { body } = await world.get('bookings/list', { ...who(student), filter: 'upcoming' });
    return [body.data.bookings.length, body.data.credits.sj_credits];
  };
  /** How often the student's contact was read, and their bookings asked for. */
  const looks = (world: World) => {
    const calls = world.takeCalls().filter(({ objectType }) => objectType === CONTACTS);
    const count = (...operations: string[]) => calls.filter(({ operation }) => operations.includes(operation)).length;
    return [count('objects.get', 'objects.batchRead'), count('associations.batchRead')];
  };

  it('is read once: what one instance has read the others decide on and show', async () => {
    const { all, one, exam, student } = await start();
    expect((await signIn(all[0], student)).body.data.eligible).toBe(true);
    expect(looks(one)).toEqual([1, 0]);
    const { status } = await all[1].request('POST', 'bookings/create', { body: bookingBody(student, { exam }) });
    expect(status).toBe(201);
    // Read once more beside the create: the credit is computed from that.
    expect(looks(one)).toEqual([1, 0]);
    expect(await list(all[2], student)).toEqual([2, 0]);
    expect(await list(all[0], student)).toEqual([2, 0]);
    expect(looks(one)).toEqual([0, 0]);
  });

  it('is read anew five seconds later, by whoever wants to book', async () => {
    const { all, one, exam, student } = await start();
    await signIn(all[0], student);
    one.takeCalls();
    await one.clock.advance(5001);
    await all[1].request('POST', 'bookings/create', { body: bookingBody(student, { exam }) });
    const order = one.takeCalls().map(({ operation, objectType }) => `${operation} ${objectType}`);
    expect(order.indexOf(`objects.get ${CONTACTS}`)).toBeLessThan(order.indexOf('objects.create 2-50158943'));
    expect(order).toContain(`objects.get ${CONTACTS}`);
  });

  it('is read anew when the contact was changed in HubSpot meanwhile', async () => {
    const { all, one, student } = await start();
    await signIn(all[0], student);
    await all[1].clock.run(async () => all[1].deps.sync());
    await one.clock.advance(1000);
    one.account.change('contacts', student.id, { sj_credits: '4' });
    const changed = { objectId: Number(student.id), propertyName: 'sj_credits', propertyValue: '4' };
    await deliver(all[2], [event(one, 'contact.propertyChange', changed)], 'webhooks/cache-invalidation');
    await all[2].settle();
    expect(await list(all[1], student)).toEqual([1, 4]);
  });

  it('is nobody else: another student id with the same address is refused', async () => {
    const { all, student } = await start();
    await signIn(all[0], student);
    const { status, body } = await all[1].get('bookings/list', { ...who(student), student_id: '1234567' });
    expect([status, body.code]).toEqual([401, 'AUTH_FAILED']);
  });

  it('leaves nothing in Redis that tells who they are', async () => {
    const { all, exam, student, older } = await start();
    await signIn(all[0], student);
    const headers = { 'X-Idempotency-Key': 'key-of-the-browser' };
    await all[1].request('POST', 'bookings/create', { body: bookingBody(student, { exam }), headers });
    await all[2].request('DELETE', `bookings/${older}`, { body: who(student) });
    await all[0].get('bookings/list', { ...who(student), student_id: '1234567' });
    for (const world of all) await world.settle();
    const kept = await everythingIn(server);
    expect(kept).toContain(student.id);
    const telling = [student.email, student.studentId, '1234567', "Ada O'Neil", headers['X-Idempotency-Key']];
    expect(telling.filter((text) => kept.includes(text))).toEqual([]);
  });
});

/** Every key with its value, as text. */
async function everythingIn(server: RedisServer): Promise<string> {
  const keys = (await server.command('KEYS', '*')) as string[];
  const values = keys.map(async (key) => {
    const type = String(await server.command('TYPE', key));
    if (type === 'hash') return server.command('HGETALL', key);
    if (type === 'stream') return server.command('XRANGE', key, '-', '+');
    if (type === 'zset') return server.command('ZRANGE', key, '0', '-1');
    return server.command('GET', key);
  });
  return JSON.stringify([keys, await Promise.all(values)]);
}
