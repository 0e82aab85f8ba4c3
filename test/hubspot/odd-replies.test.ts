import { describe, expect, it } from 'vitest';
import { BOOKINGS, CONTACTS, createScripted, json } from '../support/hubspot.ts';

const record = (id: string, odd: object = {}) => ({
  id,
  properties: { email: `${id}@example.com`, sj_credits: '1' },
  createdAt: '2026-11-24T12:00:00Z',
  updatedAt: '2026-11-24T12:00:00Z',
  ...odd,
});

describe('a record with a field that is not as documented', () => {
  it.each([
    ['a property that is a number', { properties: { sj_credits: 3 } }, '3'],
    ['a property that is true', { properties: { sj_credits: true } }, 'true'],
    ['a property that is an object', { properties: { sj_credits: { value: 3 } } }, '{"value":3}'],
    ['no time of its making', { createdAt: null }, '1'],
    ['a number for a time', { updatedAt: 1790254800000 }, '1'],
    ['no word on being archived', { archived: null }, '1'],
  ])('%s, is read, and so are the others', async (_name, odd, credits) => {
    const { clock, hubspot } = createScripted([json({ results: [record('1'), record('2', odd)] })]);
    const read = await clock.run(async () => hubspot.batchReadObjects(CONTACTS, ['1', '2'], ['sj_credits']));
    expect([...read.results.values()].map(({ properties }) => properties.sj_credits)).toEqual(['1', credits]);
  });
});

describe('an error entry with a field that is not as documented', () => {
  it.each([
    { message: null },
    { correlationId: null },
    { errors: null },
    { errors: [{ code: null }] },
    { status: 500 },
    { context: { ids: ['2'], more: 1 } },
    { correlationId: 7, policyName: {} },
  ])('%j, fails its own input alone', async (odd) => {
    const entry = { status: 'error', category: 'VALIDATION_ERROR', message: 'no', context: { ids: ['2'] }, ...odd };
    const { clock, hubspot } = createScripted([json({ results: [record('1')], errors: [entry] }, 207)]);
    const read = await clock.run(async () => hubspot.batchReadObjects(CONTACTS, ['1', '2'], ['email']));
    expect([[...read.results.keys()], [...read.failures.keys()]]).toEqual([['1'], ['2']]);
  });

  it.each([[[null]], [['odd']], [{}], [null]])('that is none at all (%j) costs the others nothing', async (errors) => {
    const { clock, hubspot } = createScripted([json({ results: [record('1')], errors }, 207)]);
    const read = await clock.run(async () => hubspot.batchReadObjects(CONTACTS, ['1', '2'], ['email']));
    expect([...read.results.keys()]).toContain('1');
  });

  it('leaves the other bookings of its batch made', async () => {
    const made = { id: '9', properties: {}, objectWriteTraceId: 'create-1' };
    const entry = { category: 'VALIDATION_ERROR', message: null, context: { objectWriteTraceId: ['create-2'] } };
    const { clock, hubspot } = createScripted([json({ results: [made], errors: [entry] }, 207)]);
    const create = async () => hubspot.createObject(BOOKINGS, { properties: {}, associations: [], identity: [] });
    const [first, second] = await clock.run(async () => Promise.allSettled([create(), create()]));
    expect(first).toMatchObject({ status: 'fulfilled', value: { id: '9' } });
    expect(second).toMatchObject({ status: 'rejected', reason: { outcome: 'refused', status: 207 } });
  });
});
