import { expect } from 'vitest';
import { systemClock } from '../../src/time/clock.ts';
import { bookingBody } from '../support/booking.ts';
import { statusEvent, WEBHOOK_ENV } from '../support/webhook.ts';
import { AS_OPERATOR, BEARER, type Called, type CallOptions, type DeployedApi } from './deployed-api.ts';

const DAY = new Date(Date.now() + 20 * 86_400_000).toISOString().slice(0, 10);
const TYPE = 'Situational Judgment';

type Call = (method: string, options?: CallOptions) => Promise<Called>;

const login = ({ studentId, email }: { studentId: string; email: string }) => ({ student_id: studentId, email });

/** Requests that show what each route does, by its pattern in the route table. */
export const REQUESTS: Readonly<Record<string, (call: Call, api: DeployedApi, pattern: string) => Promise<void>>> = {
  async '/api/health'(call) {
    const { status, body, headers } = await call('GET');
    expect([status, body.status]).toEqual([200, 'healthy']);
    expect(headers.get('strict-transport-security')).toBe('max-age=63072000');
  },

  async '/api/bookings/list'(call, { seeded }) {
    const { status, body } = await call('GET', { query: { ...login(seeded.demoStudent), filter: 'upcoming' } });
    expect([status, body.data.pagination.total]).toEqual([200, 5]);
  },

  async '/api/bookings/create'(call, { account }) {
    const student = account.student({ sj_credits: 2 });
    const body = bookingBody(student, { exam: account.exam({ date: DAY }), date: DAY });
    const { status, body: answer } = await call('POST', { body });
    expect([status, answer.success]).toEqual([201, true]);
    expect(account.values('bookings', answer.data.booking_record_id)['is_active']).toBe('Active');
    expect(account.values('contacts', student.id)['sj_credits']).toBe('1');
  },

  async '/api/bookings'(call, { account }) {
    const { status, body } = await call('GET', { query: login(account.student()) });
    expect([status, body.code]).toEqual([400, 'MISSING_BOOKING_ID']);
  },

  async '/api/bookings/[id]'(call, { account }) {
    const student = account.student({ sj_credits: 0 });
    const properties = { token_used: 'Situational Judgment Token' };
    const id = account.booking({ student, exam: account.exam({ date: DAY }), properties });
    const shown = await call('GET', { id, query: login(student) });
    expect([shown.status, shown.body.data.booking.id]).toEqual([200, id]);
    const cancelled = await call('DELETE', { id, body: login(student) });
    expect([cancelled.status, cancelled.body.data.status]).toEqual([200, 'cancelled']);
    expect(account.values('contacts', student.id)['sj_credits']).toBe('1');
  },

  async '/api/mock-exams/available'(call, { account }) {
    const exam = account.exam({ type: 'Mini-mock', date: DAY, capacity: 7 });
    account.booking({ student: account.student(), exam });
    const { status, body } = await call('GET', { query: { mock_type: 'Mini-mock', realtime: 'true', force: 'true' } });
    const found = body.data.find((each: { mock_exam_id: string }) => each.mock_exam_id === exam);
    expect([status, found.available_slots]).toEqual([200, 6]);
  },

  async '/api/mock-exams/[id]/capacity'(call, { account }) {
    const exam = account.exam({ date: DAY, capacity: 7 });
    account.booking({ student: account.student(), exam });
    const { status, body } = await call('GET', { id: exam });
    expect([status, body.data.available_slots]).toEqual([200, 6]);
  },

  async '/api/mock-exams/validate-credits'(call, { seeded }) {
    const { status, body } = await call('POST', { body: { ...login(seeded.demoStudent), mock_type: TYPE } });
    expect([status, body.data.eligible]).toEqual([200, true]);
  },

  async '/api/mock-exams/sync-capacity'(call, { account }) {
    const drifted = () => account.exam({ date: DAY, properties: { total_bookings: 99 } });
    const [first, second] = [drifted(), drifted()];
    expect((await call('GET', { query: { mock_exam_ids: first } })).status).toBe(401);
    expect((await call('POST', { body: { mock_exam_ids: [second] } })).status).toBe(401);
    const byCron = await call('GET', { query: { mock_exam_ids: first }, headers: BEARER });
    const byHand = await call('POST', { body: { mock_exam_ids: [second] }, headers: BEARER });
    for (const { status, body } of [byCron, byHand]) expect([status, body.data.summary.updated]).toEqual([200, 1]);
    expect([first, second].map((id) => account.values('mock_exams', id)['total_bookings'])).toEqual(['0', '0']);
  },

  async '/api/webhooks/booking-sync'(_call, api, pattern) {
    const exam = api.account.exam({ date: DAY, properties: { total_bookings: 99 } });
    const booking = api.account.booking({ student: api.account.student(), exam });
    await expectOnlySigned(api, pattern, booking);
    expect(api.account.values('mock_exams', exam)['total_bookings']).toBe('1');
  },

  async '/api/webhooks/cache-invalidation'(_call, api, pattern) {
    await expectOnlySigned(api, pattern, api.account.booking({ student: api.account.student() }));
  },

  async '/api/cron/settle'(call) {
    const refused = await call('GET');
    expect([refused.status, refused.body.code]).toEqual([401, 'UNAUTHORIZED']);
    const { status, body } = await call('GET', { headers: BEARER });
    expect([status, body]).toEqual([200, { success: true, settled: 0 }]);
  },

  async '/api/monitoring'(call) {
    const { status, body, headers } = await call('GET');
    expect([status, headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
    expect(body).toContain('<title>Mock-exam bookings: monitoring</title>');
  },

  async '/api/monitoring/session'(call) {
    expect((await call('POST', { body: { token: 'wrong' } })).status).toBe(401);
    const { status, headers } = await call('POST', { body: { token: 'watch-me' } });
    expect([status, headers.get('set-cookie')]).toEqual([200, expect.stringContaining('; Secure')]);
  },

  async '/api/monitoring/data'(call) {
    const { status, body } = await call('GET', { headers: AS_OPERATOR });
    expect([status, body.instances.length, body.webhooks]).toEqual([200, 1, true]);
  },

  async '/api/monitoring/metrics'(call) {
    expect((await call('GET')).status).toBe(401);
    const { status, body } = await call('GET', { headers: AS_OPERATOR });
    expect(status).toBe(200);
    expect(body).toContain('http_server_request_duration_seconds_count{http_route="/api/health"');
  },

  async '/api/openapi.json'(call) {
    const { status, body } = await call('GET');
    expect([status, body.openapi, body.servers[0].url]).toEqual([200, '3.1.1', WEBHOOK_ENV.PUBLIC_URL]);
  },

  async '/api/reference'(call) {
    const { status, body } = await call('GET');
    expect(status).toBe(200);
    expect(body).toContain('id="code-EXAM_FULL"');
  },

  async '/api/cron/warm-cache'(call) {
    const refused = await call('GET');
    expect([refused.status, refused.body.code]).toEqual([401, 'UNAUTHORIZED']);
    const { status, body } = await call('GET', { headers: BEARER });
    expect([status, body.success]).toEqual([200, true]);
    expect(body.counted).toBeGreaterThan(0);
  },
};

/** An event about a booking is refused with another app's signature and taken with ours. */
async function expectOnlySigned(api: DeployedApi, pattern: string, booking: string): Promise<void> {
  const events = [statusEvent({ clock: systemClock }, booking, 'Active')];
  const refused = await api.deliver(pattern, events, 'another secret');
  expect([refused.status, refused.body.code]).toEqual([401, 'UNAUTHORIZED']);
  const taken = await api.deliver(pattern, events);
  expect([taken.status, taken.body.data.processed]).toEqual([200, 1]);
}
