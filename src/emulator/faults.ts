/**
 * Milliseconds after a lost answer at which HubSpot carries the call out all the same; 0 for just before it. Left out:
 * never. What it changes is decided by what is stored at that moment.
 */
export interface LostCommit {
  commitAfterMs?: number | undefined;
}

/** What may take an answer's place. */
export type ReplacingFault = LostCommit &
  (
    | { kind: 'status'; status: number; body?: unknown; headers?: Record<string, string> }
    /** The connection breaks without an answer. */
    | { kind: 'hang-up' }
    /** No answer ever comes. */
    | { kind: 'hang' }
    /** A proxy's HTML page. */
    | { kind: 'html'; status?: number }
  );

/** Some inputs of a batch fail, each with an error of its own inside the answer; the others are dealt with as ever. */
export interface PartialFault extends LostCommit {
  kind: 'partial';
  /** Such as `INTERNAL_ERROR`, `RATE_LIMITS` or `SERVICE_UNAVAILABLE`. */
  category: string;
  /** The first so many inputs, or those with these ids or trace ids; all of them when left out. */
  inputs?: number | readonly string[] | undefined;
}

/** A call takes longer than its latency: so many milliseconds before it is carried out, and so many after that. */
interface SlowFault {
  kind: 'slow';
  beforeMs?: number | undefined;
  afterMs?: number | undefined;
}

/** A write is not checked for unique values, as when two at the same moment are both let in. */
interface UnguardedFault {
  kind: 'unguarded';
}

/**
 * A page of a search or of associations that is not as it should be. `stuck-cursor`: it leads to itself. `drifting`: it
 * begins with the last record of the page before. `numeric-cursor`: its cursor is a JSON number. `empty-page`: nothing
 * is on it, yet it leads on.
 */
export interface PagingFault {
  kind: 'stuck-cursor' | 'drifting' | 'numeric-cursor' | 'empty-page';
}

/** Headers of the answer are others than they should be; null: absent. */
interface HeadersFault {
  kind: 'headers';
  headers: Readonly<Record<string, string | null>>;
}

/** What may spoil an answer. */
type DistortingFault =
  /** Its JSON breaks off in the middle. */
  | { kind: 'truncated' }
  /** The results of a batch come in the opposite order of its inputs. */
  | { kind: 'shuffled' }
  /** A batch answer does not echo `objectWriteTraceId`. */
  | { kind: 'no-trace-id' };

export type Fault =
  | ReplacingFault
  | PartialFault
  | SlowFault
  | UnguardedFault
  | PagingFault
  | HeadersFault
  | DistortingFault;

export function isReplacing(fault: Fault): fault is ReplacingFault {
  return fault.kind === 'status' || fault.kind === 'hang-up' || fault.kind === 'hang' || fault.kind === 'html';
}

const PAGING_KINDS = ['stuck-cursor', 'drifting', 'numeric-cursor', 'empty-page'];

export function isPaging(fault: Fault): fault is PagingFault {
  return PAGING_KINDS.includes(fault.kind);
}

export interface FaultRule {
  fault: Fault;
  /** Operation it strikes, such as `objects.create`, or a pattern; every one when left out. */
  operation?: string | RegExp;
  /** Object type id it strikes, such as `2-50158943`; every one when left out. */
  objectType?: string;
  /** Matching calls let through first. */
  skip?: number;
  /** Matching calls struck after that; 1 when left out, Infinity for all. */
  times?: number;
}

export interface FaultTarget {
  operation: string;
  /** The type in the path: of the objects, or the `from` of an association. */
  objectType: string;
}

/** Faults waiting to strike. */
export class Faults {
  #rules: { rule: FaultRule; seen: number }[] = [];

  /** Plans a fault; the returned function takes it back. */
  add(rule: FaultRule): () => void {
    const entry = { rule, seen: 0 };
    this.#rules.push(entry);
    return () => {
      this.#rules = this.#rules.filter((other) => other !== entry);
    };
  }

  /** What was planned, and how many matching calls each has seen. */
  get planned(): readonly { rule: FaultRule; seen: number }[] {
    return this.#rules;
  }

  clear(): void {
    this.#rules = [];
  }

  /** Every fault that strikes this call; each matching rule counts it. */
  strike(target: FaultTarget): Fault[] {
    return this.#rules.flatMap((entry) => {
      const { rule } = entry;
      if (!isTarget(rule, target)) return [];
      entry.seen += 1;
      const position = entry.seen - (rule.skip ?? 0);
      return position >= 1 && position <= (rule.times ?? 1) ? rule.fault : [];
    });
  }
}

function isTarget({ operation, objectType }: FaultRule, target: FaultTarget): boolean {
  if (objectType !== undefined && objectType !== target.objectType) return false;
  if (operation === undefined) return true;
  return typeof operation === 'string' ? operation === target.operation : operation.test(target.operation);
}
