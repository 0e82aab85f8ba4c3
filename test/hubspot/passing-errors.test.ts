import { describe, expect, it } from 'vitest';
import { isTransient } from '../../src/hubspot/errors.ts';
import { failures, values } from '../support/coalescing.ts';
import { BOOKINGS, CONTACTS, createScripted, json, MOCK_EXAMS } from '../support/hubspot.ts';

const PASSING = ['INTERNAL_ERROR', 'RATE_LIMITS', 'SERVICE_UNAVAILABLE', 'SOMETHING_NEW', undefined];
const FOR_GOOD = ['VALIDATION_ERROR', 'CONFLICT', 'MISSING_SCOPES'];
const once = { HUBSPOT_MAX_ATTEMPTS: '1' };

const record = (id: string) => ({ id, properties: {} });
const entry = (category: string | undefined, context?: Record<string, string[]>) => ({
  status: 'error',
  category,
  message: 'm',
  ...(context ? { context } : {}),
});
/** A 207 with the records of these ids and these errors. */
const partly = (ids: string[], ...errors: unknown[]) => json({ results: ids.map(record), errors }, 207);
const inputsOf = (requests: readonly { body: unknown }[]) =>
  requests.map(({ body }) => (body as { inputs: { id: string }[] }).inputs.map(({ id }) => id));

describe('an input of a read whose error passes', () => {
  it.each(PASSING)('is read again, alone, after a pause (%s)', async (category) => {
    const { clock, hubspot, requests } = createScripted([
      partly(['7', '9'], entry(category, { ids: ['8'] })),
      json({ results: [record('8')] }),
    ]);
    const started = clock.now();
    const read = await clock.run(async () => hubspot.batchReadObjects(CONTACTS, ['7', '8', '9'], []));
    expect([...read.results.keys()]).toEqual(['7', '8', '9']);
    expect(inputsOf(requests)).toEqual([['7', '8', '9'], ['8']]);
    expect(clock.now() - started).toBe(category === 'RATE_LIMITS' ? 1000 : 375);
  });

  it('counts as one of the attempts of its call, and then fails as what it is: passing', async () => {
    const always = partly([], entry('INTERNAL_ERROR', { ids: ['8'] }));
    const { clock, hubspot, requests } = createScripted(
      [json({ message: 'm' }, 502), partly(['7'], entry('INTERNAL_ERROR', { ids: ['8'] })), always],
      { HUBSPOT_MAX_ATTEMPTS: '3' },
    );
    const read = await clock.run(async () => hubspot.batchReadObjects(CONTACTS, ['7', '8'], []));
    expect([...read.results.keys()]).toEqual(['7']);
    expect(isTransient(read.failures.get('8'))).toBe(true);
    expect(inputsOf(requests)).toEqual([['7', '8'], ['7', '8'], ['8']]);
  });

  it('is not read again past the deadline', async () => {
    const { clock, hubspot } = createScripted([partly(['7'], entry('INTERNAL_ERROR', { ids: ['8'] }))], {
      HUBSPOT_MAX_ATTEMPTS: '99',
    });
    const started = clock.now();
    await clock.run(async () => hubspot.batchReadObjects(CONTACTS, ['7', '8'], []));
    expect(clock.now() - started).toBeLessThan(9000);
  });

  it('was not let through, when HubSpot names its limit', async () => {
    const { clock, hubspot } = createScripted([partly(['7'], entry('RATE_LIMITS', { ids: ['8'] }))], once);
    const read = await clock.run(async () => hubspot.batchReadObjects(CONTACTS, ['7', '8'], []));
    expect(read.failures.get('8')).toMatchObject({ name: 'HubSpotRateLimitError' });
  });

  it('may be any that is not mentioned, when HubSpot does not say which', async () => {
    const { clock, hubspot, requests } = createScripted([
      partly(['7'], entry('INTERNAL_ERROR')),
      json({ results: [record('8'), record('9')] }),
    ]);
    const read = await clock.run(async () => hubspot.batchReadObjects(CONTACTS, ['7', '8', '9'], []));
    expect([...read.results.keys()]).toEqual(['7', '8', '9']);
    expect(inputsOf(requests)).toEqual([
      ['7', '8', '9'],
      ['8', '9'],
    ]);
  });

  it('keeps what the others got when asking again fails as a whole', async () => {
    const { clock, hubspot } = createScripted([
      partly(['7'], entry('INTERNAL_ERROR', { ids: ['8'] })),
      json({ status: 'error', category: 'VALIDATION_ERROR', message: 'm' }, 400),
    ]);
    const read = await clock.run(async () => hubspot.batchReadObjects(CONTACTS, ['7', '8'], []));
    expect([...read.results.keys()]).toEqual(['7']);
    expect(read.failures.get('8')).toMatchObject({ status: 400 });
  });

  it('is read again when it is a list of associated ids', async () => {
    const list = (id: string, to: number[]) => ({ from: { id }, to: to.map((toObjectId) => ({ toObjectId })) });
    const errors = [
      entry('INTERNAL_ERROR', { fromObjectId: ['2'] }),
      { ...entry('OBJECT_NOT_FOUND', { fromObjectId: ['3'] }), subCategory: 'crm.associations.NO_ASSOCIATIONS_FOUND' },
    ];
    const { clock, hubspot, requests } = createScripted([
      json({ results: [list('1', [5])], errors }, 207),
      json({ results: [list('2', [6])] }),
    ]);
    const read = await clock.run(async () => hubspot.batchGetAssociations(CONTACTS, ['1', '2', '3'], BOOKINGS));
    expect([...read.results]).toEqual([
      ['1', ['5']],
      ['2', ['6']],
      ['3', []],
    ]);
    expect(inputsOf(requests)).toEqual([['1', '2', '3'], ['2']]);
  });
});

