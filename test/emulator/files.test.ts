import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Emulator } from '../../src/emulator/emulator.ts';
import { FileError, PortalFile, readJsonFile, toPortal } from '../../src/emulator/portal-file.ts';
import { fillAccount, SeedFile } from '../../src/emulator/seed-file.ts';
import { SCHEMAS } from '../support/emulator-schemas.ts';

const LIBRARY = {
  id: 77,
  objectTypes: [
    {
      typeId: '0-1',
      name: 'contacts',
      properties: { email: { type: 'string', unique: 'conflict' }, vip: { type: 'bool' } },
    },
    {
      typeId: '2-500',
      name: 'loans',
      properties: { title: { type: 'string', required: true }, due: { type: 'date' } },
    },
  ],
  associations: [
    {
      from: '2-500',
      to: '0-1',
      typeId: 11,
      inverseTypeId: 12,
      name: 'loan_to_contact',
      inverseName: 'contact_to_loan',
    },
  ],
  settings: { limits: { per10Seconds: 100 } },
};
const RECORDS = {
  records: {
    contacts: [{ key: 'ada', properties: { email: 'ada@example.com', vip: true } }],
    loans: [{ properties: { title: 'Notes on the Engine', due: '2026-12-01' }, associations: ['ada'] }],
  },
};

