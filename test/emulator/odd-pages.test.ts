import { describe, expect, it } from 'vitest';
import type { PagingFault } from '../../src/emulator/faults.ts';
import { rawHubSpot } from '../support/raw-hubspot.ts';

const BOOKINGS = '2-50158943';
const CONTACTS = '0-1';

interface Page {
  ids: string[];
  after: string | number | undefined;
}
type Turn = (after?: string | number) => Promise<Page>;

/** A contact with bookings, read in pages of two: by search, by association list, and by association batch. */
function start(bookings = 5) {
  const hubspot = rawHubSpot({ settings: { limits: { searchPerSecond: null } } });
  const student = hubspot.account.student();
  const all = Array.from({ length: bookings }, () => hubspot.account.booking({ student }));
  const page = ({ results, paging }: { results: { id?: string; toObjectId?: number }[]; paging?: { next: Page } }) => {
    return { ids: results.map(({ id, toObjectId }) => id ?? String(toObjectId)), after: paging?.next.after };
  };
  const search: Turn = async (after) =>
    page((await hubspot.send('POST', `/crm/v3/objects/${BOOKINGS}/search`, { limit: 2, after })).body);
  const list: Turn = async (after) => {
    const cursor = after === undefined ? '' : `&after=${after}`;
    const path = `/crm/v4/objects/${CONTACTS}/${student.id}/associations/${BOOKINGS}?limit=2${cursor}`;
    return page((await hubspot.send('GET', path)).body);
  };
  const batch: Turn = async (after) => {
    const inputs = [{ id: student.id, ...(after === undefined ? {} : { after }) }];
    const { body } = await hubspot.send('POST', `/crm/v4/associations/${CONTACTS}/${BOOKINGS}/batch/read`, { inputs });
    const [{ to, paging }] = body.results;
    return page({ results: to, paging });
  };
  const fault = (kind: PagingFault['kind'], skip = 0) => hubspot.emulator.faults.add({ fault: { kind }, skip });
  return { all, turns: { search, list, batch }, fault };
}

describe.each(['search', 'list'] as const)('pages of a %s', (name) => {
  it('come one after the other', async () => {
    const { all, turns } = start();
    const first = await turns[name]();
    const second = await turns[name](first.after);
    const third = await turns[name](second.after);
    expect([...first.ids, ...second.ids, ...third.ids]).toEqual(all);
    expect(third.after).toBeUndefined();
  });

  it('lead to themselves', async () => {
    const { all, turns, fault } = start();
    fault('stuck-cursor', 1);
    const { after } = await turns[name]();
    expect(await turns[name](after)).toEqual({ ids: all.slice(2, 4), after });
  });

  it('repeat the last record of the page before', async () => {
    const { all, turns, fault } = start();
    fault('drifting', 1);
    const { after } = await turns[name]();
    const second = await turns[name](after);
    expect(second.ids).toEqual(all.slice(1, 3));
    expect(await turns[name](second.after)).toEqual({ ids: all.slice(3), after: undefined });
  });

  it('have a number for a cursor, which may be sent back', async () => {
    const { all, turns, fault } = start();
    fault('numeric-cursor');
    const { after } = await turns[name]();
    expect(after).toBe(2);
    expect((await turns[name](after)).ids).toEqual(all.slice(2, 4));
  });

  it('are empty and lead on, each to another cursor', async () => {
    const { all, turns, fault } = start();
    for (const skip of [0, 0, 1, 2]) fault('empty-page', skip);
    const cursors = [];
    let page = await turns[name]();
    while (page.ids.length === 0) {
      cursors.push(page.after);
      page = await turns[name](page.after);
    }
    expect(new Set(cursors).size).toBe(3);
    expect(page.ids).toEqual(all.slice(0, 2));
  });
});

describe('pages of an association batch/read', () => {
  it('lead to themselves, drift, are empty, count in numbers', async () => {
    const { all, turns, fault } = start(501);
    const { ids, after } = await turns.batch();
    expect(ids).toEqual(all.slice(0, 500));
    fault('stuck-cursor');
    expect(await turns.batch(after)).toEqual({ ids: all.slice(500), after });
    fault('drifting');
    expect(await turns.batch(after)).toEqual({ ids: all.slice(499), after: undefined });
    fault('empty-page');
    const empty = await turns.batch(after);
    expect(empty.ids).toEqual([]);
    expect(await turns.batch(empty.after)).toEqual({ ids: all.slice(500), after: undefined });
    fault('numeric-cursor');
    expect((await turns.batch()).after).toBe(500);
    expect((await turns.batch(500)).ids).toEqual(all.slice(500));
  });
});
