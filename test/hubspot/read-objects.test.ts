import { describe, expect, it } from 'vitest';
import { requireComplete } from '../../src/hubspot/batch.ts';
import { BOOKINGS, CONTACTS, createEmulated, createScripted, json, MOCK_EXAMS } from '../support/hubspot.ts';

const VERSIONS = ['v3', '2026-09'];

describe.each(VERSIONS)('getObject on %s', (version) => {
  const env = { HUBSPOT_API_VERSION: version };

  it('reads by a unique property, with associations without repeats', async () => {
    const { clock, hubspot, account } = createEmulated(env);
    const student = account.student();
    const exam = account.exam();
    const ids = [1, 2, 3].map(() => account.booking({ student, exam, links: 2 }));
    const found = await clock.run(async () =>
      hubspot.getObject(CONTACTS, student.email, {
        idProperty: 'email',
        properties: ['student_id'],
        associations: [BOOKINGS],
      }),
    );
    expect(found).toMatchObject({ id: student.id, properties: { student_id: student.studentId } });
    expect(found?.associations.get(BOOKINGS.id)).toEqual(ids);
  });

  it('is null when HubSpot says that there is none', async () => {
    const { clock, hubspot } = createEmulated(env);
    const read = async () => hubspot.getObject(CONTACTS, 'nobody@example.com', { idProperty: 'email', properties: [] });
    expect(await clock.run(read)).toBeNull();
  });

  it('shows an unset property as null and asks for nothing it was not asked for', async () => {
    const { clock, hubspot, account } = createEmulated(env);
    const { id } = account.student();
    const read = async () => hubspot.getObject(CONTACTS, id, { properties: ['cs_credits', 'sj_credits'] });
    expect((await clock.run(read))?.properties).toEqual({ cs_credits: null, sj_credits: '1' });
  });

  it('reads all of a list that HubSpot cuts off at 100 rows, which here are 50 pairs', async () => {
    const { clock, hubspot, account, emulator } = createEmulated(env);
    const student = account.student();
    const ids = Array.from({ length: 60 }, () => account.booking({ student, links: 2 }));
    const read = async () => hubspot.getObject(CONTACTS, student.id, { properties: [], associations: [BOOKINGS] });
    expect((await clock.run(read))?.associations.get(BOOKINGS.id)).toEqual(ids);
    expect(emulator.log.calls.map(({ operation }) => operation)).toEqual(['objects.get', 'associations.batchRead']);
  });
});

describe('getObject', () => {
  it('takes unset properties that are left out for null, too', async () => {
    const { clock, hubspot, account } = createEmulated({}, { unsetProperties: 'omitted' });
    const { id } = account.student();
    const found = await clock.run(async () => hubspot.getObject(CONTACTS, id, { properties: ['cs_credits'] }));
    expect(found?.properties).toEqual({ cs_credits: null });
  });

  const reply = (associations: Record<string, string[]>) =>
    json({
      id: '1',
      properties: {},
      associations: Object.fromEntries(
        Object.entries(associations).map(([key, ids]) => [key, { results: ids.map((id) => ({ id, type: 't' })) }]),
      ),
    });
  const readBoth = async (associations: Record<string, string[]>) => {
    const { clock, hubspot } = createScripted([reply(associations)]);
    return clock.run(async () =>
      hubspot.getObject(BOOKINGS, '1', { properties: [], associations: [CONTACTS, MOCK_EXAMS] }),
    );
  };

  it.each([
    ['the type id', '2-50158913'],
    ['the qualified name', 'p46814382_mock_exams'],
    ['the qualified name without a portal', 'p_mock_exams'],
    ['a name with a space', 'mock exams'],
  ])('finds associations under %s', async (_name, key) => {
    const found = await readBoth({ [key]: ['5'], contacts: ['6'] });
    expect(found?.associations).toEqual(
      new Map([
        [CONTACTS.id, ['6']],
        [MOCK_EXAMS.id, ['5']],
      ]),
    );
  });

  it('takes the one key left for the one type left', async () => {
    const found = await readBoth({ p1_exam_sessions: ['5'], contacts: ['6'] });
    expect(found?.associations.get(MOCK_EXAMS.id)).toEqual(['5']);
  });

  it('refuses to guess between keys it does not know', async () => {
    const read = readBoth({ p1_exam_sessions: ['5'], people: ['6'] });
    await expect(read).rejects.toMatchObject({ name: 'HubSpotInvalidReplyError' });
  });

  it('follows a merged record to its new id', async () => {
    const { clock, hubspot } = createScripted([json({ id: '99', properties: {} })]);
    expect(await clock.run(async () => hubspot.getObject(CONTACTS, '7', { properties: [] }))).toMatchObject({
      id: '99',
    });
  });
});

