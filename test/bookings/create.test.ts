import { describe, expect, it } from 'vitest';
import { book, bookingBody, BOOKINGS, seatHolders, withoutDiscovery } from '../support/booking.ts';
import { World, type WorldOptions } from '../support/world.ts';

const LATENCY = { latency: { readMs: 100, writeMs: 200 } };

async function start(options: WorldOptions = {}, credits: Record<string, number> = {}) {
  const world = await World.create(options);
  const student = world.account.student({ sj_credits: 2, shared_mock_credits: 3, ...credits });
  const exam = world.account.exam();
  return { world, student, exam };
}

describe('POST /api/bookings/create', () => {
  it('books, takes the credit, and says so', async () => {
    const { world, student, exam } = await start();
    const { status, body } = await book(world, student, { exam, body: { attending_location: 'richmond_hill' } });
    expect(status).toBe(201);
    expect(body.message).toBe('Booking created successfully');
    const recordId: string = body.data.booking_record_id;
    expect(body.data).toEqual({
      booking_id: "Situational Judgment-Ada O'Neil - 2026-12-10",
      booking_record_id: expect.stringMatching(/^\d+$/),
      confirmation_message: 'Your booking for Situational Judgment on 2026-12-10 has been confirmed',
      exam_details: {
        mock_exam_id: exam,
        exam_date: '2026-12-10',
        mock_type: 'Situational Judgment',
        location: 'Calgary',
      },
      credit_details: {
        credit_field_deducted: 'sj_credits',
        remaining_credits: 1,
        credit_breakdown: {
          specific_credits_before_deduction: 2,
          shared_credits_before_deduction: 3,
          used_field: 'sj_credits',
          specific_credits: 1,
          shared_credits: 3,
        },
      },
      associations: {
        results: [
          { type: 'contact', success: true, result: { id: student.id } },
          { type: 'mock_exam', success: true, result: { id: exam } },
        ],
        warnings: [],
        critical_success: true,
      },
    });
    expect(world.account.values('bookings', recordId)).toEqual({
      booking_id: "Situational Judgment-Ada O'Neil - 2026-12-10",
      name: "Ada O'Neil",
      email: student.email,
      is_active: 'Active',
      token_used: 'Situational Judgment Token',
      attending_location: 'Richmond Hill',
    });
    await world.settle();
    expect(world.account.values('contacts', student.id)).toMatchObject({ sj_credits: '1', shared_mock_credits: '3' });
    expect(world.account.values('mock_exams', exam)).toMatchObject({ total_bookings: '1' });
    expect(seatHolders(world, exam)).toEqual([recordId]);
  });

  it('leaves a note on the contact, with the text escaped', async () => {
    const { world, student, exam } = await start();
    await book(world, student, { exam, body: { name: '<b>Ada</b> & "Eve"' } });
    await world.settle();
    const { account } = world.emulator;
    const [note] = account.records.all(account.objectType('notes'));
    const html = note?.versions[0]?.values['hs_note_body'] ?? '';
    expect(html).toContain('Name: &lt;b&gt;Ada&lt;/b&gt; &amp; &quot;Eve&quot;');
    expect(account.associations.at('0-46', note?.id ?? '', '0-1', world.clock.now())).toMatchObject([
      { toId: student.id },
    ]);
  });

  it.each(["O'Brien <script>", '"Q" & Co', 'Zoë 🙂', '李明', 'x'.repeat(100), '👩‍👩‍👧‍👦👩‍👩‍👧‍👦'])(
    'stores the name %s as typed',
    async (name) => {
      const { world, student, exam } = await start();
      const { status, body } = await book(world, student, { exam, body: { name } });
      expect(status).toBe(201);
      expect(world.account.values('bookings', body.data.booking_record_id)['name']).toBe(name);
    },
  );

  it.each([
    ['Situational Judgment', { sj_credits: 0 }, 'shared_mock_credits', 'Shared Token'],
    ['Clinical Skills', { cs_credits: 1 }, 'cs_credits', 'Clinical Skills Token'],
    ['Clinical Skills', { cs_credits: 0 }, 'shared_mock_credits', 'Shared Token'],
    ['Mini-mock', { sjmini_credits: 1 }, 'sjmini_credits', 'Mini-mock Token'],
  ])('pays %s with %j from %s', async (type, credits, field, token) => {
    const { world, student } = await start({}, credits);
    const exam = world.account.exam({ type });
    const { status, body } = await book(world, student, { exam, type });
    expect(status).toBe(201);
    expect(body.data.credit_details.used_field ?? body.data.credit_details.credit_field_deducted).toBe(field);
    expect(world.account.values('bookings', body.data.booking_record_id)['token_used']).toBe(token);
  });

  it('a dominant hand is for Clinical Skills alone, and a place for the others', async () => {
    const { world, student } = await start({}, { cs_credits: 1, sjmini_credits: 1 });
    const extra = { dominant_hand: 'false', attending_location: 'Vancouver' };
    const clinical = world.account.exam({ type: 'Clinical Skills', properties: { location: 'Mississauga - Lab D' } });
    const mini = world.account.exam({ type: 'Mini-mock' });
    const first = await book(world, student, { exam: clinical, type: 'Clinical Skills', body: extra });
    const second = await book(world, student, { exam: mini, type: 'Mini-mock', body: extra });
    const stored = [first, second].map(({ body }) => world.account.values('bookings', body.data.booking_record_id));
    expect(stored[0]).toMatchObject({ dominant_hand: 'false', attending_location: 'Mississauga' });
    expect(stored[1]).toMatchObject({ attending_location: 'Vancouver' });
    expect(stored[1]?.['dominant_hand']).toBeUndefined();
  });

  it('writes no place that HubSpot does not offer', async () => {
    const { world, student } = await start();
    const exam = world.account.exam({ properties: { location: null } });
    const { status, body } = await book(world, student, { exam });
    expect([status, body.data.exam_details.location]).toEqual([201, 'Mississauga']);
    expect(world.account.values('bookings', body.data.booking_record_id)['attending_location']).toBeUndefined();
  });
});

