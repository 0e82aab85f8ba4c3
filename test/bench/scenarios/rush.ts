/** A session opens: so many students come within so long, and there are seats for all of them or not. */
export interface RushPlan {
  name: string;
  students: number;
  seats: number;
  /** Milliseconds over which they arrive. */
  spreadMs: number;
  /** Most HubSpot calls it may cost, and milliseconds 95 of 100 bookings may take at most, where that is asked. */
  mostCalls?: number;
  mostBookingMs: number;
  /** Whether the other contestants go through it, too. */
  compared: boolean;
  /** How many instances take turns, and whether they share a Redis. */
  fleet: Fleet;
}

type Fleet = 'one process' | 'three instances' | 'three instances over Redis';
const FLEETS: readonly Fleet[] = ['one process', 'three instances', 'three instances over Redis'];

const SHAPES = [
  { students: 100, spreadMs: 1000, within: 'in one second', mostCalls: 40, mostBookingMs: 1000 },
  { students: 100, spreadMs: 10_000, within: 'over ten seconds', mostCalls: 150, mostBookingMs: 1500 },
  { students: 300, spreadMs: 1000, within: 'in one second', mostBookingMs: 3000 },
  { students: 300, spreadMs: 10_000, within: 'over ten seconds', mostBookingMs: 3000 },
];
/** Most calls of {@link SHAPES} where three instances share a Redis; they may take a fifth longer. */
const MOST_CALLS_OF_THREE: Record<number, number> = { 1000: 100, 10_000: 180 };

/** Each shape twice: with a seat for everybody, and with seats for two in five. */
const ALONE: readonly RushPlan[] = SHAPES.flatMap(({ students, within, ...rest }) =>
  [students, students * 0.4].map((seats) => ({
    name: `rush of ${students} ${within}, ${seats} seats`,
    students,
    seats,
    compared: seats === students,
    fleet: 'one process',
    ...rest,
  })),
);

/** The same session for one instance and for three, with more students than seats. */
const FLEET_RUSHES: readonly RushPlan[] = SHAPES.filter(({ students }) => students === 100).flatMap(
  ({ students, spreadMs, within, mostCalls = Infinity, mostBookingMs }) =>
    FLEETS.map((fleet) => ({
      name: `rush of ${students} ${within}, 90 seats, ${fleet}`,
      students,
      seats: 90,
      spreadMs,
      compared: false,
      fleet,
      mostCalls: fleet === 'one process' ? mostCalls : (MOST_CALLS_OF_THREE[spreadMs] ?? Infinity),
      mostBookingMs: fleet === 'one process' ? mostBookingMs : mostBookingMs * 1.2,
    })),
);

export const RUSHES: readonly RushPlan[] = [...ALONE, ...FLEET_RUSHES];
