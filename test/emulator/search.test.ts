import { describe, expect, it } from 'vitest';
import { rawHubSpot } from '../support/raw-hubspot.ts';

const EXAMS = '2-50158913';
type Filter = Record<string, unknown>;

function start() {
  const hubspot = rawHubSpot({ settings: { limits: { searchPerSecond: null } } });
  const { account } = hubspot;
  const ids = {
    small: account.exam({ capacity: 5, date: '2026-12-01', properties: { address: 'Main Street 1' } }),
    large: account.exam({ capacity: 30, date: '2026-12-03', type: 'Mini-mock' }),
    none: account.exam({ capacity: null, date: '2026-12-02', properties: { location: null } }),
  };
  const search = async (body: Record<string, unknown>) => hubspot.send('POST', `/crm/v3/objects/${EXAMS}/search`, body);
  const find = async (...filters: Filter[]) => {
    const { body } = await search({ filterGroups: [{ filters }] });
    return body.results?.map(({ id }: { id: string }) => Object.entries(ids).find(([, known]) => known === id)?.[0]);
  };
  return { ...hubspot, ids, search, find };
}

describe('search', () => {
  it.each<[Filter, string[]]>([
    [{ propertyName: 'capacity', operator: 'EQ', value: '5' }, ['small']],
    [{ propertyName: 'capacity', operator: 'EQ', value: 5 }, ['small']],
    [{ propertyName: 'capacity', operator: 'NEQ', value: '5' }, ['large', 'none']],
    [{ propertyName: 'capacity', operator: 'GT', value: '5' }, ['large']],
    [{ propertyName: 'capacity', operator: 'GTE', value: '5' }, ['small', 'large']],
    [{ propertyName: 'capacity', operator: 'LT', value: '30' }, ['small']],
    [{ propertyName: 'capacity', operator: 'LTE', value: '30' }, ['small', 'large']],
    [{ propertyName: 'capacity', operator: 'BETWEEN', value: '6', highValue: '40' }, ['large']],
    [{ propertyName: 'capacity', operator: 'HAS_PROPERTY' }, ['small', 'large']],
    [{ propertyName: 'capacity', operator: 'NOT_HAS_PROPERTY' }, ['none']],
    [{ propertyName: 'mock_type', operator: 'IN', values: ['Mini-mock'] }, ['large']],
    [{ propertyName: 'mock_type', operator: 'IN', values: ['mini-mock'] }, []],
    [{ propertyName: 'mock_type', operator: 'NOT_IN', values: ['Mini-mock'] }, ['small', 'none']],
    [{ propertyName: 'mock_type', operator: 'EQ', value: 'mini-mock' }, []],
    [{ propertyName: 'address', operator: 'EQ', value: 'MAIN STREET 1' }, ['small']],
    [{ propertyName: 'address', operator: 'IN', values: ['main street 1'] }, ['small']],
    [{ propertyName: 'address', operator: 'CONTAINS_TOKEN', value: 'str*' }, ['small']],
    [{ propertyName: 'address', operator: 'NOT_CONTAINS_TOKEN', value: 'street' }, ['large', 'none']],
    [{ propertyName: 'exam_date', operator: 'GTE', value: String(Date.parse('2026-12-02')) }, ['large', 'none']],
    [{ propertyName: 'hs_object_id', operator: 'GT', value: '0' }, ['small', 'large', 'none']],
  ])('%j finds %j', async (filter, expected) => {
    expect(await start().find(filter)).toEqual(expected);
  });

  it('joins filters of a group with AND, groups with OR', async () => {
    const { search } = start();
    const large = { propertyName: 'capacity', operator: 'GT', value: '10' };
    const toronto = { propertyName: 'location', operator: 'EQ', value: 'Mississauga' };
    const unset = { propertyName: 'location', operator: 'NOT_HAS_PROPERTY' };
    expect((await search({ filterGroups: [{ filters: [large, toronto] }] })).body.total).toBe(0);
    expect((await search({ filterGroups: [{ filters: [large] }, { filters: [unset] }] })).body.total).toBe(2);
  });

  it('sorts both ways, records without the property last', async () => {
    const { search, ids } = start();
    const sorted = async (direction: string) => {
      const { body } = await search({ sorts: [{ propertyName: 'capacity', direction }] });
      return body.results.map(({ id }: { id: string }) => id);
    };
    expect(await sorted('ASCENDING')).toEqual([ids.small, ids.large, ids.none]);
    expect(await sorted('DESCENDING')).toEqual([ids.large, ids.small, ids.none]);
  });

  it('finds text anywhere with query', async () => {
    const { search, ids } = start();
    expect((await search({ query: 'main' })).body.results.map(({ id }: { id: string }) => id)).toEqual([ids.small]);
  });

  const filter = { propertyName: 'capacity', operator: 'EQ', value: '5' };
  it.each<[string, Record<string, unknown>]>([
    ['six groups', { filterGroups: Array.from({ length: 6 }, () => ({ filters: [filter] })) }],
    ['seven filters in a group', { filterGroups: [{ filters: Array.from({ length: 7 }, () => filter) }] }],
    [
      'nineteen filters',
      { filterGroups: Array.from({ length: 4 }, () => ({ filters: Array.from({ length: 5 }, () => filter) })) },
    ],
    ['a page of 201', { limit: 201 }],
    ['more than 10,000 results', { after: '9990', limit: 20 }],
    ['two sorts', { sorts: ['capacity', 'location'] }],
    ['a body of 3,001 characters', { query: 'x'.repeat(3000) }],
    ['an unknown property', { filterGroups: [{ filters: [{ ...filter, propertyName: 'seats' }] }] }],
    ['a text for a number', { filterGroups: [{ filters: [{ ...filter, value: 'five' }] }] }],
    [
      'a day for a date',
      { filterGroups: [{ filters: [{ ...filter, propertyName: 'exam_date', value: '2026-12-01' }] }] },
    ],
    ['a filter without a value', { filterGroups: [{ filters: [{ propertyName: 'capacity', operator: 'EQ' }] }] }],
    ['IN without values', { filterGroups: [{ filters: [{ ...filter, operator: 'IN' }] }] }],
    ['NOT_IN with none', { filterGroups: [{ filters: [{ ...filter, operator: 'NOT_IN', values: [] }] }] }],
    ['a cursor that is no number', { after: 'next' }],
    ['an unknown operator', { filterGroups: [{ filters: [{ ...filter, operator: 'LIKE' }] }] }],
  ])('refuses %s', async (_name, body) => {
    expect((await start().search(body)).status).toBe(400);
  });

  it('never shows archived records', async () => {
    const { send, search, ids } = start();
    await send('DELETE', `/crm/v3/objects/${EXAMS}/${ids.small}`);
    expect((await search({})).body.total).toBe(2);
  });
});
