/** One call as the emulator met it. */
export interface LoggedCall {
  operation: string;
  method: string;
  /** Path without its query. */
  path: string;
  /** Object type id in the path: of the objects, or the `from` of an association. */
  objectType: string;
  /** Inputs of a batch; 1 for other calls. */
  inputs: number;
  /** Epoch milliseconds. */
  startedAt: number;
  /** Epoch milliseconds; undefined while it is under way or when it hangs. */
  finishedAt: number | undefined;
  /** Epoch milliseconds when HubSpot did, or refused, what it asks for; perhaps long after its answer was lost. */
  carriedOutAt: number | undefined;
  /** HTTP status, or what was sent in its place; undefined while it is under way. */
  status: number | 'hang-up' | 'hang' | undefined;
}

/** Calls in the order in which they arrived. The oldest are dropped beyond `capacity`. */
export class CallLog {
  readonly #calls: LoggedCall[] = [];
  readonly #capacity: number;

  constructor(capacity = 20_000) {
    this.#capacity = capacity;
  }

  start(call: Omit<LoggedCall, 'finishedAt' | 'carriedOutAt' | 'status'>): LoggedCall {
    const entry: LoggedCall = { ...call, finishedAt: undefined, carriedOutAt: undefined, status: undefined };
    this.#calls.push(entry);
    if (this.#calls.length > this.#capacity) this.#calls.shift();
    return entry;
  }

  get calls(): readonly LoggedCall[] {
    return this.#calls;
  }

  clear(): void {
    this.#calls.length = 0;
  }
}

/** Rounds among calls: a new one begins with a call that started when all earlier ones had been answered. */
export function countRounds(calls: readonly LoggedCall[]): number {
  let rounds = 0;
  let busyUntil = -Infinity;
  for (const call of calls.toSorted((a, b) => a.startedAt - b.startedAt)) {
    if (call.startedAt >= busyUntil) rounds += 1;
    busyUntil = Math.max(busyUntil, call.finishedAt ?? Infinity);
  }
  return rounds;
}
