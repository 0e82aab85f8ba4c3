import type { TestStudent } from '../../support/account-builder.ts';
import { type EndpointScenario, expecting } from './endpoint.ts';
import { cancelRequest, createRequest } from './requests.ts';

const SAMPLES = { ours: 5, official: 3, naive: 3 };
/** Counts and notes may be written seconds after the answer. */
const SETTLE_MS = 2300;

/** Students of each kind that the account needs: one for each sample, and one to warm up with. */
export const WRITE_STUDENTS = Math.max(...Object.values(SAMPLES)) + 4;

function nth<T>(items: readonly T[], index: number): T {
  const item = items[index];
  if (item === undefined) throw new Error(`the account holds only ${items.length} of these`);
  return item;
}

const booked = expecting(201, (data: { booking_record_id: string }) => data.booking_record_id !== '');
const book = (student: TestStudent, open: Parameters<typeof createRequest>[1]) => createRequest(student, open);

/** Everything that writes, each time for another student. */
export const WRITE_SCENARIOS: readonly EndpointScenario<'writes'>[] = [
  {
    name: 'create, first booking',
    asked: { calls: 5, rounds: 3, after: 3 },
    settleMs: SETTLE_MS,
    samples: SAMPLES,
    cached: false,
    request: ({ newcomers, open }, sample) => book(nth(newcomers, sample), open),
    check: booked,
  },
  {
    name: 'create, with earlier bookings',
    asked: { calls: 6, rounds: 4, after: 3 },
    settleMs: SETTLE_MS,
    samples: SAMPLES,
    cached: false,
    request: ({ regulars, open }, sample) => book(nth(regulars, sample), open),
    check: booked,
  },
  {
    name: 'cancel',
    asked: { calls: 5, rounds: 3, after: 3 },
    settleMs: SETTLE_MS,
    samples: SAMPLES,
    cached: false,
    request: ({ holders }, sample) => {
      const { student, booking } = nth(holders, sample);
      return cancelRequest(student, booking);
    },
    check: expecting(200, (data: { status: string }) => data.status === 'cancelled'),
  },
];
