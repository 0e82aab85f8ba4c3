import { describe, expect, it } from 'vitest';
import { BOOKINGS, CONTACTS, createEmulated, createScripted, json, MOCK_EXAMS } from '../support/hubspot.ts';

describe.each(['v3', '2026-09'])('batchGetAssociations on %s', (version) => {
  const env = { HUBSPOT_API_VERSION: version };

  it('lists ids as text without repeats, and an empty list where HubSpot says there is none', async () => {
    const { clock, hubspot, account, emulator } = createEmulated(env);
    const student = account.student();
    const [busy, idle] = [account.exam(), account.exam()];
    const ids = [1, 2].map(() => account.booking({ student, exam: busy, links: 2 }));
    const read = await clock.run(async () => hubspot.batchGetAssociations(MOCK_EXAMS, [busy, idle, busy], BOOKINGS));
    expect(read.results).toEqual(
      new Map([
        [busy, ids],
        [idle, []],
      ]),
    );
    expect(read.failures.size).toBe(0);
    expect(emulator.log.calls).toHaveLength(1);
  });

  it('follows every page by its cursor, sent back as it came', async () => {
    const { clock, hubspot, account, emulator } = createEmulated(env);
    const student = account.student();
    const other = account.student();
    const ids = Array.from({ length: 1100 }, () => account.booking({ student }));
    const few = account.booking({ student: other });
    const read = await clock.run(async () => hubspot.batchGetAssociations(CONTACTS, [student.id, other.id], BOOKINGS));
    expect(read.results.get(student.id)).toEqual(ids);
    expect(read.results.get(other.id)).toEqual([few]);
    expect(emulator.log.calls.map(({ inputs }) => inputs)).toEqual([2, 1, 1]);
  });

  it('splits at the limit for inputs', async () => {
    const { clock, hubspot, account, emulator } = createEmulated({ ...env, HUBSPOT_ASSOCIATION_BATCH_LIMIT: '3' });
    const exams = [1, 2, 3, 4].map(() => account.exam());
    const read = await clock.run(async () => hubspot.batchGetAssociations(MOCK_EXAMS, exams, BOOKINGS));
    expect(read.results.size).toBe(4);
    expect(emulator.log.calls.map(({ inputs }) => inputs)).toEqual([3, 1]);
  });
});

describe('batchGetAssociations', () => {
  const row = (from: string, ids: (number | string)[], after?: string) => ({
    from: { id: from },
    to: ids.map((toObjectId) => ({ toObjectId, associationTypes: [] })),
    ...(after ? { paging: { next: { after } } } : {}),
  });

  it('takes numbers and text for the same ids', async () => {
    const { clock, hubspot } = createScripted([json({ results: [row('1', [5, '5', 6])] })]);
    const read = await clock.run(async () => hubspot.batchGetAssociations(CONTACTS, ['1'], BOOKINGS));
    expect(read.results.get('1')).toEqual(['5', '6']);
  });

  it('sends a percent-encoded cursor back verbatim', async () => {
    const { clock, hubspot, requests } = createScripted([
      json({ results: [row('1', [5], 'MC0yLTc1MDI%3D')] }),
      json({ results: [row('1', [6])] }),
    ]);
    const read = await clock.run(async () => hubspot.batchGetAssociations(CONTACTS, ['1'], BOOKINGS));
    expect(read.results.get('1')).toEqual(['5', '6']);
    expect(requests[1]?.body).toEqual({ inputs: [{ id: '1', after: 'MC0yLTc1MDI%3D' }] });
  });

  it('fails a list of which a later page cannot be read: a part of it is not the list', async () => {
    const { clock, hubspot } = createScripted(
      [json({ results: [row('1', [5], 'x'), row('2', [7])] }), json({ message: 'm' }, 503)],
      { HUBSPOT_MAX_ATTEMPTS: '1' },
    );
    const read = await clock.run(async () => hubspot.batchGetAssociations(CONTACTS, ['1', '2'], BOOKINGS));
    expect(read.results).toEqual(new Map([['2', ['7']]]));
    expect(read.failures.get('1')).toMatchObject({ status: 503 });
  });

  it('takes an input that is not mentioned for a failure', async () => {
    const { clock, hubspot } = createScripted([json({ results: [] })]);
    const read = await clock.run(async () => hubspot.batchGetAssociations(CONTACTS, ['1'], BOOKINGS));
    expect(read.results.has('1')).toBe(false);
    expect(read.failures.get('1')).toMatchObject({ name: 'HubSpotInvalidReplyError' });
  });
});
