import { describe, expect, it } from 'vitest';
import { setUpTogether, values, VERSIONS } from '../support/coalescing.ts';
import { BOOKINGS, CONTACTS, createClient, MOCK_EXAMS } from '../support/hubspot.ts';
import { answerAsHubSpot } from '../support/wire.ts';

describe.each(VERSIONS)('reads that wait together, on %s', (version) => {
  it('leave in one call: 100 records by id', async () => {
    const { hubspot, account, together, operations } = setUpTogether(version);
    const students = Array.from({ length: 100 }, () => account.student());
    const found = await together(
      students.map(
        ({ id }) =>
          async () =>
            hubspot.getObject(CONTACTS, id, { properties: ['email'] }),
      ),
    );
    expect(values(found).map((record) => record?.properties.email)).toEqual(students.map(({ email }) => email));
    expect(operations()).toEqual(['objects.batchRead']);
  });

  it('leave in two calls with what is associated: 100 records by e-mail address', async () => {
    const { hubspot, account, together, operations } = setUpTogether(version);
    const students = Array.from({ length: 100 }, () => account.student());
    const ids = students.map((student) => account.booking({ student, links: 2 }));
    const options = { idProperty: 'email', properties: ['student_id'] as const, associations: [BOOKINGS] };
    const found = await together(
      students.map(
        ({ email }) =>
          async () =>
            hubspot.getObject(CONTACTS, email, options),
      ),
    );
    expect(values(found).map((record) => record?.id)).toEqual(students.map(({ id }) => id));
    expect(values(found).map((record) => record?.associations.get(BOOKINGS.id))).toEqual(ids.map((id) => [id]));
    expect(operations()).toEqual(['objects.batchRead', 'associations.batchRead']);
  });

  it('ask for one record once, with everything anybody wants of it', async () => {
    const { hubspot, account, together, operations } = setUpTogether(version);
    const exam = account.exam();
    const booking = account.booking({ student: account.student(), exam });
    const found = await together(
      Array.from({ length: 50 }, (_, index) => async () => {
        const associations = index % 2 === 0 ? [BOOKINGS] : [];
        return hubspot.getObject(MOCK_EXAMS, exam, {
          properties: index < 9 ? ['location'] : ['capacity'],
          associations,
        });
      }),
    );
    expect(values(found)).toHaveLength(50);
    expect(values(found)[0]).toMatchObject({ properties: { location: 'Calgary' } });
    expect(values(found)[0]?.associations.get(BOOKINGS.id)).toEqual([booking]);
    expect(values(found)[49]).toMatchObject({ properties: { capacity: '20' } });
    expect(operations()).toEqual(['objects.get']);
  });

  it('say of each whether it exists', async () => {
    const { hubspot, account, together } = setUpTogether(version);
    const { email } = account.student();
    const found = await together(
      [email, 'nobody@example.com', email.toUpperCase()].map(
        (address) => async () => hubspot.getObject(CONTACTS, address, { idProperty: 'email', properties: ['email'] }),
      ),
    );
    expect(values(found).map((record) => record?.properties.email ?? null)).toEqual([email, null, email]);
  });

  it('of associations leave in one call', async () => {
    const { hubspot, account, together, operations } = setUpTogether(version);
    const student = account.student();
    const exams = Array.from({ length: 30 }, () => account.exam());
    const bookings = exams.map((exam) => account.booking({ student, exam }));
    const found = await together(
      exams.map((exam) => async () => hubspot.batchGetAssociations(MOCK_EXAMS, [exam], BOOKINGS)),
    );
    expect(values(found).map(({ results }) => [...results.values()])).toEqual(bookings.map((id) => [[id]]));
    expect(operations()).toEqual(['associations.batchRead']);
  });

  it('come by their own record, in whatever order HubSpot answers', async () => {
    const { hubspot, account, together, emulator } = setUpTogether(version);
    const students = Array.from({ length: 10 }, () => account.student());
    emulator.faults.add({ fault: { kind: 'shuffled' }, times: Infinity });
    const found = await together(
      students.map(
        ({ id }) =>
          async () =>
            hubspot.getObject(CONTACTS, id, { properties: ['email'] }),
      ),
    );
    expect(values(found).map((record) => record?.properties.email)).toEqual(students.map(({ email }) => email));
  });
});

describe('a poisoned input', () => {
  it('hurts nobody else: the batch is halved until it stands alone', async () => {
    const { clock, hubspot } = createClient();
    let calls = 0;
    answerAsHubSpot(async (request) => {
      calls += 1;
      const { inputs = [] } = (await request.json().catch(() => ({}))) as { inputs?: { id: string }[] };
      const poisoned = inputs.some(({ id }) => id === '42') || new URL(request.url).pathname.endsWith('/42');
      if (poisoned)
        return Response.json({ status: 'error', category: 'VALIDATION_ERROR', message: 'no' }, { status: 400 });
      return Response.json({ results: inputs.map(({ id }) => ({ id, properties: {} })) });
    });
    const ids = Array.from({ length: 100 }, (_, index) => String(index));
    const { results, failures: failed } = await clock.run(async () => hubspot.batchReadObjects(CONTACTS, ids, []));
    expect([...failed.keys()]).toEqual(['42']);
    expect(results.size).toBe(99);
    expect(calls).toBeLessThanOrEqual(15);
  });

  it('that is every input costs a handful of calls, not one each', async () => {
    const { clock, hubspot } = createClient();
    let calls = 0;
    answerAsHubSpot(() => {
      calls += 1;
      return Response.json({ status: 'error', category: 'VALIDATION_ERROR', message: 'no' }, { status: 400 });
    });
    const ids = Array.from({ length: 100 }, (_, index) => String(index));
    const { failures: failed } = await clock.run(async () => hubspot.batchReadObjects(CONTACTS, ids, []));
    expect(failed.size).toBe(100);
    expect(calls).toBeLessThanOrEqual(33);
  });
});
