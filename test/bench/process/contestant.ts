import { type ApiProcess, startApi } from './api-process.ts';

/** Who is measured: this project, an API that asks record by record, and one over HubSpot's official client. */
export const CONTESTANTS = ['ours', 'official', 'naive'] as const;
export type ContestantName = (typeof CONTESTANTS)[number];

const ENTRIES: Record<ContestantName, string> = {
  ours: 'src/local/main.ts',
  official: 'test/bench/official/main.ts',
  naive: 'test/bench/naive/main.ts',
};

/** Secrets of the instances that are measured; they are good for nothing else. */
export const SECRETS = { cron: 'bench-cron', webhook: 'bench-webhook', monitoring: 'bench-monitoring' };

const ENVIRONMENT = {
  PORT: '0',
  HS_PRIVATE_APP_TOKEN: 'bench',
  BOOKING_CONFIRMATION: 'never',
  CRON_SECRET: SECRETS.cron,
  HUBSPOT_WEBHOOK_SECRET: SECRETS.webhook,
  MONITORING_TOKEN: SECRETS.monitoring,
};

/** Lets one caller ask as often as the measurement needs. */
export const NO_INBOUND_LIMITS = {
  RATE_LIMIT_PER_ADDRESS: '0',
  RATE_LIMIT_BOOKINGS: '0',
  RATE_LIMIT_AVAILABLE: '0',
  RATE_LIMIT_CAPACITY: '0',
  RATE_LIMIT_VALIDATE_CREDITS: '0',
  RATE_LIMIT_SYNC: '0',
  RATE_LIMIT_FAILED_LOGINS_PER_ADDRESS: '0',
};

/**
 * Starts an API as `npm start` does, on a free port, over the HubSpot at `hubspotUrl`.
 * @throws when it does not start, with what it said.
 */
export async function startContestant(
  name: ContestantName,
  hubspotUrl: string,
  env: Record<string, string> = {},
): Promise<ApiProcess> {
  return startApi(ENTRIES[name], { ...ENVIRONMENT, ...env, HUBSPOT_BASE_URL: hubspotUrl });
}
