import type { SettingsPatch } from '../../../src/emulator/settings.ts';
import type { AccountName, DataOf } from '../accounts/accounts.ts';
import type { WireAnswer, WireRequest } from '../measure/wire.ts';
import type { ContestantName } from '../process/contestant.ts';

/** What the API's contract allows a request to cost. */
export interface Budget {
  calls: number;
  rounds: number;
  /** Further calls that may follow the answer. */
  after?: number;
  /** Calls when the cache is warm; 0 when left out. */
  warmCalls?: number;
}

/** One kind of request, asked for one by one on an account that is otherwise idle. */
export interface EndpointScenario<N extends AccountName> {
  name: string;
  /** Undefined where the contract names none. */
  asked?: Budget;
  /** How long to wait for calls that follow the answer, in milliseconds. */
  settleMs?: number;
  /** Cold samples; the slow contestants take few. */
  samples: Record<ContestantName, number>;
  /** HubSpot's knobs for this scenario only. */
  settings?: SettingsPatch;
  /** Exams whose stored counts are to be wrong before a sample. */
  drift?: (data: DataOf<N>, sample: number) => string[];
  /** The request; one that a cache can answer is `cached`, and asked for with and without it. */
  cached: boolean;
  request: (data: DataOf<N>, sample: number, baseUrl: string) => WireRequest;
  /** What is wrong with an answer; undefined when nothing is. */
  check: (answer: WireAnswer, data: DataOf<N>) => string | undefined;
}

/** Complains unless the answer has that status and the data is as expected. */
export function expecting(status: number, fits: (data: never) => boolean): (answer: WireAnswer) => string | undefined {
  return (answer) => {
    if (answer.status !== status) return `status ${answer.status} ${String(answer.body?.code ?? '')}`.trim();
    return fits(answer.body.data as never) ? undefined : 'wrong data';
  };
}
