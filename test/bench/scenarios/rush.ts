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
}

const SHAPES = [
  { students: 100, spreadMs: 1000, within: 'in one second', mostCalls: 99 },
  { students: 100, spreadMs: 10_000, within: 'over ten seconds', mostCalls: 179 },
  { students: 300, spreadMs: 1000, within: 'in one second' },
  { students: 300, spreadMs: 10_000, within: 'over ten seconds' },
];

/** Each shape twice: with a seat for everybody, and with seats for two in five. */
export const RUSHES: readonly RushPlan[] = SHAPES.flatMap(({ students, within, ...rest }) =>
  [students, students * 0.4].map((seats) => ({
    name: `rush of ${students} ${within}, ${seats} seats`,
    students,
    seats,
    compared: seats === students,
    ...rest,
  })),
);
