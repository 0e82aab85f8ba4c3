import type { HubSpotService } from '../hubspot/service.ts';
import type { Config } from '../settings/config.ts';
import type { Clock } from '../time/clock.ts';
import type { Account } from './account.ts';

/** What is examined, and by what. */
export interface Patient {
  config: Config;
  clock: Clock;
  account: Account;
  /** For associations and searches, in batches. */
  hubspot: HubSpotService;
}
