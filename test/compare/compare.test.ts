import { describe, expect, it } from 'vitest';
import { type Answer, compare, LIST } from '../support/two-apis.ts';

const AVAILABLE = 'GET /api/mock-exams/available?mock_type=Mini-mock';
describe('two APIs that answer alike', () => {
  it('are the same, and the baseline is asked twice', async () => {
    const { report, asked } = await compare(
      [LIST, AVAILABLE, '# nothing'],
      () => ({}),
      () => ({}),
    );
    expect([report.exitCode, report.endpoints.map(({ equal }) => equal)]).toEqual([0, [1, 1]]);
    expect([asked.baseline.length, asked.candidate.length]).toEqual([4, 2]);
  });

  it('are the same where the baseline changes by itself', async () => {
    let calls = 0;
    const answer = () => ({ body: { data: { count: (calls += 1), steady: 1 } } });
    const { report } = await compare([LIST], answer, answer);
    expect(report.exitCode).toBe(0);
    expect(report.endpoints[0]?.differsByItself).toEqual({ 'data.count': 1 });
  });

  it('are asked in random order', async () => {
    const order: string[] = [];
    const note = (who: string) => () => {
      order.push(who);
      return {};
    };
    await compare(
      Array.from({ length: 20 }, () => LIST),
      note('baseline'),
      note('candidate'),
    );
    const firsts = new Set(order.filter((_who, index) => index % 3 === 0));
    expect(firsts).toEqual(new Set(['baseline', 'candidate']));
  });
});

describe('what cannot be compared', () => {
  it('is no success: one that does not answer', async () => {
    const { report } = await compare(
      [LIST],
      () => null,
      () => ({}),
    );
    expect([report.exitCode, report.endpoints[0]?.unanswered]).toEqual([2, 1]);
  });

  it('is no success: both are something else than the API', async () => {
    const wall: Answer = () => ({ status: 401, headers: { 'content-type': 'text/html' }, text: '<h1>Login' });
    const { report } = await compare([LIST], wall, wall);
    expect(report.exitCode).toBe(2);
    // Either may be asked first.
    const [reason] = Object.keys(report.endpoints[0]?.reasons ?? {});
    expect(reason).toMatch(/answered 401 without JSON$/);
  });

  it('is no success: nothing but the same refusals', async () => {
    const refuse: Answer = () => ({ status: 401, body: { success: false, code: 'AUTH_FAILED' } });
    const { report } = await compare([LIST], refuse, refuse);
    expect([report.exitCode, report.verdict]).toEqual([2, expect.stringContaining('nothing is proved')]);
  });

  it('is no success: nothing was sent', async () => {
    const { report, asked } = await compare(
      ['GET /api/unknown', 'DELETE /api/bookings/1 {}'],
      () => ({}),
      () => ({}),
    );
    expect(report.exitCode).toBe(2);
    expect(asked).toEqual({ baseline: [], candidate: [] });
    expect(Object.keys(report.skipped)).toHaveLength(2);
  });
});

describe('the baseline', () => {
  it('gets so many requests a minute', async () => {
    const { sleeps } = await compare(
      [LIST, LIST],
      () => ({}),
      () => ({}),
      { perMinute: 6 },
    );
    expect(sleeps).toEqual([10_000, 10_000, 10_000]);
  });

  it('is left alone while little of HubSpot’s window is left', async () => {
    const shares = [0.1, 0.2, 0.5, 0.9];
    const { report, sleeps } = await compare(
      [LIST],
      () => ({}),
      () => ({}),
      { shareLeft: async () => shares.shift() ?? 1 },
    );
    expect([report.exitCode, sleeps]).toEqual([0, [10_000, 10_000]]);
  });

  it('is asked no more when it stays so', async () => {
    const { report, asked } = await compare(
      [LIST, LIST],
      () => ({}),
      () => ({}),
      { shareLeft: async () => 0.29 },
    );
    expect([report.exitCode, asked.baseline]).toEqual([2, []]);
    expect(report.verdict).toContain('Ended early');
  });
});

describe('a booking', () => {
  const create = (studentId: string) =>
    `POST /api/bookings/create {"student_id":"${studentId}","email":"test@example.com","mock_exam_id":"7"}`;
  const books: Answer = (method) =>
    method === 'POST'
      ? { status: 201, body: { data: { booking_record_id: '77' } } }
      : { body: { data: { status: 'cancelled' } } };

  it.each([
    ['without leave', null],
    ['for somebody else', '1000002'],
  ])('is not sent %s', async (_when, writesFor) => {
    const { asked, report } = await compare([create('1000001')], books, books, { writesFor });
    expect(asked).toEqual({ baseline: [], candidate: [] });
    expect(report.skipped).toEqual({ 'a write': 1 });
  });

  it('of the test student is made once on each side, and cancelled before the other one gets it', async () => {
    const { asked, report } = await compare([create('1000001')], books, books, { writesFor: '1000001' });
    const once = ['POST /api/bookings/create', 'DELETE /api/bookings/77'];
    expect([report.exitCode, asked]).toEqual([0, { baseline: once, candidate: once }]);
  });

  it('that is left behind ends the run, and is named', async () => {
    const stuck: Answer = (method, ...rest) => (method === 'DELETE' ? { status: 500 } : books(method, ...rest));
    for (const candidate of [
      stuck,
      ((method, ...rest) => (method === 'DELETE' ? null : books(method, ...rest))) as Answer,
    ]) {
      const lines = [create('1000001'), create('1000001')];
      const { report, asked } = await compare(lines, books, candidate, { writesFor: '1000001' });
      expect(report.exitCode).toBe(2);
      expect(report.verdict).toContain('the candidate made booking 77, which could not be cancelled');
      expect(asked.candidate).toHaveLength(2);
    }
  });
});
