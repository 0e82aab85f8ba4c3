import { describe, expect, it } from 'vitest';
import { rawHubSpot } from '../support/raw-hubspot.ts';

const BOOKINGS = '2-50158943';
const EXAMS = '2-50158913';
const MAX = 'x-hubspot-ratelimit-max';
const REMAINING = 'x-hubspot-ratelimit-remaining';

describe('headers', () => {
  it.each([
    ['empty', '', ''],
    ['zero', '0', '0'],
    ['absent', null, null],
  ])('are %s, beside others that are as ever', async (_name, value, seen) => {
    const { emulator, send } = rawHubSpot();
    emulator.faults.add({ fault: { kind: 'headers', headers: { [MAX]: value } } });
    const { headers } = await send('GET', '/crm/v3/objects/contacts');
    expect([headers.get(MAX), headers.get(REMAINING)]).toEqual([seen, '189']);
    expect((await send('GET', '/crm/v3/objects/contacts')).headers.get(MAX)).toBe('190');
  });

  it('speak of a second where the limit is one per second', async () => {
    const { clock, send } = rawHubSpot({ settings: { limits: { perSecond: 2 } } });
    const list = async () => send('GET', '/crm/v3/objects/contacts');
    const { headers } = await list();
    expect([headers.get(MAX), headers.get(REMAINING)]).toEqual(['2', '1']);
    expect(headers.get('x-hubspot-ratelimit-interval-milliseconds')).toBe('1000');
    await list();
    const refused = await list();
    expect([refused.status, refused.body.policyName]).toEqual([429, 'SECONDLY']);
    await clock.advance(1001);
    expect((await list()).status).toBe(200);
  });
});

describe('values that no check would let in', () => {
  it.each([
    ['start_time', '1790254800000000000'],
    ['start_time', '99999999999999999'],
    ['start_time', 'tbd'],
    ['capacity', '15.0'],
  ])('are sent all the same: %s = %s', async (name, value) => {
    const { account, send } = rawHubSpot();
    const exam = account.exam();
    account.plant('mock_exams', exam, { [name]: value });
    const { body } = await send('GET', `/crm/v3/objects/${EXAMS}/${exam}?properties=${name}`);
    expect(body.properties[name]).toBe(value);
    const found = await send('POST', `/crm/v3/objects/${EXAMS}/search`, { properties: [name], sorts: [name] });
    expect(found.body.results[0].properties[name]).toBe(value);
  });

  it('reach bookings through rollups', async () => {
    const { account, send } = rawHubSpot();
    const exam = account.exam();
    const booking = account.booking({ student: account.student(), exam });
    account.plant('mock_exams', exam, { start_time: 'tbd' });
    const { body } = await send('GET', `/crm/v3/objects/${BOOKINGS}/${booking}?properties=start_time`);
    expect(body.properties.start_time).toBe('tbd');
  });
});

describe('lists of objects', () => {
  it('show inline associations and property history', async () => {
    const { account, send } = rawHubSpot();
    const student = account.student({ sj_credits: 3 });
    const booking = account.booking({ student });
    const query = `associations=${BOOKINGS}&propertiesWithHistory=sj_credits`;
    const [record] = (await send('GET', `/crm/v3/objects/contacts?${query}`)).body.results;
    expect(record.associations.p46814382_bookings.results).toMatchObject([{ id: booking }]);
    expect(record.propertiesWithHistory.sj_credits).toMatchObject([{ value: '3' }]);
  });
});

describe('a search', () => {
  it('by associated records is not taken for a property that does not exist', async () => {
    const { send } = rawHubSpot();
    const filters = [{ propertyName: 'associations.contact', operator: 'EQ', value: '1' }];
    const { status, body } = await send('POST', '/crm/v3/objects/deals/search', { filterGroups: [{ filters }] });
    expect([status, body.category]).toEqual([501, 'EMULATOR_NOT_IMPLEMENTED']);
  });
});
