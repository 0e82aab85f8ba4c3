/** A session opens: so many students come within so long, and there are seats for all of them or not. */
export interface RushPlan {
  name: string;
  students: number;
  seats: number;
  /** Milliseconds over which they arrive. */
  spreadMs: number;
  /** Most HubSpot calls it may cost, where that is asked. */
  mostCalls?: number;
  /** Whether the other contestants go through it, too. */
  compared: boolean;
  /** How many instances take turns, and whether they share a Redis. */
  fleet: Fleet;
}

type Fleet = 'one process' | 'three instances' | 'three instances over Redis';
const FLEETS: readonly Fleet[] = ['one process', 'three instances', 'three instances over Redis'];

const SHAPES = [
  { students: 100, spreadMs: 1000, within: 'in one second', mostCalls: 99 },
  { students: 100, spreadMs: 10_000, within: 'over ten seconds', mostCalls: 179 },
  { students: 300, spreadMs: 1000, within: 'in one second' },
  { students: 300, spreadMs: 10_000, within: 'over ten seconds' },
];

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
  ({ students, spreadMs, within }) =>
    FLEETS.map((fleet) => ({
      name: `rush of ${students} ${within}, 90 seats, ${fleet}`,
      students,
      seats: 90,
      spreadMs,
      compared: false,
      fleet,
    })),
);

export const RUSHES: readonly RushPlan[] = [...ALONE, ...FLEET_RUSHES];
