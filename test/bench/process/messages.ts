import type { SettingsPatch } from '../../../src/emulator/settings.ts';
import type { AccountName, AccountSize, AccountData } from '../accounts/accounts.ts';
import type { MeteredCall } from './metered-emulator.ts';

/** What is stored, however late HubSpot shows it. */
export interface StoredState {
  /** Bookings that hold a seat, by exam id. */
  seats: Record<string, number>;
  /** Situational Judgment credits, by contact id. */
  credits: Record<string, number>;
}

type RecordType = 'contacts' | 'bookings' | 'mock_exams';

/** What the process of the emulator can be asked for, and what it answers. */
export interface EmulatorRequests {
  /** Puts up an account and serves it. */
  start: { ask: { name: AccountName; size: AccountSize; settings: SettingsPatch }; answer: Started };
  /** The calls so far, once none has been under way for `quietMs`; they are forgotten. */
  calls: { ask: { quietMs: number }; answer: MeteredCall[] };
  /** Makes the stored counts of exams wrong, as somebody who edits them in HubSpot. */
  drift: { ask: { exams: string[] }; answer: null };
  /** Changes a record as somebody in HubSpot's own pages would. */
  change: {
    ask: { type: RecordType; id: string; properties: Record<string, string | number> };
    answer: null;
  };
  /** A property of a record as it is stored. */
  value: { ask: { type: RecordType; id: string; property: string }; answer: string };
  state: { ask: { exams: string[]; contacts: string[] }; answer: StoredState };
}

interface Started {
  url: string;
  data: AccountData;
}

export type EmulatorRequestName = keyof EmulatorRequests;

/** What travels between the processes. */
export interface EmulatorMessage<N extends EmulatorRequestName = EmulatorRequestName> {
  id: number;
  name: N;
  ask: EmulatorRequests[N]['ask'];
}

export type EmulatorReply = { id: number } & ({ answer: unknown } | { problem: string });
