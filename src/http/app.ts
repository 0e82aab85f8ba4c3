import type { Clock } from '../clock.ts';
import type { Config } from '../config.ts';
import type { Deps } from '../deps.ts';
import type { Log } from '../observability/log.ts';
import type { RateLimits } from './rate-limits.ts';

/** What serving HTTP needs; whatever reaches HubSpot is loaded only when a handler asks for `deps`. */
export interface App {
  config: Config;
  clock: Clock;
  log: Log;
  rateLimits: RateLimits;
  deps: () => Promise<Deps>;
}