describe.each(['v3', '2026-09'])('what a booking costs on %s', (version) => {
  const env = { HUBSPOT_API_VERSION: version };

  it('a first booking: 4 calls in 3 rounds, then the count and the note', async () => {
    const { world, student, exam } = await start({ settings: LATENCY, env });
    const started = world.clock.now();
    await book(world, student, { exam });
    expect(world.clock.now() - started).toBe(500);
    const calls = withoutDiscovery(world.takeCalls()).map(({ operation }) => operation);
    expect(calls.toSorted()).toEqual(['objects.create', 'objects.get', 'objects.get', 'objects.update']);
    await world.settle();
    const later = withoutDiscovery(world.takeCalls()).map(({ operation }) => operation);
    expect(later.toSorted()).toEqual(['objects.create', 'objects.get', 'objects.update']);
  });

  it('with earlier bookings: 5 calls in 4 rounds, then the count and the note', async () => {
    const { world, student, exam } = await start({ settings: LATENCY, env });
    const other = world.account.exam({ date: '2026-12-20' });
    for (let count = 0; count < 15; count += 1) world.account.booking({ student, exam: other, isActive: 'Completed' });
    const started = world.clock.now();
    await book(world, student, { exam });
    expect(world.clock.now() - started).toBe(600);
    expect(withoutDiscovery(world.takeCalls())).toHaveLength(5);
    await world.settle();
    expect(withoutDiscovery(world.takeCalls())).toHaveLength(3);
  });

  it('the types of associations are asked for once', async () => {
    const { world, student, exam } = await start({ env });
    await book(world, student, { exam });
    await world.settle();
    expect(world.takeCalls().filter(({ operation }) => operation === 'associations.labels')).toHaveLength(3);
    await book(world, student, { exam: world.account.exam({ date: '2026-12-11' }), date: '2026-12-11' });
    await world.settle();
    expect(world.takeCalls().filter(({ operation }) => operation === 'associations.labels')).toEqual([]);
  });
});

