import { describe, expect, it } from 'vitest';
import { rawHubSpot } from '../support/raw-hubspot.ts';
import type { SettingsPatch } from '../../src/emulator/settings.ts';

interface PastValue {
  value: string;
  timestamp: string;
  sourceType: string;
  sourceId?: string;
}

/** A contact with three credits, written to by an app. */
function start(settings: SettingsPatch = {}) {
  const hubspot = rawHubSpot({ settings });
  const student = hubspot.account.student({ sj_credits: 3 });
  const path = `/crm/v3/objects/contacts/${student.id}`;
  const patch = async (value: string, token?: string) =>
    hubspot.send('PATCH', path, { properties: { sj_credits: value } }, token);
  const history = async (): Promise<PastValue[]> =>
    (await hubspot.send('GET', `${path}?propertiesWithHistory=sj_credits`)).body.propertiesWithHistory.sj_credits;
  const values = async () => (await history()).map(({ value }) => value);
  return { ...hubspot, student, path, patch, history, values };
}

describe('property history', () => {
  it('tells what a property was, when and by whom, newest first', async () => {
    const { clock, account, student, patch, history } = start();
    await patch('2');
    await clock.advance(1000);
    account.change('contacts', student.id, { sj_credits: 5 });
    expect(await history()).toEqual([
      {
        value: '5',
        timestamp: '2026-11-24T12:00:01.000Z',
        sourceType: 'CRM_UI',
        sourceId: 'userId:9',
        updatedByUserId: 9,
      },
      {
        value: '2',
        timestamp: '2026-11-24T12:00:00.000Z',
        sourceType: 'INTEGRATION',
        sourceId: expect.stringMatching(/^\d+$/),
        sourceLabel: 'Private app',
      },
      {
        value: '3',
        timestamp: '2026-11-24T11:59:00.000Z',
        sourceType: 'CRM_UI',
        sourceId: 'userId:9',
        updatedByUserId: 9,
      },
    ]);
  });

  it('names the app of each token', async () => {
    const { patch, history } = start();
    await patch('2', 'one');
    await patch('1', 'two');
    await patch('0', 'one');
    const [third, second, first] = (await history()).map(({ sourceId }) => sourceId);
    expect(third).toBe(first);
    expect(second).not.toBe(first);
  });

  it('shows an emptied property as an empty text, and nothing for a value that did not change', async () => {
    const { patch, values } = start();
    await patch('3');
    await patch('');
    expect(await values()).toEqual(['', '3']);
  });

  it('keeps the last 20 values, or as many as it is told to', async () => {
    const { emulator, patch, values } = start();
    for (let credits = 4; credits < 30; credits += 1) await patch(String(credits));
    expect(await values()).toHaveLength(20);
    emulator.settings.keptValues = 2;
    expect(await values()).toEqual(['29', '28']);
  });

  it('lags behind the value', async () => {
    const { clock, send, path, patch, values } = start({ lag: { historyMs: 2000 } });
    await patch('2');
    expect((await send('GET', `${path}?properties=sj_credits`)).body.properties.sj_credits).toBe('2');
    expect(await values()).toEqual(['3']);
    await clock.advance(2000);
    expect(await values()).toEqual(['2', '3']);
  });

  it('tells of a write whose answer was lost, once it was carried out', async () => {
    const { clock, emulator, account, student, patch, values } = start();
    emulator.faults.add({ fault: { kind: 'status', status: 504, commitAfterMs: 1500 }, operation: 'objects.update' });
    await patch('2');
    expect(await values()).toEqual(['3']);
    await clock.run(async () => emulator.settled());
    account.change('contacts', student.id, { sj_credits: 5 });
    expect(await values()).toEqual(['5', '2', '3']);
  });

  it('comes in a batch/read, for known properties only', async () => {
    const { send, student, patch } = start();
    await patch('2');
    const body = { inputs: [{ id: student.id }], propertiesWithHistory: ['sj_credits', 'cs_credits', 'nonsense'] };
    const { results } = (await send('POST', '/crm/v3/objects/contacts/batch/read', body)).body;
    expect(results[0].propertiesWithHistory).toMatchObject({
      sj_credits: [{ value: '2' }, { value: '3' }],
      cs_credits: [],
    });
    expect(Object.keys(results[0].propertiesWithHistory)).toEqual(['sj_credits', 'cs_credits']);
  });

  it('goes on through a merge', async () => {
    const { account, student, patch, history } = start();
    await patch('');
    const other = account.student({ sj_credits: 4 });
    account.merge('contacts', [student.id, other.id], 'new');
    expect((await history()).map(({ value, sourceType }) => [value, sourceType])).toEqual([
      ['4', 'MERGE_OBJECTS'],
      ['', 'INTEGRATION'],
      ['3', 'CRM_UI'],
    ]);
  });
});
