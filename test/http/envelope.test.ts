import { describe, expect, it } from 'vitest';
import { World } from '../support/world.ts';

const LOGIN = { student_id: '1599999', email: 'ada@example.com' };

describe('every answer', () => {
  it('carries a request id, is not stored, and says what HubSpot cost', async () => {
    const world = await World.create({ settings: { latency: { readMs: 100 } } });
    const student = world.account.student();
    const { headers } = await world.get('bookings/list', { student_id: student.studentId, email: student.email });
    expect(headers.get('x-request-id')).toMatch(/^[\da-f-]{36}$/);
    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.get('content-type')).toBe('application/json; charset=utf-8');
    expect(headers.get('server-timing')).toBe('hubspot;desc="1 calls";dur=100.0, cache;desc=miss, total;dur=100.0');
  });

  it('counts calls that overlap once in the time, each in the number', async () => {
    const world = await World.create({ settings: { latency: { readMs: 100 } } });
    const student = world.account.student();
    const booking = world.account.booking({ student, exam: world.account.exam() });
    const { headers } = await world.get(`bookings/${booking}`, { student_id: student.studentId, email: student.email });
    expect(headers.get('server-timing')).toBe('hubspot;desc="4 calls";dur=200.0, cache;desc=miss, total;dur=200.0');
  });

  it('leaves one log line without personal data', async () => {
    const world = await World.create();
    const student = world.account.student({ email: 'ada.secret@example.com' });
    await world.get('bookings/list', { student_id: student.studentId, email: student.email });
    expect([world.lines.length, world.requests().length]).toEqual([1, 1]);
    expect(world.requests()[0]).toMatchObject({
      level: 'info',
      route: '/api/bookings/list',
      status: 200,
      hubspotCalls: 1,
      cache: 'miss',
      traceId: expect.stringMatching(/^[0-9a-f]{32}$/),
    });
    expect(world.lines.join()).not.toContain('ada.secret');
    expect(world.lines.join()).not.toContain(student.studentId);
  });
});

describe('methods', () => {
  it('answers OPTIONS with 200 and CORS headers', async () => {
    const world = await World.create();
    const { status, headers, body } = await world.request('OPTIONS', 'bookings/list');
    expect([status, body]).toEqual([200, undefined]);
    expect(headers.get('access-control-allow-origin')).toBe('*');
    expect(headers.get('access-control-allow-methods')).toBe('GET, POST, PUT, DELETE, OPTIONS');
    expect(headers.get('access-control-allow-headers')).toBe(
      'Content-Type, Authorization, X-Requested-With, X-Idempotency-Key',
    );
    expect(headers.get('access-control-max-age')).toBe('86400');
  });

  it('refuses a wrong method with 405 and names the right ones', async () => {
    const world = await World.create();
    const { status, headers, body } = await world.request('PUT', 'bookings/list', { body: LOGIN });
    expect(status).toBe(405);
    expect(body).toEqual({ success: false, error: 'Method not allowed', code: 'METHOD_NOT_ALLOWED' });
    expect(headers.get('allow')).toBe('GET, HEAD, OPTIONS');
  });

  it('answers HEAD as GET without a body', async () => {
    const world = await World.create();
    const { status, body } = await world.request('HEAD', 'health');
    expect([status, body]).toEqual([200, undefined]);
  });

  it.each(['nothing', 'bookings/list/more', 'mock-exams', '..%2f', 'bookings/1/2'])(
    'knows no /api/%s',
    async (path) => {
      const world = await World.create();
      const { status, body } = await world.get(path, LOGIN);
      expect([status, body.code]).toEqual([404, 'NOT_FOUND']);
      expect(world.takeCalls()).toEqual([]);
    },
  );

  it.each(['toString', '__proto__', 'constructor'])('does not take %s for a method', async (method) => {
    const world = await World.create();
    expect((await world.request(method, 'health')).status).toBe(405);
  });
});

describe('CORS', () => {
  const env = { ALLOWED_ORIGINS: 'https://book.example.com,https://admin.example.com' };
  const from = async (origin: string, path: string, variables = env) => {
    const world = await World.create({ env: variables });
    return (await world.request('GET', path, { headers: { Origin: origin } })).headers;
  };

  it('lets only listed origins in, and says that the answer depends on it', async () => {
    const listed = await from('https://admin.example.com', 'mock-exams/available');
    expect(listed.get('access-control-allow-origin')).toBe('https://admin.example.com');
    expect(listed.get('vary')).toBe('Origin');
    expect(listed.get('access-control-expose-headers')).toBe('Retry-After, X-Request-Id, Server-Timing');
    const other = await from('https://evil.example.com', 'mock-exams/available');
    expect(other.get('access-control-allow-origin')).toBeNull();
    expect(other.get('vary')).toBe('Origin');
  });

  it('is not for monitoring', async () => {
    const headers = await from('https://book.example.com', 'health');
    expect(headers.get('access-control-allow-origin')).toBeNull();
  });
});
