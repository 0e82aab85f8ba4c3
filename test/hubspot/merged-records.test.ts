import { describe, expect, it } from 'vitest';
import { BOOKINGS, CONTACTS, createClient, MOCK_EXAMS } from '../support/hubspot.ts';
import { answerAsHubSpot } from '../support/wire.ts';

/** Contacts 101 and 102 were merged into 555, which knows both addresses; 7 is somebody else, 9 nobody. */
const SURVIVOR: Record<string, string> = {
  '101': '555',
  '102': '555',
  '555': '555',
  '7': '7',
  'ann@example.com': '555',
  'ann.old@example.com': '555',
  'bob@example.com': '7',
};
const EMAILS: Record<string, string> = { '555': 'ann@example.com', '7': 'bob@example.com' };
const BOOKED: Record<string, number[]> = { '555': [21, 22], '7': [23] };

interface BatchBody {
  inputs: { id: string }[];
}

/** HubSpot, answering every record once and under its own id; `fails` breaks the single reads of an id. */
function setUp({ fails = '' }: { fails?: string } = {}) {
  const client = createClient({ HUBSPOT_MAX_ATTEMPTS: '1' });
  const calls: string[] = [];
  const recordOf = (id: string) => ({ id, properties: { email: EMAILS[id] } });
  answerAsHubSpot(async (request) => {
    const path = new URL(request.url).pathname;
    const name = decodeURIComponent(path.split('/').at(-1) ?? '');
    if (request.method === 'GET') {
      calls.push(`GET ${name}`);
      if (name === fails) return Response.json({ message: 'm' }, { status: 503 });
      const id = SURVIVOR[name];
      const missing = { status: 'error', message: 'resource not found', category: 'OBJECT_NOT_FOUND' };
      return id ? Response.json(recordOf(id)) : Response.json(missing, { status: 404 });
    }
    const { inputs } = (await request.json()) as BatchBody;
    const names = inputs.map(({ id }) => id);
    calls.push(`${path.includes('associations') ? 'links' : 'records'} ${names.join()}`);
    if (path.includes('associations') && names.join() === fails) {
      return Response.json({ message: 'm' }, { status: 503 });
    }
    const ids = [...new Set(names.flatMap((id) => SURVIVOR[id] ?? []))];
    return Response.json({
      results: ids.map((id) =>
        path.includes('associations')
          ? { from: { id }, to: (BOOKED[id] ?? []).map((toObjectId) => ({ toObjectId })) }
          : recordOf(id),
      ),
      errors: [],
    });
  });
  return { ...client, calls };
}

describe('two inputs that are one record', () => {
  it('both get it: two addresses of one contact', async () => {
    const { clock, hubspot, calls } = setUp();
    const asked = ['ann@example.com', 'ann.old@example.com', 'bob@example.com'];
    const read = await clock.run(async () =>
      hubspot.batchReadObjects(CONTACTS, asked, ['email'], { idProperty: 'email' }),
    );
    expect([...read.results].map(([key, { id }]) => [key, id])).toEqual([
      ['ann@example.com', '555'],
      ['ann.old@example.com', '555'],
      ['bob@example.com', '7'],
    ]);
    expect(calls).toEqual([`records ${asked.join()}`, 'GET ann.old@example.com']);
  });

  it('both get it: two records merged into a third', async () => {
    const { clock, hubspot, calls } = setUp();
    const read = await clock.run(async () => hubspot.batchReadObjects(CONTACTS, ['101', '102', '7'], ['email']));
    expect([...read.results].map(([key, { id }]) => [key, id])).toEqual([
      ['101', '555'],
      ['102', '555'],
      ['7', '7'],
    ]);
    expect(calls.toSorted()).toEqual(['GET 101', 'GET 102', 'records 101,102,7']);
  });

  it('are told apart from one that does not exist', async () => {
    const { clock, hubspot } = setUp();
    const read = await clock.run(async () => hubspot.batchReadObjects(CONTACTS, ['101', '9'], ['email']));
    expect(read.results.get('101')?.id).toBe('555');
    expect([...read.missing]).toEqual(['9']);
  });

  it('fail alone when reading one of them singly fails', async () => {
    const { clock, hubspot } = setUp({ fails: '102' });
    const read = await clock.run(async () => hubspot.batchReadObjects(CONTACTS, ['101', '102', '7'], ['email']));
    expect([...read.results.keys()]).toEqual(['101', '7']);
    expect(read.failures.get('102')).toMatchObject({ status: 503 });
  });

  it('cost no second call where the answer to a single input comes under another id', async () => {
    const { clock, hubspot, calls } = setUp();
    const read = await clock.run(async () => hubspot.batchReadObjects(CONTACTS, ['102'], ['email']));
    expect(read.results.get('102')?.id).toBe('555');
    expect(calls).toEqual(['records 102']);
  });
});

