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
    expect(world.logged('info')).toHaveLength(1);
    expect(world.logged('info')[0]).toMatchObject({
      message: 'request',
      route: '/api/bookings/list',
      status: 200,
      hubspotCalls: 1,
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

describe('input', () => {
  const post = async (body: unknown, headers = {}) => {
    const world = await World.create();
    return world.request('POST', 'mock-exams/validate-credits', { body, headers });
  };

  it.each([['{"student_id":'], ['not json'], ['[1,2]'], ['"text"'], ['null']])('refuses the body %s', async (body) => {
    const answer = await post(body);
    expect([answer.status, answer.body.code]).toEqual([400, 'VALIDATION_ERROR']);
    expect(answer.body.validationErrors).toHaveLength(1);
  });

  it('takes an empty body for an empty object', async () => {
    const { body } = await post('');
    expect(body.validationErrors).toEqual(['Student ID is required', 'Email is required']);
  });

  it('refuses a body over 16 KB, also when its length is not announced', async () => {
    const padding = 'x'.repeat(16_400);
    const answer = await post({ ...LOGIN, padding });
    expect([answer.status, answer.body.code]).toEqual([413, 'PAYLOAD_TOO_LARGE']);
    const lying = await post({ ...LOGIN, padding }, { 'Content-Length': '10' });
    expect(lying.status).toBe(413);
  });

  it('says all that is wrong at once', async () => {
    const world = await World.create();
    const query = { student_id: 'abc-1', email: 'nobody', filter: 'some', page: 0, limit: 101 };
    const { status, body } = await world.get('bookings/list', query);
    expect(status).toBe(400);
    expect(body).toMatchObject({ success: false, code: 'VALIDATION_ERROR' });
    expect(body.validationErrors).toEqual([
      'Student ID must contain only uppercase letters and numbers',
      'Please enter a valid email address',
      'filter must be one of: all, upcoming, past, cancelled',
      'page must be a whole number from 1 to 100000',
      'limit must be a whole number from 1 to 100',
    ]);
    expect(body.error).toBe(body.validationErrors.join('; '));
    expect(world.takeCalls()).toEqual([]);
  });

  it.each([
    ['student_id', 'Student ID must be a single text'],
    ['email', 'Email must be a single text'],
  ])('refuses a repeated %s', async (name, message) => {
    const world = await World.create();
    const { body } = await world.get(`bookings/list?${name}=A&${name}=B`);
    expect(body.validationErrors).toContain(message);
  });

  it.each(['search=x', 'force=true', '_t=123', 'force=yes', 'page='])('ignores %s', async (extra) => {
    const world = await World.create();
    const student = world.account.student();
    const { status } = await world.get(`bookings/list?${extra.replace('page=', 'pages=')}`, {
      student_id: student.studentId,
      email: student.email.toUpperCase(),
    });
    expect(status).toBe(200);
  });

  it.each([
    ['force=true', {}],
    ['_t=1', {}],
    ['', { force: true }],
    ['', { _t: 1 }],
  ])('of a POST may ask past the cache: query "%s", body %j', async (query, wish) => {
    const world = await World.create();
    const student = world.account.student();
    const body = { student_id: student.studentId, email: student.email, mock_type: null };
    const ask = async (search: string, more = {}) =>
      world.request('POST', `mock-exams/validate-credits?${search}`, { body: { ...body, ...more } });
    await ask('');
    await world.clock.advance(1);
    expect((await ask('force=false')).headers.get('server-timing')).toContain('cache;desc=hit');
    expect((await ask(query, wish)).headers.get('server-timing')).toContain('cache;desc=miss');
  });

  it.each([1, true, null, {}, ['x']])('refuses %j for a text', async (value) => {
    const { status, body } = await post({ student_id: value, email: value, mock_type: 'x' });
    expect(status).toBe(400);
    expect(body.validationErrors).toHaveLength(3);
  });
});
