import { describe, expect, it } from 'vitest';
import { CONTACTS, createEmulated, createScripted, json } from '../support/hubspot.ts';

const OPTIONS = { properties: ['sj_credits'], history: ['sj_credits'] } as const;

describe.each(['v3', '2026-09'])('past values on %s', (version) => {
  it('come newest first, with who set them and when', async () => {
    const { clock, hubspot, account } = createEmulated({ HUBSPOT_API_VERSION: version });
    const { id } = account.student({ sj_credits: 3 });
    await clock.advance(1000);
    account.change('contacts', id, { sj_credits: 5 });
    await clock.run(async () => hubspot.updateObject(CONTACTS, { id, properties: { sj_credits: '4' } }));
    const record = await clock.run(async () => hubspot.getObject(CONTACTS, id, OPTIONS));
    expect(record?.history.get('sj_credits')).toMatchObject([
      { value: '4', sourceType: 'INTEGRATION', atMs: clock.now() },
      { value: '5', sourceType: 'CRM_UI' },
      { value: '3' },
    ]);
  });

  it('are read 50 records at a time, and only where they are wanted', async () => {
    const { clock, hubspot, account, emulator } = createEmulated({ HUBSPOT_API_VERSION: version });
    const ids = Array.from({ length: 51 }, () => account.student().id);
    const records = await clock.run(async () =>
      Promise.all(ids.map(async (id) => hubspot.getObject(CONTACTS, id, OPTIONS))),
    );
    expect(records.every((record) => record?.history.get('sj_credits')?.length === 1)).toBe(true);
    expect(emulator.log.calls.map(({ inputs }) => inputs).toSorted((a, b) => a - b)).toEqual([1, 50]);
    const plain = await clock.run(async () => hubspot.getObject(CONTACTS, ids[0] ?? '', { properties: [] }));
    expect(plain?.history.size).toBe(0);
  });
});

describe('past values that cannot be read', () => {
  const record = (past: unknown) => ({
    id: '1',
    properties: { sj_credits: '3' },
    createdAt: '2026-01-01T00:00:00Z',
    updatedAt: '2026-01-01T00:00:00Z',
    propertiesWithHistory: past,
  });

  it.each([
    ['a time that is none', { sj_credits: [{ value: '3', timestamp: 'soon', sourceType: 'CRM_UI' }] }],
    ['a list that is none', { sj_credits: 'none' }],
    ['no source', { sj_credits: [{ value: '3', timestamp: '2026-01-01T00:00:00Z' }] }],
    ['no object', 7],
  ])('%s: they say nothing, and the record stays', async (_what, past) => {
    const { clock, hubspot } = createScripted([json(record(past))]);
    const read = await clock.run(async () => hubspot.getObject(CONTACTS, '1', OPTIONS));
    expect([read?.properties.sj_credits, read?.history.get('sj_credits')]).toEqual(['3', undefined]);
  });
});
