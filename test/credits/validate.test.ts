import { describe, expect, it } from 'vitest';
import { World } from '../support/world.ts';

const CREDITS = { sj_credits: 2, cs_credits: 0, sjmini_credits: 0, shared_mock_credits: 3 };

async function validate(world: World, body: Record<string, unknown>) {
  return world.request('POST', 'mock-exams/validate-credits', { body });
}

describe('POST /api/mock-exams/validate-credits', () => {
  it('says what a student can pay with', async () => {
    const world = await World.create();
    const { id, studentId, email } = world.account.student(CREDITS);
    const enrollment = world.account.enrollment({ id, studentId, email });
    const { status, body } = await validate(world, { student_id: studentId, email, mock_type: 'Situational Judgment' });
    expect([status, body.message]).toEqual([200, 'Credit validation successful']);
    expect(body.data).toEqual({
      eligible: true,
      available_credits: 5,
      credit_breakdown: { specific_credits: 2, shared_credits: 3 },
      contact_id: id,
      enrollment_id: enrollment,
      student_name: "Ada O'Neil",
    });
  });

  it.each([
    ['Clinical Skills', true, 3, 0, 3],
    ['Mini-mock', false, 0, 0, 0],
  ])('%s: eligible %s', async (mockType, eligible, available, specific, shared) => {
    const world = await World.create();
    const { studentId, email } = world.account.student(CREDITS);
    const { body } = await validate(world, { student_id: studentId, email, mock_type: mockType });
    expect(body.data).toMatchObject({
      eligible,
      available_credits: available,
      credit_breakdown: { specific_credits: specific, shared_credits: shared },
    });
  });

  it('explains what is missing', async () => {
    const world = await World.create();
    const { studentId, email } = world.account.student(CREDITS);
    const { status, body } = await validate(world, { student_id: studentId, email, mock_type: 'Mini-mock' });
    expect([status, body.message]).toEqual([200, 'Insufficient credits']);
    expect(body.data.error_message).toBe(
      'You have 0 credits available for Mini-mock exams. At least 1 credit is required to book.',
    );
  });

  it.each([[null], [undefined]])('lists all credits for the sign-in, which sends %s for the type', async (mockType) => {
    const world = await World.create();
    const { studentId, email } = world.account.student(CREDITS);
    const { body } = await validate(world, { student_id: studentId, email, mock_type: mockType });
    expect(body.data).toMatchObject({
      eligible: true,
      available_credits: 5,
      credit_breakdown: CREDITS,
      enrollment_id: null,
    });
  });

  it.each([
    ['', '', 'Student'],
    [' ', '\n', 'Student'],
    ['Ada', ' ', 'Ada'],
    ['', "O'Neil", "O'Neil"],
  ])('calls a student with the names %j and %j %j', async (firstname, lastname, name) => {
    const world = await World.create();
    const { studentId, email } = world.account.student({ firstname, lastname });
    const { body } = await validate(world, { student_id: studentId, email });
    expect(body.data.student_name).toBe(name);
  });

  it.each(['1599999.0', '1.599999E6', ' 1599999 '])('knows a student whose id HubSpot tells as %j', async (told) => {
    const world = await World.create();
    const { id, studentId, email } = world.account.student({ student_id: 1_599_999 });
    world.account.plant('contacts', id, { student_id: told });
    expect(await validate(world, { student_id: studentId, email })).toMatchObject({ status: 200 });
  });

  it('takes unset credits for none', async () => {
    const world = await World.create();
    const { studentId, email } = world.account.student({ sj_credits: '' });
    const { body } = await validate(world, { student_id: studentId, email });
    expect(body.data).toMatchObject({
      eligible: false,
      available_credits: 0,
      error_message: expect.stringContaining('0 credits'),
    });
  });

  it.each(['v3', '2026-09'])('costs 2 calls in 2 rounds on %s', async (version) => {
    const world = await World.create({ settings: { latency: { readMs: 100 } }, env: { HUBSPOT_API_VERSION: version } });
    const { studentId, email } = world.account.student();
    await validate(world, { student_id: studentId, email, mock_type: null });
    expect(world.takeCost()).toEqual({ calls: 2, rounds: 2 });
  });
});

