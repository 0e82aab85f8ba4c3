import { MOCK_TYPE } from '../accounts/sessions.ts';
import { type EndpointScenario, expecting } from './endpoint.ts';
import {
  availableRequest,
  capacityRequest,
  creditsRequest,
  detailsRequest,
  listRequest,
  statusEvent,
  syncRequest,
  warmCacheRequest,
  webhookRequest,
} from './requests.ts';

const QUICK = { ours: 10, official: 3, naive: 3 };
/** What takes record by record five seconds and more. */
const SLOW = { ours: 8, official: 3, naive: 2 };
/** What is waited for after each answer. */
const SETTLING = { ours: 5, official: 3, naive: 2 };
const OURS_ONLY = { ours: 8, official: 0, naive: 0 };

/** Rollups that HubSpot has not filled yet. */
const NO_ROLLUPS = { lag: { rollupMs: 1e12 } };
/** A search that sees at once that the counts are wrong again, as it would have seen seconds later. */
const FRESH_SEARCH = { lag: { searchMs: 0 } };
/** Counts may be written seconds after the answer. */
const COUNTS_SETTLE_MS = 2300;
/** HubSpot shows the association of an event this old. */
const SETTLED_MS = 10_000;

const holds = (total: number) =>
  expecting(200, (data: { pagination: { total: number } }) => data.pagination.total === total);
const counted = (each: number) =>
  expecting(
    200,
    (data: { total_bookings: number }[]) => data.length === 20 && data.every((exam) => exam.total_bookings === each),
  );

type ReadScenario = EndpointScenario<'reads'>;

const LISTS: ReadScenario[] = [
  {
    name: 'list of 50, rollups empty',
    asked: { calls: 4, rounds: 4 },
    samples: SLOW,
    settings: NO_ROLLUPS,
    cached: true,
    request: ({ fifty }) => listRequest(fifty.student),
    check: holds(50),
  },
  {
    name: 'list of 50, rollups filled',
    asked: { calls: 2, rounds: 2 },
    samples: QUICK,
    cached: true,
    request: ({ fifty }) => listRequest(fifty.student),
    check: holds(50),
  },
  {
    name: 'list, 10 of 500',
    asked: { calls: 7, rounds: 3 },
    samples: QUICK,
    cached: true,
    request: ({ fiveHundred }) => listRequest(fiveHundred.student, { limit: 10 }),
    check: holds(500),
  },
  {
    name: 'booking details',
    asked: { calls: 4, rounds: 2, warmCalls: 1 },
    settleMs: 200,
    samples: QUICK,
    cached: true,
    request: ({ fifty }) => detailsRequest(fifty.student, fifty.booking),
    check: expecting(200, (data: { booking: { id: string } }) => data.booking.id !== ''),
  },
];

const EXAMS: ReadScenario[] = [
  {
    name: 'available',
    asked: { calls: 1, rounds: 1 },
    samples: QUICK,
    cached: true,
    request: () => availableRequest(MOCK_TYPE, false),
    check: expecting(200, (data: unknown[]) => data.length === 20),
  },
  {
    name: 'available, realtime',
    asked: { calls: 6, rounds: 4 },
    settleMs: COUNTS_SETTLE_MS,
    samples: SETTLING,
    settings: FRESH_SEARCH,
    drift: ({ sessions }) => sessions.map(({ id }) => id),
    cached: true,
    request: () => availableRequest(MOCK_TYPE, true),
    check: counted(15),
  },
  {
    name: 'capacity',
    asked: { calls: 2, rounds: 2 },
    samples: QUICK,
    cached: true,
    request: ({ sessions }) => capacityRequest(sessions[0]?.id ?? ''),
    check: expecting(200, (data: { total_bookings: number }) => data.total_bookings === 15),
  },
  {
    name: 'validate-credits',
    asked: { calls: 2, rounds: 2 },
    settleMs: 200,
    samples: QUICK,
    cached: true,
    request: ({ fifty }) => creditsRequest(fifty.student, MOCK_TYPE),
    check: expecting(200, (data: { eligible: boolean }) => data.eligible),
  },
];

const BACKGROUND: ReadScenario[] = [
  {
    name: 'sync-capacity, 20 sessions',
    asked: { calls: 6, rounds: 4 },
    samples: SLOW,
    settings: FRESH_SEARCH,
    drift: ({ sessions }) => sessions.map(({ id }) => id),
    cached: false,
    request: () => syncRequest(),
    check: expecting(200, (data: { summary: { processed: number } }) => data.summary.processed === 20),
  },
  {
    name: 'webhook, 100 events',
    asked: { calls: 7, rounds: 4 },
    samples: SETTLING,
    drift: ({ webhookGroups }, sample) => webhookGroups[sample]?.exams ?? [],
    cached: false,
    request: ({ webhookGroups }, sample, baseUrl) => {
      const occurredAt = Date.now() - SETTLED_MS;
      const { bookings = [] } = webhookGroups[sample] ?? {};
      return webhookRequest(
        baseUrl,
        bookings.map((id) => statusEvent(id, 'Active', occurredAt)),
      );
    },
    check: expecting(200, (data: { updatedExams: number }) => data.updatedExams === 20),
  },
  {
    name: 'warm-cache',
    samples: OURS_ONLY,
    cached: false,
    request: () => warmCacheRequest(),
    check: ({ status }) => (status === 200 ? undefined : `status ${status}`),
  },
];

/** Everything that reads, on 20 sessions with 15 bookings each. */
export const READ_SCENARIOS: readonly ReadScenario[] = [...LISTS, ...EXAMS, ...BACKGROUND];
