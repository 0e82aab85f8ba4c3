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
    ['GET', 'mock-exams/available?mock_type=Mini-mock', 30],
    ['POST', 'mock-exams/validate-credits', 20],
  ])('let %s %s through %i times', async (method, path, most) => {
    const world = await World.create();
    const statuses = await times(most + 1, async () => world.request(method, path));
    expect(statuses.filter((status) => status === 429)).toHaveLength(1);
  });

  it('count addresses apart, and capacity only towards the limit of the address', async () => {
    const world = await World.create({ env: { RATE_LIMIT_PER_ADDRESS: '40' } });
    const exam = world.account.exam();
    const poll = async () => world.request('GET', `mock-exams/${exam}/capacity`, at('10.0.0.1'));
    expect((await times(41, poll)).filter((status) => status === 429)).toHaveLength(1);
    expect((await world.request('GET', `mock-exams/${exam}/capacity`, at('10.0.0.2'))).status).toBe(200);
  });

  it('are off at 0', async () => {
    const world = await World.create({ env: { RATE_LIMIT_AVAILABLE: '0' } });
    const statuses = await times(60, async () => world.get('mock-exams/available', { mock_type: 'x' }));
    expect(new Set(statuses)).toEqual(new Set([400]));
  });
});

describe('failed logins', () => {
  const guess = async (world: World, studentId: string, index: number) =>
    world.request('GET', 'bookings/list', {
      query: { student_id: studentId, email: `guess${index}@example.com` },
      ...at('10.0.0.1'),
    });

  it('are stopped after ten per address and student id, also with the right e-mail', async () => {
    const world = await World.create();
    const student = world.account.student();
    const statuses = await times(11, async (index) => guess(world, student.studentId, index));
    expect(statuses).toEqual([...Array.from({ length: 10 }, () => 401), 429]);
    const right = { query: { student_id: student.studentId, email: student.email } };
    expect((await world.request('GET', 'bookings/list', { ...right, ...at('10.0.0.1') })).status).toBe(429);
    expect((await world.request('GET', 'bookings/list', { ...right, ...at('10.0.0.2') })).status).toBe(200);
  });

  it('are stopped after sixty per address, whoever is guessed', async () => {
    const world = await World.create();
    const statuses = await times(61, async (index) => guess(world, `99${index}`, index));
    expect(statuses.filter((status) => status === 429)).toHaveLength(1);
  });

  it('do not count logins that succeed', async () => {
    const world = await World.create({ env: { RATE_LIMIT_FAILED_LOGINS: '1' } });
    const student = world.account.student();
    const list = async () => world.get('bookings/list', { student_id: student.studentId, email: student.email });
    expect(await times(3, list)).toEqual([200, 200, 200]);
  });
});
