import { HttpResponse } from 'msw';
import { describe, expect, it } from 'vitest';
import { isTransient } from '../../src/hubspot/errors.ts';
import { CONTACTS, createScripted, json } from '../support/hubspot.ts';

const unanswered = [
  ['a 504', json({ message: 'm' }, 504)],
  ['a broken connection', () => HttpResponse.error()],
  ['an unreadable answer', () => new Response('<html>', { status: 200 })],
] as const;
const refused = [
  ['a 400', json({ status: 'error', category: 'VALIDATION_ERROR' }, 400)],
  ['a 404', json({ status: 'error', category: 'OBJECT_NOT_FOUND' }, 404)],
  ['a 429', json({ policyName: 'DAILY' }, 429)],
] as const;
const cases = unanswered.flatMap(([lost, first]) =>
  refused.map(([answer, then]) => [lost, answer, first, then] as const),
);

describe('a repeatable write', () => {
  const write = (answers: (() => Response)[], ids = ['7'], env: Record<string, string> = {}) => {
    const { clock, hubspot, requests, lines } = createScripted(answers, { HUBSPOT_MAX_ATTEMPTS: '2', ...env });
    const updates = ids.map((id) => ({ id, properties: { sj_credits: '1' } }));
    const written = clock.run(async () => hubspot.batchUpdateObjects(CONTACTS, updates));
    return { written, requests, lines };
  };

  it.each(cases)('answered by %s and then by %s may have been carried out', async (_lost, _answer, first, then) => {
    const { written, requests } = write([first, then]);
    const { failures, missing } = await written;
    expect(requests).toHaveLength(2);
    expect(missing.size).toBe(0);
    expect(failures.get('7')).toMatchObject({ outcome: 'unknown' });
    expect(isTransient(failures.get('7'))).toBe(true);
  });

  it('of several records is not taken apart by a refusal that follows an unanswered copy', async () => {
    const { written, requests } = write([unanswered[0][1], refused[0][1]], ['7', '8']);
    expect([...(await written).failures.values()].map(({ outcome }) => outcome)).toEqual(['unknown', 'unknown']);
    expect(requests).toHaveLength(2);
  });

  it('that our own budget keeps from being repeated may have been carried out', async () => {
    const env = { HUBSPOT_MAX_ATTEMPTS: '4', HUBSPOT_CALLS_PER_10_SECONDS: '1' };
    const { written, requests } = write([unanswered[0][1]], ['7'], env);
    const failure = (await written).failures.get('7');
    expect(requests).toHaveLength(1);
    expect(failure).toMatchObject({ name: 'HubSpotApiError', status: 504, outcome: 'unknown' });
  });

  it('is refused when every copy was', async () => {
    const { written } = write([json({ policyName: 'SECONDLY' }, 429), refused[0][1]]);
    expect((await written).failures.get('7')).toMatchObject({ status: 400, outcome: 'refused' });
  });

  it('is carried out when a later copy was', async () => {
    const { written } = write([unanswered[0][1], json({ id: '7', properties: {} })]);
    expect([...(await written).results.keys()]).toEqual(['7']);
  });
});

describe('a read', () => {
  it('has failed as its last attempt did', async () => {
    const { clock, hubspot } = createScripted([unanswered[0][1], refused[0][1]]);
    const read = clock.run(async () => hubspot.getObject(CONTACTS, '7', { properties: [] }));
    await expect(read).rejects.toMatchObject({ status: 400, outcome: 'refused' });
  });
});
