import { z } from 'zod';
import { SyncCapacityInput } from '../exams/sync-capacity.ts';
import { HealthInput } from '../http/health.ts';
import { OpenSessionInput } from '../http/operator.ts';
import { type EndpointDoc, successOf } from './endpoint-doc.ts';
import { Health, Invalidated, Session, Settled, SyncedCapacity, SyncedEvents, Warmed } from './machine-answers.ts';
import { STUDENTS } from './student-endpoints.ts';

const SYNC = {
  path: '/api/mock-exams/sync-capacity',
  audience: 'cron',
  input: SyncCapacityInput,
  fields: {
    mock_exam_ids: { means: 'Record ids of at most 20 sessions; none for all active ones' },
    dry_run: { means: 'Whether nothing is written', example: 'true' },
  },
  answers: { 200: successOf(SyncedCapacity) },
  codes: ['TOO_MANY_EXAMS'],
} as const;

const EVENTS = { method: 'POST', audience: 'webhook', input: null, fields: {}, codes: [] } as const;
const CRON = { method: 'GET', audience: 'cron', input: null, fields: {}, codes: [] } as const;

const MACHINES: readonly EndpointDoc[] = [
  { ...SYNC, method: 'GET', operationId: 'syncCapacity', summary: 'Corrects the stored counts, for cron' },
  { ...SYNC, method: 'POST', operationId: 'syncCapacityOf', summary: 'The same, with what to do in the body' },
  {
    ...CRON,
    path: '/api/cron/settle',
    operationId: 'settleDebts',
    summary: 'Finishes what instances that ended left behind',
    answers: { 200: Settled },
  },
  {
    ...CRON,
    path: '/api/cron/warm-cache',
    operationId: 'warmCache',
    summary: 'Reads what students look at most',
    answers: { 200: Warmed },
  },
  {
    ...EVENTS,
    path: '/api/webhooks/booking-sync',
    operationId: 'receiveEvents',
    summary: "HubSpot's events: drops what they made stale, corrects counts",
    answers: { 200: successOf(SyncedEvents) },
  },
  {
    ...EVENTS,
    path: '/api/webhooks/cache-invalidation',
    operationId: 'receiveEventsForCache',
    summary: "HubSpot's events: drops what they made stale",
    answers: { 200: successOf(Invalidated) },
  },
];

const PUBLIC = { method: 'GET', audience: 'public', input: null, fields: {}, codes: [] } as const;
const OPERATOR = { ...PUBLIC, audience: 'operator' } as const;

const OPERATORS: readonly EndpointDoc[] = [
  {
    ...PUBLIC,
    path: '/api/health',
    operationId: 'checkHealth',
    summary: 'Whether the API answers, and with deep=true whether HubSpot does',
    input: HealthInput,
    fields: { deep: { means: 'Whether HubSpot is asked, too', example: true } },
    answers: { 200: Health, 503: Health },
  },
  {
    ...PUBLIC,
    path: '/api/monitoring',
    operationId: 'showDashboard',
    summary: 'The dashboard, a page for browsers',
    answers: { 200: 'text/html' },
  },
  {
    ...PUBLIC,
    method: 'POST',
    path: '/api/monitoring/session',
    operationId: 'openSession',
    summary: 'Signs a browser in to the dashboard',
    input: OpenSessionInput,
    fields: { token: { means: 'The monitoring token', example: 'the-monitoring-token' } },
    answers: { 200: successOf(Session) },
    codes: ['UNAUTHORIZED'],
  },
  {
    ...PUBLIC,
    method: 'DELETE',
    path: '/api/monitoring/session',
    operationId: 'closeSession',
    summary: 'Signs it out',
    answers: { 200: successOf(Session) },
  },
  {
    ...OPERATOR,
    path: '/api/monitoring/data',
    operationId: 'readMonitoringData',
    summary: 'What the dashboard is drawn from',
    answers: { 200: z.looseObject({ atMs: z.number().describe('Epoch milliseconds') }) },
  },
  {
    ...OPERATOR,
    path: '/api/monitoring/metrics',
    operationId: 'scrapeMetrics',
    summary: "Metrics of this instance in Prometheus' text format",
    answers: { 200: 'text/plain' },
  },
  {
    ...PUBLIC,
    path: '/api/openapi.json',
    operationId: 'readOpenApi',
    summary: 'This reference as OpenAPI 3.1',
    answers: { 200: z.looseObject({ openapi: z.string() }) },
  },
  {
    ...PUBLIC,
    path: '/api/reference',
    operationId: 'showReference',
    summary: 'This reference as a page',
    answers: { 200: 'text/html' },
  },
];

/** Every endpoint, by whom it is for. */
export const GROUPS: readonly { title: string; about: string; endpoints: readonly EndpointDoc[] }[] = [
  { title: 'For students', about: 'What the booking page calls.', endpoints: STUDENTS },
  { title: 'For HubSpot and schedulers', about: 'Webhooks and scheduled work.', endpoints: MACHINES },
  { title: 'For operators and developers', about: 'Health, figures and this reference.', endpoints: OPERATORS },
];

export const ENDPOINTS: readonly EndpointDoc[] = GROUPS.flatMap(({ endpoints }) => endpoints);
