import { describe, expect, it } from 'vitest';
import { bookingBody } from '../support/booking.ts';
import { World } from '../support/world.ts';

const LOGIN = { student_id: '1599999', email: 'ada@example.com' };

describe('input', () => {
  const post = async (body: unknown, headers = {}) => {
    const world = await World.create();
    return world.request('POST', 'mock-exams/validate-credits', { body, headers });
  };

  it.each([['{"student_id":'], ['not json'], ['[1,2]'], ['"text"'], ['null']])('refuses the body %s', async (body) => {
    const answer = await post(body);
    expect([answer.status, answer.body.code]).toEqual([400, 'VALIDATION_ERROR']);
    expect(answer.body.validationErrors).toEqual([answer.body.error]);
    expect(answer.body.fields).toEqual([]);
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
    const names = ['student_id', 'email', 'filter', 'page', 'limit'];
    expect(body.fields).toEqual(names.map((field, index) => ({ field, message: body.validationErrors[index] })));
    expect(world.takeCalls()).toEqual([]);
  });

  it.each(['search=x', 'force=true', '_t=123', '_t=', 'force=yes', 'pages='])('ignores %s', async (extra) => {
    const world = await World.create();
    const student = world.account.student();
    const { status } = await world.get(`bookings/list?${extra}`, {
      student_id: student.studentId,
      email: student.email.toUpperCase(),
    });
    expect(status).toBe(200);
  });

  it.each([
    ['force=true', {}],
    ['_t=1', {}],
    ['_t', {}],
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

describe('a query', () => {
  it.each([
    'filter=&page=&limit=',
    'filter=%20&page=%20',
    'page=%201%20&limit=20%20',
    'page=1&page=2&filter=all&filter=x',
  ])('%s asks for the first page of all', async (query) => {
    const world = await World.create();
    const student = world.account.student();
    world.account.booking({ student, exam: world.account.exam() });
    const who = { student_id: student.studentId, email: student.email };
    const { status, body } = await world.get(`bookings/list?${query}`, who);
    expect([status, body.data.pagination]).toEqual([200, expect.objectContaining({ current_page: 1, total: 1 })]);
  });

  it('takes the first of a repeated student id', async () => {
    const world = await World.create();
    const { studentId, email } = world.account.student();
    const { status } = await world.get(`bookings/list?student_id=${studentId}&student_id=1`, { email });
    expect(status).toBe(200);
  });
});

describe('an e-mail address', () => {
  it.each(['josé@example.com', 'JOSÉ@Example.com', 'søren.größe+1@example.com', '李雷@example.com'])(
    'may be %s, wherever it goes',
    async (typed) => {
      const world = await World.create();
      const student = world.account.student({ email: typed.toLowerCase() });
      const exam = world.account.exam();
      const who = { student_id: student.studentId, email: typed };
      const login = await world.request('POST', 'mock-exams/validate-credits', { body: { ...who, mock_type: null } });
      const booking = await world.request('POST', 'bookings/create', {
        body: bookingBody(student, { exam, body: { email: typed } }),
      });
      const list = await world.get('bookings/list', who);
      expect([login.status, booking.status, list.status]).toEqual([200, 201, 200]);
      expect(list.body.data.bookings[0].email).toBe(typed);
    },
  );

  it.each([
    'josé@exämple.com',
    'a b@example.com',
    '@example.com',
    'a@',
    'a@-b.com',
    'a@b.com\u0000',
    'a\u202Eb@c.com',
    'a@b..com',
  ])('is not %j', async (email) => {
    const world = await World.create();
    const { body } = await world.get('bookings/list', { ...LOGIN, email });
    expect(body.fields).toEqual([{ field: 'email', message: 'Please enter a valid email address' }]);
  });
});

describe('a form', () => {
  const FORM = 'application/x-www-form-urlencoded';
  const signIn = async (toText: (fields: Record<string, string>) => string, type: string) => {
    const world = await World.create();
    const { studentId, email } = world.account.student({ email: 'josé+1@example.com' });
    const body = toText({ student_id: studentId, email, mock_type: 'Mini-mock' });
    return world.request('POST', 'mock-exams/validate-credits', { body, headers: { 'Content-Type': type } });
  };
  const toForm = (fields: Record<string, string>) => new URLSearchParams(fields).toString();

  it.each([FORM, `${FORM}; charset=UTF-8`, FORM.toUpperCase()])('of type %s is read like JSON', async (type) => {
    expect((await signIn(toForm, type)).status).toBe(200);
  });

  it('books, with its blank fields left out', async () => {
    const world = await World.create();
    const student = world.account.student({ cs_credits: 1 });
    const exam = world.account.exam({ type: 'Clinical Skills' });
    const fields = { ...bookingBody(student, { exam, type: 'Clinical Skills' }), dominant_hand: 'TRUE' };
    const body = `${toForm(fields)}&attending_location=`;
    const answer = await world.request('POST', 'bookings/create', { body, headers: { 'Content-Type': FORM } });
    expect(answer.status).toBe(201);
    expect(world.account.values('bookings', answer.body.data.booking_record_id)['dominant_hand']).toBe('true');
  });

  it.each([FORM, 'text/plain', 'application/json', 'application/vnd.api+json'])(
    'is not what holds a JSON object, were it called %s',
    async (type) => {
      expect((await signIn(JSON.stringify, type)).status).toBe(200);
    },
  );
});
