import type { Outcome } from './coalescer.ts';
import { HubSpotError, HubSpotTimeoutError } from './errors.ts';

/**
 * A write on its way out. Right before it is sent it is asked whether it still may: what it rests on can have become
 * out of date while it waited. Until then it can be called back.
 */
export class Departure {
  readonly #mayLeave: () => boolean;
  #state: 'waiting' | 'left' | 'withdrawn' = 'waiting';

  constructor(mayLeave: () => boolean = () => true) {
    this.#mayLeave = mayLeave;
  }

  /** To be asked when nothing is left to do but to send it, before each attempt. */
  leave(): boolean {
    if (this.#state === 'withdrawn' || !this.#mayLeave()) return false;
    this.#state = 'left';
    return true;
  }

  /** Calls it back. @returns whether it never left, and never will. */
  withdraw(): boolean {
    if (this.#state === 'waiting') this.#state = 'withdrawn';
    return this.#state === 'withdrawn';
  }
}

/**
 * Carries out in one call those inputs that may still leave when it is sent; the others are refused without them.
 * @param send is given a function to be called right before sending, which returns the inputs that leave. Its outcomes
 * are theirs, in that order.
 * @throws {HubSpotError} when HubSpot refused the call.
 */
export async function leaveTogether<I, O>(
  operation: string,
  inputs: readonly I[],
  mayLeave: (input: I) => boolean,
  send: (departing: () => readonly I[]) => Promise<readonly Outcome<O>[]>,
): Promise<Outcome<O>[]> {
  let left: readonly I[] = [];
  const departing = () => {
    left = inputs.filter(mayLeave);
    if (left.length === 0) throw heldBack(operation);
    return left;
  };
  const outcomes = await settled(async () => send(departing));
  const byInput = new Map<I, Outcome<O>>();
  for (const [index, input] of left.entries()) {
    const own = outcomes instanceof HubSpotError ? outcomes : outcomes[index];
    if (own !== undefined) byInput.set(input, own);
  }
  return inputs.map((input) => (byInput.has(input) ? (byInput.get(input) as Outcome<O>) : heldBack(operation)));
}

/** What is unknown concerns only those that have left; a refusal is thrown, since a smaller call may fare better. */
async function settled<T>(work: () => Promise<T>): Promise<Outcome<T>> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof HubSpotError && error.outcome === 'unknown') return error;
    throw error;
  }
}

/** What comes of a write that may not leave any more: nothing was carried out. */
export function heldBack(operation: string): HubSpotTimeoutError {
  return new HubSpotTimeoutError(operation, `${operation}: not sent, it came too late`, 'refused');
}