describe('a list of a merged record', () => {
  it('is found under the id that was asked for', async () => {
    const { clock, hubspot, calls } = setUp();
    const read = await clock.run(async () => hubspot.batchGetAssociations(CONTACTS, ['101', '555', '7'], BOOKINGS));
    expect([...read.results]).toEqual([
      ['101', ['21', '22']],
      ['555', ['21', '22']],
      ['7', ['23']],
    ]);
    expect(calls).toEqual(['links 101,555,7', 'links 101']);
  });

  it('fails alone when it cannot be read singly', async () => {
    const { clock, hubspot } = setUp({ fails: '101' });
    const read = await clock.run(async () => hubspot.batchGetAssociations(CONTACTS, ['101', '102', '7'], BOOKINGS));
    expect([...read.results.keys()]).toEqual(['102', '7']);
    expect(read.failures.get('101')).toMatchObject({ status: 503 });
  });

  it.each([
    ['record id', undefined, ['101', '102', '7']],
    ['address', 'email', ['ann@example.com', 'ann.old@example.com', 'bob@example.com']],
  ])('comes with its record when several are asked for at once by %s', async (_name, idProperty, asked) => {
    const { clock, hubspot } = setUp();
    const options = { properties: ['email'] as const, associations: [BOOKINGS], ...(idProperty ? { idProperty } : {}) };
    const found = await clock.run(async () =>
      Promise.all(asked.map(async (id) => hubspot.getObject(CONTACTS, id, options))),
    );
    expect(found.map((one) => [one?.id, one?.associations.get(BOOKINGS.id)])).toEqual([
      ['555', ['21', '22']],
      ['555', ['21', '22']],
      ['7', ['23']],
    ]);
  });
});

describe('an answer that mentions hardly anybody', () => {
  it('costs no more than a call for each of fifty inputs', async () => {
    const client = createClient({ HUBSPOT_MAX_ATTEMPTS: '1' });
    let calls = 0;
    answerAsHubSpot(() => {
      calls += 1;
      return Response.json({ results: [] });
    });
    const ids = Array.from({ length: 100 }, (_, index) => String(index));
    const read = await client.clock.run(async () => client.hubspot.batchReadObjects(CONTACTS, ids, []));
    expect(read.failures.size).toBe(100);
    expect(calls).toBe(51);
  });
});

describe('an update of a merged record', () => {
  const updates = ['102', '7'].map((id) => ({ id, properties: { total_bookings: '1' } }));
  const answer = (results: unknown[]) => {
    const client = createClient();
    answerAsHubSpot(() => Response.json({ results }));
    return client;
  };

  it('is known to be carried out by its trace id', async () => {
    const { clock, hubspot } = answer([
      { id: '555', properties: {}, objectWriteTraceId: '102' },
      { id: '7', properties: {}, objectWriteTraceId: '7' },
    ]);
    const written = await clock.run(async () => hubspot.batchUpdateObjects(MOCK_EXAMS, updates));
    expect([...written.results].map(([key, { id }]) => [key, id])).toEqual([
      ['102', '555'],
      ['7', '7'],
    ]);
  });

  it('is uncertain without one', async () => {
    const { clock, hubspot } = answer([
      { id: '555', properties: {} },
      { id: '7', properties: {} },
    ]);
    const written = await clock.run(async () => hubspot.batchUpdateObjects(MOCK_EXAMS, updates));
    expect([...written.results.keys()]).toEqual(['7']);
    expect(written.failures.get('102')).toMatchObject({ outcome: 'unknown' });
  });
});
