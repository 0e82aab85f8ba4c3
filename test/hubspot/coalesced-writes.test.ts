import { describe, expect, it } from 'vitest';
import { failures, setUpTogether, values, VERSIONS } from '../support/coalescing.ts';
import { BOOKINGS, CONTACTS } from '../support/hubspot.ts';

describe.each(VERSIONS)('creates that wait together, on %s', (version) => {
  it('leave in one call, each with its associations, and each gets its own record', async () => {
    const { hubspot, account, together, operations, booking, clock } = setUpTogether(version);
    const students = Array.from({ length: 100 }, () => account.student());
    const made = await together(
      students.map((student, index) => async () => {
        const associations = [{ to: CONTACTS, id: student.id }];
        return hubspot.createObject(BOOKINGS, { ...booking(`b${index}`), associations });
      }),
    );
    const ids = values(made).map(({ id }) => id);
    expect(operations()).toEqual(['objects.batchCreate']);
    expect(ids.map((id) => account.values('bookings', id)['booking_id'])).toEqual(
      students.map((_, index) => `b${index}`),
    );
    const students0 = students.map(({ id }) => id);
    const linked = await clock.run(async () => hubspot.batchGetAssociations(BOOKINGS, ids, CONTACTS));
    expect(ids.map((id) => linked.results.get(id))).toEqual(students0.map((id) => [id]));
  });

  it('fail one by one: a refused one does not take the others down', async () => {
    const { hubspot, together, operations, booking, names } = setUpTogether(version);
    const bad = booking('bad', { attending_location: 'Nowhere' });
    const made = await together(
      [booking('a'), bad, booking('c')].map((one) => async () => hubspot.createObject(BOOKINGS, one)),
    );
    expect(made.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(failures(made)).toMatchObject([{ outcome: 'refused', codes: ['INVALID_OPTION'] }]);
    expect(names()).toEqual(['a', 'c']);
    expect(operations()).toEqual(['objects.batchCreate']);
  });

  it('are told apart by what they hold when HubSpot echoes no trace id and shuffles', async () => {
    const { hubspot, together, booking, account, emulator } = setUpTogether(version);
    emulator.faults.add({ fault: { kind: 'no-trace-id' }, times: Infinity });
    emulator.faults.add({ fault: { kind: 'shuffled' }, times: Infinity });
    const wanted = ['a', 'b', 'c'];
    const made = await together(wanted.map((name) => async () => hubspot.createObject(BOOKINGS, booking(name))));
    expect(values(made).map(({ id }) => account.values('bookings', id)['booking_id'])).toEqual(wanted);
  });

  it('that cannot be told apart are uncertain, never guessed by their place', async () => {
    const { hubspot, together, booking, emulator, names } = setUpTogether(version);
    emulator.faults.add({ fault: { kind: 'no-trace-id' } });
    const made = await together(
      ['twin', 'twin', 'single'].map((name) => async () => hubspot.createObject(BOOKINGS, booking(name))),
    );
    expect(made.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'fulfilled']);
    expect(failures(made).map(({ outcome }) => outcome)).toEqual(['unknown', 'unknown']);
    expect(names()).toEqual(['single', 'twin', 'twin']);
  });

  it('of which one was refused and one looks like it are uncertain about the other', async () => {
    const { hubspot, together, booking, emulator } = setUpTogether(version);
    emulator.faults.add({ fault: { kind: 'no-trace-id' } });
    const twins = [booking('twin'), booking('twin', { attending_location: 'Nowhere' })];
    const made = await together(twins.map((twin) => async () => hubspot.createObject(BOOKINGS, twin)));
    expect(failures(made).map(({ outcome }) => outcome)).toEqual(['unknown', 'refused']);
  });

  it.each(['hang-up', 'hang', 'html'] as const)(
    'whose answer is lost (%s) leave everybody uncertain, and are not repeated',
    async (kind) => {
      const { hubspot, together, booking, emulator, names } = setUpTogether(version, { HUBSPOT_MAX_ATTEMPTS: '4' });
      emulator.faults.add({ fault: { kind, commitAfterMs: 0 } });
      const made = await together(['a', 'b'].map((name) => async () => hubspot.createObject(BOOKINGS, booking(name))));
      expect(failures(made).map(({ outcome }) => outcome)).toEqual(['unknown', 'unknown']);
      expect(names()).toEqual(['a', 'b']);
    },
  );
});

describe.each(VERSIONS)('updates that wait together, on %s', (version) => {
  it('leave in one call, those of one record as one', async () => {
    const { hubspot, account, together, operations, emulator } = setUpTogether(version);
    const [ada, bob] = [account.student(), account.student()];
    const update = (id: string, properties: Record<string, string>) => async () =>
      hubspot.updateObject(CONTACTS, { id, properties });
    const written = await together([
      update(ada.id, { sj_credits: '5' }),
      update(bob.id, { cs_credits: '2' }),
      update(ada.id, { sj_credits: '4', cs_credits: '7' }),
      update('99999999999', { cs_credits: '1' }),
    ]);
    expect(written.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'fulfilled', 'rejected']);
    expect(failures(written)).toMatchObject([{ status: 404, outcome: 'refused' }]);
    expect(account.values('contacts', ada.id)).toMatchObject({ sj_credits: '4', cs_credits: '7' });
    expect(account.values('contacts', bob.id)).toMatchObject({ cs_credits: '2' });
    expect(operations()).toEqual(['objects.batchUpdate']);
    expect(emulator.log.calls[0]?.inputs).toBe(3);
  });

  it('leave everybody uncertain when the answer is lost', async () => {
    const { hubspot, account, together, emulator } = setUpTogether(version);
    emulator.faults.add({ fault: { kind: 'status', status: 502, commitAfterMs: 0 } });
    const ids = [account.student().id, account.student().id];
    const written = await together(
      ids.map((id) => async () => hubspot.updateObject(CONTACTS, { id, properties: { sj_credits: '3' } })),
    );
    expect(failures(written).map(({ outcome }) => outcome)).toEqual(['unknown', 'unknown']);
  });
});