describe('an input whose error is for good', () => {
  it.each(FOR_GOOD)('is not read again (%s)', async (category) => {
    const { clock, hubspot, requests } = createScripted([partly(['7'], entry(category, { ids: ['8'] }))]);
    const read = await clock.run(async () => hubspot.batchReadObjects(CONTACTS, ['7', '8'], []));
    expect(read.failures.get('8')).toMatchObject({ category, outcome: 'refused' });
    expect(isTransient(read.failures.get('8'))).toBe(false);
    expect(requests).toHaveLength(1);
  });
});

describe('an input of a write', () => {
  const updates = ['7', '8'].map((id) => ({ id, properties: { total_bookings: '1' } }));
  const labels = json({ results: [] });

  it.each(PASSING)('whose error passes may have been carried out, and is not repeated (%s)', async (category) => {
    const { clock, hubspot, requests } = createScripted([partly(['7'], entry(category, { ids: ['8'] }))]);
    const written = await clock.run(async () => hubspot.batchUpdateObjects(MOCK_EXAMS, updates));
    expect([...written.results.keys()]).toEqual(['7']);
    expect(written.failures.get('8')).toMatchObject({ outcome: 'unknown' });
    expect(isTransient(written.failures.get('8'))).toBe(true);
    expect(requests).toHaveLength(1);
  });

  it.each(FOR_GOOD)('whose error is for good was refused (%s)', async (category) => {
    const { clock, hubspot } = createScripted([partly(['7'], entry(category, { objectWriteTraceId: ['8'] }))]);
    const written = await clock.run(async () => hubspot.batchUpdateObjects(MOCK_EXAMS, updates));
    expect(written.failures.get('8')).toMatchObject({ outcome: 'refused' });
  });

  it('that is not mentioned beside an error of nobody in particular may have been carried out', async () => {
    const { clock, hubspot } = createScripted([partly(['7'], entry('VALIDATION_ERROR'))]);
    const written = await clock.run(async () => hubspot.batchUpdateObjects(MOCK_EXAMS, updates));
    expect(written.failures.get('8')).toMatchObject({ name: 'HubSpotInvalidReplyError', outcome: 'unknown' });
  });

  it('that makes a record leaves open whether it exists', async () => {
    const { clock, hubspot } = createScripted([
      labels,
      json(
        {
          results: [{ id: '70', properties: { booking_id: 'a' }, objectWriteTraceId: 'create-1' }],
          errors: [
            entry('INTERNAL_ERROR', { objectWriteTraceId: ['create-2'] }),
            entry('VALIDATION_ERROR', { objectWriteTraceId: ['create-3'] }),
          ],
        },
        207,
      ),
    ]);
    await clock.run(async () => hubspot.prepareAssociations(BOOKINGS, [CONTACTS]));
    const made = await clock.run(async () =>
      Promise.allSettled(
        ['a', 'b', 'c'].map(async (name) =>
          hubspot.createObject(BOOKINGS, {
            properties: { booking_id: name },
            associations: [],
            identity: ['booking_id'],
          }),
        ),
      ),
    );
    expect(values(made).map(({ id }) => id)).toEqual(['70']);
    expect(failures(made).map(({ outcome }) => outcome)).toEqual(['unknown', 'refused']);
  });
});