describe('bad input', () => {
  it('says all that is wrong at once', async () => {
    const { world } = await start();
    const body = {
      mock_exam_id: 'x',
      contact_id: '1'.repeat(21),
      student_id: 'a',
      name: 'A',
      email: 'x',
      mock_type: 'Exam',
      exam_date: '2026-02-30',
      attending_location: 'Moon',
    };
    const { status, body: answer } = await world.request('POST', 'bookings/create', { body });
    expect([status, answer.code]).toEqual([400, 'VALIDATION_ERROR']);
    expect(answer.validationErrors.toSorted()).toEqual([
      'Attending location must be one of: mississauga, calgary, vancouver, montreal, richmond_hill, online',
      'Contact ID must contain digits only',
      'Exam date must be in YYYY-MM-DD format',
      'Mock exam ID must contain digits only',
      'Mock type must be one of: Situational Judgment, Clinical Skills, or Mini-mock',
      'Name must be between 2 and 100 characters',
      'Please enter a valid email address',
      'Student ID must contain only uppercase letters and numbers',
    ]);
    expect(world.takeCalls()).toEqual([]);
  });

  it.each([
    [{ name: '🙂' }, 'Name must be between 2 and 100 characters'],
    [{ name: 'x'.repeat(101) }, 'Name must be between 2 and 100 characters'],
    [{ mock_type: 'Clinical Skills' }, 'Dominant hand selection is required for Clinical Skills exams'],
    [
      { mock_type: 'Clinical Skills', dominant_hand: 'left' },
      'Dominant hand selection is required for Clinical Skills exams',
    ],
    [{ exam_date: '10/12/2026' }, 'Exam date must be in YYYY-MM-DD format'],
    [{ mock_exam_id: '../contacts' }, 'Mock exam ID must contain digits only'],
    [{ contact_id: { $ne: '' } }, 'Contact ID must be a string'],
  ])('%j: %s', async (wrong, message) => {
    const { world, student, exam } = await start();
    const { body } = await world.request('POST', 'bookings/create', {
      body: { ...bookingBody(student, { exam }), ...wrong },
    });
    expect(body.validationErrors).toEqual([message]);
  });

  it('ignores fields it does not know', async () => {
    const { world, student, exam } = await start();
    expect(
      (await book(world, student, { exam, body: { booking_id: 'mine', token_used: 'Admin Override', _t: 1 } })).status,
    ).toBe(201);
  });
});

describe('HubSpot’s checks', () => {
  it('a taken booking_id, where the portal makes it unique, is a duplicate', async () => {
    const { world, student, exam } = await start();
    const body = { category: 'VALIDATION_ERROR', errors: [{ code: 'CONFLICTING_UNIQUE_VALUE' }] };
    world.emulator.faults.add({
      fault: { kind: 'status', status: 400, body },
      operation: 'objects.create',
      objectType: BOOKINGS,
    });
    const answer = await book(world, student, { exam });
    expect([answer.status, answer.body.code]).toEqual([400, 'DUPLICATE_BOOKING']);
    expect((await book(world, student, { exam })).status).toBe(201);
  });

  it('associates after the create where HubSpot lists no default type', async () => {
    const { world, student, exam } = await start();
    const labels = { kind: 'status', status: 200, body: { results: [] } } as const;
    world.emulator.faults.add({ fault: labels, operation: 'associations.labels', objectType: BOOKINGS, times: 2 });
    const { status, body } = await book(world, student, { exam });
    expect(status).toBe(201);
    expect(seatHolders(world, exam)).toEqual([body.data.booking_record_id]);
    expect(world.takeCalls().filter(({ operation }) => operation === 'associations.putDefault')).toHaveLength(2);
  });
});
