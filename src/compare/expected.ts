import type { Answered, Difference } from './differences.ts';

/** A difference that is meant to be. */
export interface Expectation {
  name: string;
  reason: string;
  fits: (difference: Difference, answers: { baseline: Answered; candidate: Answered }, endpoint: string) => boolean;
}

const AVAILABLE = 'GET /api/mock-exams/available';
const DETAILS = 'GET /api/bookings/{id}';
const LIST = 'GET /api/bookings/list';

/** What must differ from the API that this one replaces, and nothing else is left out. */
export const EXPECTED: readonly Expectation[] = [
  {
    name: 'times of the answer itself',
    reason: 'they tell when it was made',
    fits: ({ where }) =>
      /(^|\.)(last_checked|timestamp|cancelled_at|retryAfter)$/.test(where) || where === 'header retry-after',
  },
  {
    name: 'ids of what was just made',
    reason: 'each API makes its own booking',
    fits: ({ where }) => /(^|\.)booking_record_id$|^data\.associations\.results/.test(where),
  },
  {
    name: 'true errors',
    reason: 'the old bookings endpoints said "An error occurred", ERROR for every failure',
    fits: ({ where, baseline: text }, { baseline, candidate }) =>
      (where === 'error' && text === 'An error occurred' && candidate.status >= 400) ||
      (['status', 'code', 'error', 'validationErrors', 'fields'].includes(where.split(/[.[]/)[0] ?? '') &&
        candidate.status >= 400 &&
        fieldOf(baseline, 'code') === 'ERROR'),
  },
  {
    name: 'fields of a failed validation',
    reason: 'the texts do not name the JSON field, so it is told beside them',
    fits: ({ where, baseline }) => where.split(/[.[]/)[0] === 'fields' && baseline === undefined,
  },
  {
    name: 'booking details',
    reason: 'the old API always answered 404',
    fits: (_difference, { baseline }, endpoint) => endpoint === DETAILS && baseline.status === 404,
  },
  {
    name: 'pagination.total',
    reason: 'the page reads it, and the old API never sent it',
    fits: ({ where, baseline }) => where === 'data.pagination.total' && baseline === undefined,
  },
  {
    name: 'past and missing sessions',
    reason: 'the old API stopped at 20 sessions and listed past ones',
    fits: ({ where }, _answers, endpoint) =>
      endpoint === AVAILABLE && /^data\[\] (only in the (baseline|candidate)|order)$/.test(where),
  },
  {
    name: 'sessions that are over',
    reason: 'an active booking whose day is over is completed; the old API went on calling it scheduled',
    fits: ({ where, baseline, candidate }, _answers, endpoint) =>
      endpoint === LIST && where === 'data.bookings[].status' && baseline === 'scheduled' && candidate === 'completed',
  },
  {
    name: 'headers about CORS and caching',
    reason:
      'answers with personal data are not stored, and a browser may read Retry-After, X-Request-Id and Server-Timing',
    fits: ({ where }) => /^header (cache-control|vary|access-control-)/.test(where),
  },
];

function fieldOf({ body }: Answered, name: string): unknown {
  return typeof body === 'object' && body !== null ? (body as Record<string, unknown>)[name] : undefined;
}
