import type { ContestantName } from '../process/contestant.ts';
import type { StoredState } from '../process/messages.ts';
import type { RushPlan } from '../scenarios/rush.ts';
import type { Cost } from './cost.ts';
import { type Distribution, distribution } from './percentiles.ts';
import type { Journey, Sale } from './rush-journey.ts';
import { tally } from './tally.ts';

/** How a rush ended, by what students were told and by what is stored. */
export interface RushResult {
  contestant: ContestantName;
  plan: RushPlan;
  /** Students told 201 and EXAM_FULL. */
  booked: number;
  full: number;
  /** Students whose visit came to its end, every answer on the way being true. */
  right: number;
  /** Students whose visit failed, by where and how. */
  failures: Record<string, number>;
  /** Answers that were not true, by what was wrong with them. */
  wrong: Record<string, number>;
  /** Seats sold beyond capacity. */
  oversold: number;
  /** Answers with 429 or 503. */
  busyAnswers: number;
  cost: Cost;
  /** Null when nobody got as far as booking. */
  bookingMs: Distribution | null;
  journeyMs: Distribution;
  durationMs: number;
  /** Commands to Redis and milliseconds they took together; null without Redis. */
  redis: { commands: number; ms: number } | null;
  /** Error lines of the API's log, by message. */
  errorsLogged: Record<string, number>;
}

interface Observed {
  journeys: readonly Journey[];
  sales: readonly Sale[];
  stored: StoredState;
}

export function summariseRush(
  contestant: ContestantName,
  plan: RushPlan,
  { journeys, sales, stored }: Observed,
  facts: Pick<RushResult, 'cost' | 'durationMs' | 'errorsLogged' | 'redis'>,
): RushResult {
  const count = (outcome: Journey['outcome']) => journeys.filter((journey) => journey.outcome === outcome).length;
  const bookingMs = journeys.flatMap((journey) => journey.bookingMs ?? []);
  const statuses = journeys.flatMap((journey) => journey.statuses);
  return {
    contestant,
    plan,
    booked: count('booked'),
    full: count('full'),
    right: journeys.filter(({ outcome, wrong }) => outcome !== 'failed' && wrong.length === 0).length,
    failures: tally(journeys.flatMap(({ failure }) => failure ?? [])),
    wrong: tally([...journeys.flatMap(({ wrong }) => wrong), ...untrue(sales, stored, count('failed'))]),
    oversold: sales.reduce(
      (sum, { session }) => sum + Math.max(0, (stored.seats[session.id] ?? 0) - session.capacity),
      0,
    ),
    busyAnswers: statuses.filter((status) => status === 429 || status === 503).length,
    bookingMs: bookingMs.length > 0 ? distribution(bookingMs) : null,
    journeyMs: distribution(journeys.map(({ latencyMs }) => latencyMs)),
    ...facts,
  };
}

/** What students were told, held against what is stored. Whoever got no answer may have a booking or none. */
function untrue(sales: readonly Sale[], { seats, credits }: StoredState, unsure: number): string[] {
  const booked = sales.reduce((sum, sale) => sum + sale.booked, 0);
  const taken = sales.reduce((sum, { session }) => sum + (seats[session.id] ?? 0), 0);
  const spent = Object.values(credits).filter((left) => left === 0).length;
  return [
    ...(taken < booked || taken > booked + unsure ? [`${taken} seats taken, ${booked} students told so`] : []),
    ...(spent < booked || spent > booked + unsure ? [`${spent} credits spent by ${booked} bookings`] : []),
    ...sales
      .filter(({ session, refused }) => refused > 0 && (seats[session.id] ?? 0) < session.capacity)
      .map(({ session }) => `told full with ${session.capacity - (seats[session.id] ?? 0)} seats left`),
  ];
}