describe('the enrollment', () => {
  it.each([
    ['fails', { kind: 'status', status: 500 } as const],
    ['is out of quota', { kind: 'status', status: 429, body: { policyName: 'SECONDLY' } } as const],
    ['hangs', { kind: 'hang' } as const],
  ])('neither fails nor holds up the answer when its search %s', async (_name, fault) => {
    const world = await World.create();
    const student = world.account.student();
    world.account.enrollment(student);
    world.emulator.faults.add({ fault, operation: 'objects.search', times: Infinity });
    const started = world.clock.now();
    const { status, body } = await validate(world, { student_id: student.studentId, email: student.email });
    expect([status, body.data.enrollment_id]).toEqual([200, null]);
    expect(world.clock.now() - started).toBeLessThanOrEqual(150);
  });

  it('is not looked for while HubSpot refuses searches for those of others', async () => {
    const world = await World.create();
    const [first, second, third] = [world.account.student(), world.account.student(), world.account.student()];
    const enrollments = [second, third].map((student) => world.account.enrollment(student));
    const fault = { kind: 'status', status: 429, body: { policyName: 'SECONDLY' } } as const;
    world.emulator.faults.add({ fault, operation: 'objects.search' });
    const ask = async ({ studentId, email }: typeof first) => {
      const { body } = await validate(world, { student_id: studentId, email });
      return body.data.enrollment_id;
    };
    await ask(first);
    expect(await ask(second)).toBeNull();
    await world.clock.advance(2000);
    expect(await ask(third)).toBe(enrollments[1]);
  });

  it('that is known is a hit; that there is none is believed for 5 s', async () => {
    const world = await World.create();
    const student = world.account.student();
    const login = { student_id: student.studentId, email: student.email };
    const ask = async (wish = {}) => {
      const { body } = await validate(world, { ...login, ...wish });
      await world.settle();
      return body.data.enrollment_id;
    };
    expect([await ask(), await ask()]).toEqual([null, null]);
    expect(world.deps.cache.stats().enrollment).toMatchObject({ hits: 1, loads: 1 });
    const enrollment = world.account.enrollment(student);
    await world.clock.advance(5000);
    expect(await ask()).toBe(enrollment);
    await world.clock.advance(60_000);
    expect(await ask()).toBe(enrollment);
    expect(world.deps.cache.stats().enrollment).toMatchObject({ hits: 2, loads: 2 });
  });

  it('is looked for anew by whoever asks past the cache', async () => {
    const world = await World.create();
    const student = world.account.student();
    const login = { student_id: student.studentId, email: student.email };
    await validate(world, login);
    const enrollment = world.account.enrollment(student);
    await world.clock.advance(1);
    expect((await validate(world, { ...login, force: true })).body.data.enrollment_id).toBe(enrollment);
    expect((await validate(world, login)).body.data.enrollment_id).toBe(enrollment);
  });

  it('is given up after 2 s, though nobody waits for it any more', async () => {
    const world = await World.create();
    const student = world.account.student();
    world.emulator.faults.add({ fault: { kind: 'hang' }, operation: 'objects.search', times: Infinity });
    const startedAt = world.clock.now();
    await validate(world, { student_id: student.studentId, email: student.email });
    await world.settle();
    expect(world.clock.now() - startedAt).toBe(2000);
  });

  it('is not looked for at a wait of 0', async () => {
    const world = await World.create({ env: { ENROLLMENT_WAIT_MS: '0' } });
    const { studentId, email } = world.account.student();
    await validate(world, { student_id: studentId, email });
    expect(world.takeCalls()).toHaveLength(1);
  });
});

describe('who it is', () => {
  it('a student id that belongs to another e-mail is a mismatch', async () => {
    const world = await World.create();
    const [one, other] = [world.account.student(), world.account.student()];
    for (const email of [other.email, 'nobody@example.com']) {
      const { status, body } = await validate(world, { student_id: one.studentId, email });
      expect([status, body.code, body.error]).toEqual([400, 'EMAIL_MISMATCH', 'Email does not match student record']);
      expect(world.takeCalls()).toHaveLength(2);
    }
  });

  it('a student id that nobody has is not found', async () => {
    const world = await World.create();
    const { email } = world.account.student();
    const { status, body } = await validate(world, { student_id: '9999999', email });
    expect([status, body.code, body.error]).toEqual([404, 'STUDENT_NOT_FOUND', 'Student not found in system']);
  });

  it('a student id with letters is not found, and HubSpot is not asked for it', async () => {
    const world = await World.create();
    const { email } = world.account.student();
    const { status, body } = await validate(world, { student_id: 'ABC', email });
    expect([status, body.code]).toEqual([404, 'STUDENT_NOT_FOUND']);
    expect(world.takeCalls()).toHaveLength(1);
  });

  it('a failure of HubSpot is neither', async () => {
    const world = await World.create();
    const { studentId, email } = world.account.student();
    world.emulator.faults.add({ fault: { kind: 'status', status: 429, body: { policyName: 'DAILY' } } });
    const { status, body } = await validate(world, { student_id: studentId, email });
    expect([status, body.code]).toEqual([503, 'RATE_LIMITED']);
  });

  it('says all that is wrong at once', async () => {
    const world = await World.create();
    const { status, body } = await validate(world, { student_id: '', email: 'x', mock_type: 'Exam' });
    expect(status).toBe(400);
    expect(body.validationErrors).toEqual([
      'Student ID is required',
      'Please enter a valid email address',
      'Mock type must be one of: Situational Judgment, Clinical Skills, or Mini-mock',
    ]);
  });
});
