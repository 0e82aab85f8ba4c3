import { describe, expect, it } from 'vitest';
import { toPage } from '../../src/compare/report-page.ts';
import { toText } from '../../src/compare/report-text.ts';
import { compare, LIST, type Reply } from '../support/two-apis.ts';

const places = ({ report }: Awaited<ReturnType<typeof compare>>) =>
  report.endpoints.flatMap(({ differences }) => differences.map(({ where }) => where)).toSorted();

describe('a difference', () => {
  it.each<[string, Reply, Reply, string[]]>([
    ['of the status', {}, { status: 404 }, ['status']],
    [
      'of a header that browsers read',
      { headers: { allow: 'GET' } },
      { headers: { allow: 'GET, POST' } },
      ['header allow'],
    ],
    ['of a type', { body: { data: { id: 3 } } }, { body: { data: { id: '3' } } }, ['data.id']],
    ['that is missing', { body: { data: { a: 1 } } }, { body: { data: {} } }, ['data.a']],
    ['of null and nothing', { body: { data: { a: null } } }, { body: { data: {} } }, ['data.a']],
    [
      'inside a list, found by id whatever the order',
      {
        body: {
          data: [
            { id: '1', n: 1 },
            { id: '2', n: 2 },
          ],
        },
      },
      {
        body: {
          data: [
            { id: '1', n: 1 },
            { id: '2', n: 3 },
          ],
        },
      },
      ['data[].n'],
    ],
    [
      'of the order',
      { body: { data: [{ id: '1' }, { id: '2' }] } },
      { body: { data: [{ id: '2' }, { id: '1' }] } },
      ['data[] order'],
    ],
    [
      'of what a list holds',
      { body: { data: [{ id: '1' }] } },
      { body: { data: [{ id: '2' }] } },
      ['data[] only in the baseline', 'data[] only in the candidate'],
    ],
    ['of lists without ids', { body: { data: ['a'] } }, { body: { data: ['b', 'c'] } }, ['data.length', 'data[]']],
  ])('%s is told with its place', async (_what, left, right, expected) => {
    const result = await compare(
      [LIST],
      () => left,
      () => right,
    );
    expect(places(result)).toEqual(expected);
    expect(result.report.exitCode).toBe(1);
  });

  it('of a charset alone is none', async () => {
    const [left, right] = ['application/json', 'application/json; charset=utf-8'].map((type) => ({
      headers: { 'content-type': type },
    }));
    const { report } = await compare(
      [LIST],
      () => left ?? {},
      () => right ?? {},
    );
    expect(report.exitCode).toBe(0);
  });

  it('that is meant to be is left out, and counted by its name', async () => {
    const old = { status: 500, body: { success: false, error: 'An error occurred', code: 'ERROR' } };
    const now = { status: 401, body: { success: false, error: 'Authentication failed.', code: 'AUTH_FAILED' } };
    const { report } = await compare(
      [LIST],
      () => old,
      () => now,
    );
    expect(report.endpoints[0]?.different).toBe(0);
    expect(report.expected.find(({ name }) => name === 'true errors')?.count).toBe(3);
  });

  it.each([
    ['an error that became a success', { status: 500, body: { code: 'ERROR' } }, { status: 200, body: { data: [] } }],
    ['a success that became an error', { body: { data: [] } }, { status: 500, body: { code: 'INTERNAL_ERROR' } }],
  ])('%s is never meant to be', async (_what, left, right) => {
    expect(
      (
        await compare(
          [LIST],
          () => left,
          () => right,
        )
      ).report.exitCode,
    ).toBe(1);
  });
});

describe('a report', () => {
  const secrets = ['maya', 'obrien', '1599999', 'Maya', 'O’Brien'];
  const person = (extra: object) => ({
    body: {
      data: {
        student_name: 'Maya O’Brien',
        note: 'ask maya.obrien@example.com, 1599999',
        email: 'maya.obrien@example.com',
        ...extra,
      },
    },
  });

  it('names no person, neither in its text nor on its page nor as JSON', async () => {
    const other = { student_name: 'Maya', note: 'none 1599999', email: 'maya@obrien.example', id: 123_456_789_012 };
    const { report } = await compare(
      [LIST],
      () => person({ id: 123_456_789_013 }),
      () => person(other),
    );
    for (const text of [toText(report), toPage(report), JSON.stringify(report)]) {
      expect(secrets.filter((secret) => text.includes(secret))).toEqual([]);
      expect(text).toContain('data.student_name');
      // Record ids help to find the cause.
      expect(text).toContain('123456789013');
    }
  });

  it('shows no word that is not the API’s own, wherever it stands', async () => {
    const said = {
      "Maya O'Brien": 1,
      'maya.obrien@example.com': 1,
      data: {
        contact: "Maya O'Brien",
        note: 'call +1 416 555 0199',
        studentId: 'AB12345',
        token: 'pat-na1-aaaa-bbbb',
        status: "Maya O'Brien",
        students: ["Maya O'Brien"],
        number: 1_599_999,
        mock_type: 'Mini-mock',
      },
      message: 'Booking for Maya (AB12345) failed',
    };
    const lines = [`${LIST}&studentId=AB12345&who=Maya`, 'GET /api/mock-exams/Maya-OBrien/capacity'];
    const { report } = await compare(
      lines,
      () => ({ body: said }),
      () => ({ body: { data: { students: ['Bob Roy'] } } }),
    );
    for (const text of [toText(report), toPage(report), JSON.stringify(report)]) {
      for (const secret of [...secrets, 'Maya', 'Bob', 'AB12345', '416', 'pat-na1']) expect(text).not.toContain(secret);
      expect(text).toContain('Mini-mock');
    }
  });

  it('is a page that no answer can put markup into', async () => {
    const evil = { body: { data: { '<b>key</b>': '<script>alert(1)</script>' } } };
    const { report } = await compare(
      [LIST],
      () => ({}),
      () => evil,
    );
    expect(toPage(report)).not.toContain('<script>');
    expect(toPage(report)).not.toContain('<b>key');
  });

  it('keeps three examples of a kind, however many there are', async () => {
    let count = 0;
    const changing = () => ({ body: { data: { status: (count += 1) } } });
    const { report } = await compare(
      Array.from({ length: 50 }, () => LIST),
      () => ({ body: { data: {} } }),
      changing,
    );
    const [difference] = report.endpoints[0]?.differences ?? [];
    expect([difference?.count, difference?.examples.length]).toEqual([50, 3]);
  });
});
