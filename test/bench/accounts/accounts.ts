import { buildMixAccount } from './mix.ts';
import { buildReadsAccount } from './reads.ts';
import { buildRushAccount } from './rush.ts';
import { buildWritesAccount } from './writes.ts';

/** The accounts that scenarios run on, each put up anew for every contestant. */
export const ACCOUNTS = {
  reads: buildReadsAccount,
  writes: buildWritesAccount,
  rush: buildRushAccount,
  mix: buildMixAccount,
};

export type AccountName = keyof typeof ACCOUNTS;

/** How large an account is to be: each takes of it what it has a use for. */
export interface AccountSize {
  students: number;
  /** Free seats in all. */
  seats: number;
}

/** The ids of what was put into an account. */
export type DataOf<N extends AccountName> = ReturnType<(typeof ACCOUNTS)[N]>;
export type AccountData = DataOf<AccountName>;