describe.each(VERSIONS)('batchReadObjects on %s', (version) => {
  const env = { HUBSPOT_API_VERSION: version };

  it('splits at 100, drops repeats, and says by id what was found and what does not exist', async () => {
    const { clock, hubspot, account, emulator } = createEmulated(env, { latency: { readMs: 100 } });
    const student = account.student();
    const ids = Array.from({ length: 230 }, () => account.booking({ student }));
    const asked = [...ids, ...ids, '999'];
    const read = await clock.run(async () => hubspot.batchReadObjects(BOOKINGS, asked, ['is_active']));
    expect([...read.results.keys()].toSorted()).toEqual(ids.toSorted());
    expect([...read.missing]).toEqual(['999']);
    expect(read.failures.size).toBe(0);
    expect(emulator.log.calls.map(({ inputs }) => inputs)).toEqual([100, 100, 31]);
    expect(new Set(emulator.log.calls.map(({ startedAt }) => startedAt)).size).toBe(1);
  });

  it('matches results by id in whatever order they come', async () => {
    const { clock, hubspot, account, emulator } = createEmulated(env);
    const ids = [1, 2, 3].map((credits) => account.student({ sj_credits: credits }).id);
    emulator.faults.add({ fault: { kind: 'shuffled' } });
    const read = await clock.run(async () => hubspot.batchReadObjects(CONTACTS, ids, ['sj_credits']));
    expect(ids.map((id) => read.results.get(id)?.properties.sj_credits)).toEqual(['1', '2', '3']);
  });

  it('reads by a unique property and answers under what was asked for', async () => {
    const { clock, hubspot, account } = createEmulated(env);
    const student = account.student();
    const read = await clock.run(async () =>
      hubspot.batchReadObjects(CONTACTS, [student.email], ['email'], { idProperty: 'email' }),
    );
    expect(read.results.get(student.email)?.id).toBe(student.id);
  });

  it('keeps what could be read when one chunk fails', async () => {
    const { clock, hubspot, account, emulator } = createEmulated({
      ...env,
      HUBSPOT_BATCH_LIMIT: '2',
      HUBSPOT_MAX_ATTEMPTS: '1',
    });
    const ids = [1, 2, 3, 4].map(() => account.student().id);
    emulator.faults.add({ fault: { kind: 'status', status: 503 }, skip: 1 });
    const read = await clock.run(async () => hubspot.batchReadObjects(CONTACTS, ids, ['email']));
    expect([...read.results.keys()]).toEqual(ids.slice(0, 2));
    expect([...read.failures.keys()]).toEqual(ids.slice(2));
    expect(() => requireComplete(read)).toThrow('503');
  });
});

describe('batchReadObjects', () => {
  it('makes no call for no ids', async () => {
    const { clock, hubspot, emulator } = createEmulated();
    await clock.run(async () => hubspot.batchReadObjects(CONTACTS, [], ['email']));
    expect(emulator.log.calls).toEqual([]);
  });

  it('takes an id that HubSpot does not mention at all for a failure, not for an absence', async () => {
    const { clock, hubspot } = createScripted([json({ status: 'COMPLETE', results: [] })]);
    const read = await clock.run(async () => hubspot.batchReadObjects(CONTACTS, ['7'], ['email']));
    expect(read.missing.size).toBe(0);
    expect(read.failures.get('7')).toMatchObject({ name: 'HubSpotInvalidReplyError' });
  });

  it('understands a 404 for a batch of which nothing exists', async () => {
    const { clock, hubspot } = createScripted([json({ category: 'OBJECT_NOT_FOUND', message: 'm' }, 404)]);
    const read = await clock.run(async () => hubspot.batchReadObjects(CONTACTS, ['7'], []));
    expect([...read.missing]).toEqual(['7']);
  });

  it('takes a 404 that names no missing object for a wrong path, not for an absence', async () => {
    const { clock, hubspot } = createScripted([json({ status: 'error', message: 'resource not found' }, 404)]);
    const read = await clock.run(async () => hubspot.batchReadObjects(CONTACTS, ['7'], []));
    expect(read.missing.size).toBe(0);
    expect(read.failures.get('7')).toMatchObject({ status: 404 });
  });

  it('splits further when a 400 names a smaller limit', async () => {
    const limit = 'The maximum number of inputs supported in a batch request for property histories is 2';
    const { clock, hubspot, requests } = createScripted([
      json({ category: 'VALIDATION_ERROR', message: limit }, 400),
      json({
        results: [
          { id: '1', properties: {} },
          { id: '2', properties: {} },
        ],
      }),
      json({ results: [{ id: '3', properties: {} }] }),
    ]);
    const read = await clock.run(async () => hubspot.batchReadObjects(CONTACTS, ['1', '2', '3'], []));
    expect([...read.results.keys()]).toEqual(['1', '2', '3']);
    expect(requests).toHaveLength(3);
  });
});
