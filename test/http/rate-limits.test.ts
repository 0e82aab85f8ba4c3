import { describe, expect, it } from 'vitest';
import { type Answer, World } from '../support/world.ts';

async function times(count: number, send: (index: number) => Promise<Answer>): Promise<number[]> {
  const statuses: number[] = [];
  for (let index = 0; index < count; index += 1) statuses.push((await send(index)).status);
  return statuses;
}

const at = (address: string) => ({ headers: { 'x-real-ip': address } });

describe('inbound limits', () => {
  it('refuse the 31st list of a minute, and say how long to wait', async () => {
    const world = await World.create();
    const student = world.account.student();
    const list = async () => world.get('bookings/list', { student_id: student.studentId, email: student.email });
    expect(new Set(await times(30, list))).toEqual(new Set([200]));
    const { status, body, headers } = await list();
    expect(status).toBe(429);
    expect(body).toEqual({
      success: false,
      error: 'Too many requests, please try again later',
      code: 'RATE_LIMITED',
      retryAfter: expect.any(Number),
    });
    expect(headers.get('retry-after')).toBe(String(body.retryAfter));
    expect(body.retryAfter).toBeGreaterThan(50);
  });

  it('do not let students behind one address lock each other out', async () => {
    const world = await World.create();
    const students = Array.from({ length: 100 }, () => world.account.student());
    const statuses = await times(100, async (index) => {
      const { studentId = '', email = '' } = students[index] ?? {};
      return world.request('GET', 'bookings/list', { query: { student_id: studentId, email }, ...at('10.0.0.1') });
    });
    expect(new Set(statuses)).toEqual(new Set([200]));
  });

  it.each([
    ['GET', 'mock-exams/available?mock_type=x', 600],
    ['POST', 'mock-exams/validate-credits', 20],
  ])('let %s %s through %i times', async (method, path, most) => {
    const world = await World.create();
    const statuses = await times(most + 1, async () => world.request(method, path));
    expect(statuses.filter((status) => status === 429)).toHaveLength(1);
  });

  it('count addresses apart', async () => {
    const world = await World.create({ env: { RATE_LIMIT_CAPACITY: '40' } });
    const exam = world.account.exam();
    const poll = async () => world.request('GET', `mock-exams/${exam}/capacity`, at('10.0.0.1'));
    expect((await times(41, poll)).filter((status) => status === 429)).toHaveLength(1);
    expect((await world.request('GET', `mock-exams/${exam}/capacity`, at('10.0.0.2'))).status).toBe(200);
  });

  it('let available and capacity, which many poll, count towards no other', async () => {
    const world = await World.create({ env: { RATE_LIMIT_PER_ADDRESS: '1' } });
    const exam = world.account.exam();
    const look = async (index: number) =>
      index % 2 === 0
        ? world.get(`mock-exams/${exam}/capacity`)
        : world.get('mock-exams/available', { mock_type: 'Mini-mock' });
    expect(new Set(await times(20, look))).toEqual(new Set([200]));
    expect(await times(2, async () => world.get('health'))).toEqual([200, 429]);
    expect(new Set(await times(2, look))).toEqual(new Set([200]));
  });

  it.each([
    ['2001:db8:1:2::1', '2001:db8:1:2:ffff:ffff:ffff:ffff'],
    ['2001:DB8::1', '2001:db8:0:0::1'],
    ['::ffff:192.0.2.7', '192.0.2.7'],
    ['fe80::1%eth0', 'FE80::2'],
    ['[2001:db8::1]:443', '2001:db8::9'],
    ['192.0.2.7:51234', '192.0.2.7'],
  ])('take %s and %s for one caller', async (first, second) => {
    const world = await World.create({ env: { RATE_LIMIT_PER_ADDRESS: '1' } });
    expect((await world.request('GET', 'health', at(first))).status).toBe(200);
    expect((await world.request('GET', 'health', at(second))).status).toBe(429);
  });

  it.each([
    ['2001:db8:1:2::1', '2001:db8:1:3::1'],
    ['192.0.2.7', '192.0.2.8'],
    ['192.0.2.7', '::192.0.2.7'],
  ])('tell %s and %s apart', async (first, second) => {
    const world = await World.create({ env: { RATE_LIMIT_PER_ADDRESS: '1' } });
    expect((await world.request('GET', 'health', at(first))).status).toBe(200);
    expect((await world.request('GET', 'health', at(second))).status).toBe(200);
  });

  it('end after a minute, also while the wall clock is set back', async () => {
    const world = await World.create({ env: { RATE_LIMIT_PER_ADDRESS: '1' } });
    await world.get('health');
    world.clock.setWall(-3_600_000);
    await world.clock.advance(59_000);
    expect((await world.get('health')).body.retryAfter).toBe(1);
    await world.clock.advance(1000);
    expect((await world.get('health')).status).toBe(200);
  });

  it('are off at 0', async () => {
    const world = await World.create({ env: { RATE_LIMIT_AVAILABLE: '0' } });
    const statuses = await times(700, async () => world.get('mock-exams/available', { mock_type: 'x' }));
    expect(new Set(statuses)).toEqual(new Set([400]));
  });
});
