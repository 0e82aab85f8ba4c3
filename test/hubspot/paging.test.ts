import { describe, expect, it } from 'vitest';
import { BOOKINGS, CONTACTS, createScripted, json, MOCK_EXAMS } from '../support/hubspot.ts';

const record = (id: string) => ({ id, properties: {} });
const next = (after: unknown) => ({ paging: { next: { after } } });

function searching(pages: unknown[]) {
  const { clock, hubspot, requests } = createScripted(pages.map((page) => json(page)));
  const search = async () => clock.run(async () => hubspot.search(MOCK_EXAMS, { filters: [], properties: [] }));
  const cursors = () => requests.map(({ body }) => (body as { after?: string }).after);
  return { search, cursors };
}

describe('the pages of a search', () => {
  const page = (ids: string[], after?: unknown) => ({
    total: 9,
    results: ids.map(record),
    ...(after === undefined ? {} : next(after)),
  });

  it('that repeat a record show it once', async () => {
    const { search } = searching([page(['1', '2'], '2'), page(['2', '3'])]);
    expect((await search()).map(({ id }) => id)).toEqual(['1', '2', '3']);
  });

  it('are followed by a cursor that is a number', async () => {
    const { search, cursors } = searching([page(['1'], 200), page(['2'])]);
    expect(await search()).toHaveLength(2);
    expect(cursors()).toEqual([undefined, '200']);
  });

  it('are followed through short and empty ones', async () => {
    const { search } = searching([page([], '200'), page(['1'], '400'), page([], '600'), page(['2'])]);
    expect((await search()).map(({ id }) => id)).toEqual(['1', '2']);
  });

  it.each([
    ['stands still', [page(['1'], '200'), page(['2'], '200')], 2],
    ['goes in a circle', [page(['1'], 'a'), page(['2'], 'b'), page(['3'], 'a')], 3],
    ['leads to the beginning', [page(['1'], '')], 1],
  ])('end in an error as soon as the cursor %s', async (_name, pages, calls) => {
    const { search, cursors } = searching(pages);
    await expect(search()).rejects.toMatchObject({ name: 'HubSpotInvalidReplyError' });
    expect(cursors()).toHaveLength(calls);
  });

  it.each([[{ paging: null }], [{ paging: {} }], [{ paging: { next: null } }], [next(null)]])(
    'end with %j',
    async (paging) => {
      const { search } = searching([{ ...page(['1']), ...paging }]);
      expect(await search()).toHaveLength(1);
    },
  );

  it('end in an error when they never end', async () => {
    let cursor = 0;
    const { clock, hubspot, requests } = createScripted([() => Response.json(page(['1'], (cursor += 1)))], {
      HUBSPOT_SEARCHES_PER_SECOND: '0',
      HUBSPOT_CALLS_PER_10_SECONDS: '0',
    });
    const search = clock.run(async () => hubspot.search(MOCK_EXAMS, { filters: [], properties: [] }));
    await expect(search).rejects.toMatchObject({ name: 'HubSpotInvalidReplyError' });
    expect(requests).toHaveLength(60);
  });
});

describe('the pages of a list of associated ids', () => {
  const row = (id: string, ids: number[], after?: unknown) => ({
    from: { id },
    to: ids.map((toObjectId) => ({ toObjectId })),
    ...(after === undefined ? {} : next(after)),
  });
  const reading = (pages: unknown[][]) => {
    const { clock, hubspot, requests } = createScripted(pages.map((results) => json({ results })));
    const read = async (ids: string[]) => clock.run(async () => hubspot.batchGetAssociations(CONTACTS, ids, BOOKINGS));
    return { read, requests };
  };

  it('are followed by a cursor that is a number, through empty ones, without repeats', async () => {
    const { read, requests } = reading([[row('1', [5], 200)], [row('1', [], '400')], [row('1', [5, 6])]]);
    expect((await read(['1'])).results.get('1')).toEqual(['5', '6']);
    expect(requests[1]?.body).toEqual({ inputs: [{ id: '1', after: '200' }] });
  });

  it('end in an error as soon as the cursor stands still, and the other lists do not', async () => {
    const { read, requests } = reading([
      [row('1', [5], 'x'), row('2', [7], 'y')],
      [row('1', [5], 'x'), row('2', [8])],
    ]);
    const { results, failures } = await read(['1', '2']);
    expect([...results]).toEqual([['2', ['7', '8']]]);
    expect(failures.get('1')).toMatchObject({ name: 'HubSpotInvalidReplyError' });
    expect(requests).toHaveLength(2);
  });
});

describe('a list that a record shows inline', () => {
  it.each([
    ['is read in full when a cursor follows, be it a number', { next: { after: 100 } }, ['5', '6']],
    ['is whole when no cursor follows', null, ['5']],
  ])('%s', async (_name, paging, ids) => {
    const inline = { bookings: { results: [{ id: '5', type: 't' }], paging } };
    const { clock, hubspot } = createScripted([
      json({ id: '1', properties: {}, associations: inline }),
      json({ results: [{ from: { id: '1' }, to: [{ toObjectId: 5 }, { toObjectId: 6 }] }] }),
    ]);
    const read = async () => hubspot.getObject(CONTACTS, '1', { properties: [], associations: [BOOKINGS] });
    expect((await clock.run(read))?.associations.get(BOOKINGS.id)).toEqual(ids);
  });
});
