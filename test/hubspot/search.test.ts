import { describe, expect, it } from 'vitest';
import { createEmulated, MOCK_EXAMS } from '../support/hubspot.ts';

const filters = [{ propertyName: 'is_active', operator: 'EQ', value: 'true' }] as const;

describe.each(['v3', '2026-09'])('search on %s', (version) => {
  it('follows all pages', async () => {
    const { clock, hubspot, account, emulator } = createEmulated({ HUBSPOT_API_VERSION: version });
    const ids = Array.from({ length: 25 }, () => account.exam());
    const found = await clock.run(async () => hubspot.search(MOCK_EXAMS, { filters, properties: [], limit: 10 }));
    expect(found.map(({ id }) => id)).toEqual(ids);
    expect(emulator.log.calls).toHaveLength(3);
  });

  it('stops at the page that holds what ends it', async () => {
    const { clock, hubspot, account, emulator } = createEmulated({ HUBSPOT_API_VERSION: version });
    for (let day = 10; day < 30; day += 1) account.exam({ date: `2026-12-${day}` });
    const found = await clock.run(async () =>
      hubspot.search(MOCK_EXAMS, {
        filters,
        properties: ['exam_date'],
        sort: { propertyName: 'exam_date', direction: 'DESCENDING' },
        limit: 5,
        until: ({ properties }) => (properties.exam_date ?? '') < '2026-12-22',
      }),
    );
    expect(found.map(({ properties }) => properties.exam_date).slice(-2)).toEqual(['2026-12-21', '2026-12-20']);
    expect(emulator.log.calls).toHaveLength(2);
  });

  it('waits out a refused second and then succeeds', async () => {
    const { clock, hubspot, account } = createEmulated({ HUBSPOT_API_VERSION: version });
    account.exam();
    const started = clock.now();
    const search = async () => hubspot.search(MOCK_EXAMS, { filters, properties: [] });
    const found = await clock.run(async () => Promise.all(Array.from({ length: 7 }, search)));
    expect(found.map(({ length }) => length)).toEqual([1, 1, 1, 1, 1, 1, 1]);
    expect(clock.now() - started).toBe(1000);
  });
});