describe('files for the emulator', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'emulator-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const write = (name: string, content: unknown) => {
    const path = join(folder, name);
    writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
    return path;
  };
  const portalOf = (content: unknown) => {
    const path = write('portal.json', content);
    return toPortal(path, readJsonFile(path, PortalFile));
  };
  const problemOf = (work: () => unknown) => {
    try {
      work();
    } catch (error) {
      if (error instanceof FileError) return error.message.replaceAll(`${folder}/`, '');
      throw error;
    }
    return 'none';
  };

  it.each(Object.entries(SCHEMAS))(
    '%s is the schema of what is read (else: node test/support/emulator-schemas.ts)',
    (path, text) => {
      expect(readFileSync(path, 'utf8')).toBe(text);
    },
  );

  it('have HubSpot’s standard objects alone, too: they can be made, linked and searched', async () => {
    const path = 'src/emulator/portals/standard.json';
    const emulator = new Emulator({ portal: toPortal(path, readJsonFile(path, PortalFile)) });
    const ask = async (method: string, place: string, body?: unknown) => {
      const headers = { Authorization: 'Bearer any' };
      const request = new Request(`http://hubspot${place}`, {
        method,
        headers,
        body: body === undefined ? null : JSON.stringify(body),
      });
      const response = await emulator.fetch(request);
      return { status: response.status, body: await response.json() } as { status: number; body: Record<string, any> }; // oxlint-disable-line typescript/no-explicit-any
    };
    const make = async (type: string, properties: object) =>
      (await ask('POST', `/crm/v3/objects/${type}`, { properties })).body['id'];
    const ids = {
      contacts: await make('contacts', { email: 'ada@example.com', lifecyclestage: 'lead' }),
      companies: await make('companies', { name: 'Engines', domain: 'engines.example' }),
      deals: await make('deals', { dealname: 'One engine', amount: '5', dealstage: 'closedwon', pipeline: 'default' }),
      tickets: await make('tickets', { subject: 'It stutters', hs_pipeline: '0', hs_pipeline_stage: '1' }),
      notes: await make('notes', { hs_note_body: 'Hello', hs_timestamp: '2026-11-27T12:00:00Z' }),
    };
    for (const type of ['companies', 'deals', 'tickets', 'notes'] as const) {
      const linked = await ask(
        'PUT',
        `/crm/v4/objects/${type}/${ids[type]}/associations/default/contacts/${ids.contacts}`,
      );
      expect([type, linked.status]).toEqual([type, 200]);
    }
    const wish = { filterGroups: [{ filters: [{ propertyName: 'amount', operator: 'GTE', value: '5' }] }] };
    expect((await ask('POST', '/crm/v3/objects/deals/search', wish)).body['total']).toBe(1);
  });

  it('make an account of any kind, with its records', async () => {
    const emulator = new Emulator({ portal: portalOf(LIBRARY) });
    fillAccount(emulator.account, 'seed.json', SeedFile.parse(RECORDS), Date.now());
    const ask = async (path: string) => {
      const request = new Request(`http://hubspot${path}`, { headers: { Authorization: 'Bearer any' } });
      return (await (await emulator.fetch(request)).json()) as Record<string, unknown>;
    };
    const found = await ask('/crm/v3/objects/p77_loans/1001?properties=title&associations=contacts');
    expect(found).toMatchObject({
      properties: { title: 'Notes on the Engine' },
      associations: { contacts: { results: [{ id: '1001', type: 'loan_to_contact' }] } },
    });
    expect(await ask('/crm-object-schemas/v3/schemas')).toMatchObject({
      results: [{ objectTypeId: '2-500', fullyQualifiedName: 'p77_loans', requiredProperties: ['title'] }],
    });
    expect(await ask('/account-info/v3/details')).toMatchObject({ portalId: 77 });
  });

  it.each([
    ['cannot be read', '{"id": ', /^portal\.json cannot be read: /],
    ['has an unknown field', { ...LIBRARY, idd: 1 }, /^portal\.json is not as it should be:\n {2}the whole: .*idd/],
    [
      'has a wrong type of property',
      { id: 1, objectTypes: [{ typeId: '0-1', name: 'contacts', properties: { a: { type: 'text' } } }] },
      /objectTypes\.0\.properties\.a\.type: /,
    ],
    [
      'associates what it does not define',
      { ...LIBRARY, objectTypes: LIBRARY.objectTypes.slice(0, 1) },
      /names object types that it does not define: 2-500/,
    ],
  ])('a portal file that %s is refused by place', (_what, content, message) => {
    expect(problemOf(() => portalOf(content))).toMatch(message);
  });

  it.each([
    [
      'an unknown property',
      { contacts: [{ properties: { name: 'x' } }] },
      /records\.contacts\.0: .*name.* does not exist/,
    ],
    ['an unknown type', { books: [{ properties: {} }] }, /records\.books\.0: Unable to infer object type/],
    [
      'an unknown key',
      { contacts: [{ properties: {}, associations: ['bob'] }] },
      /records\.contacts\.0: no record is called bob/,
    ],
    [
      'a value twice that is unique',
      { contacts: [1, 2].map(() => ({ properties: { email: 'a@example.com' } })) },
      /records\.contacts\.1: /,
    ],
    [
      'what cannot be associated',
      {
        contacts: [
          { key: 'a', properties: {} },
          { properties: {}, associations: ['a'] },
        ],
      },
      /contacts and contacts cannot be associated/,
    ],
  ])('a seed file with %s is refused by record', (_what, records, message) => {
    const { account } = new Emulator({ portal: portalOf(LIBRARY) });
    expect(problemOf(() => fillAccount(account, 'seed.json', SeedFile.parse({ records }), 0))).toMatch(message);
  });

  describe('npm run emulator', () => {
    const run = (...args: string[]) =>
      spawn(process.execPath, ['src/emulator/main.ts', ...args], { stdio: ['ignore', 'pipe', 'pipe'] });

    it('takes them, and says how many records there are', async () => {
      const child = run(
        '--port',
        '0',
        '--portal',
        write('portal.json', LIBRARY),
        '--seed',
        write('seed.json', RECORDS),
      );
      const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
      expect(line).toContain('2 records');
      const url = /http:\S+/.exec(line)?.[0] ?? '';
      const settings = (await (await fetch(`${url}/_emulator/settings`)).json()) as {
        limits: { per10Seconds: number };
      };
      expect(settings.limits.per10Seconds).toBe(100);
      child.kill();
    });

    it('has an example that works', async () => {
      const child = run('--port', '0', '--seed', 'src/emulator/portals/example-seed.json');
      const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
      expect(line).toContain('3 records');
      child.kill();
    });

    it('says what is wrong with what it is given, and ends', () => {
      const complain = (...args: string[]) => {
        try {
          execFileSync(process.execPath, ['src/emulator/main.ts', ...args], { encoding: 'utf8', stdio: 'pipe' });
        } catch (error) {
          return (error as { stderr: string }).stderr;
        }
        return 'nothing';
      };
      expect(complain('--port', 'x')).toBe('--port must be a number from 0 to 65535, not x\n');
      expect(complain('--portals', 'x')).toContain('npm run emulator -- [options]');
      expect(complain('--portal', join(folder, 'none.json'))).toContain('none.json cannot be read: ENOENT');
    });
  });
});
