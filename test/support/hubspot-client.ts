import { readConfig } from '../../src/settings/config.ts';
import { createHubSpotService } from '../../src/hubspot/create-service.ts';
import type { HubSpotService } from '../../src/hubspot/service.ts';
import type { ObjectType } from '../../src/hubspot/types.ts';
import { createLog } from '../../src/observability/log.ts';
import { Telemetry } from '../../src/observability/telemetry.ts';
import { NOW, VirtualClock } from './virtual-clock.ts';

/** HubSpot's own address: what stands there is for a test to say. */
export const HUBSPOT_URL = 'https://api.hubapi.com';

export const CONTACTS: ObjectType = { id: '0-1', name: 'contacts' };
export const BOOKINGS: ObjectType = { id: '2-50158943', name: 'bookings' };
export const MOCK_EXAMS: ObjectType = { id: '2-50158913', name: 'mock_exams' };

export interface Client {
  clock: VirtualClock;
  hubspot: HubSpotService;
  lines: string[];
}

/** A service of its own over whatever answers at HubSpot's address. */
export function createClient(env: Record<string, string> = {}, clock = new VirtualClock(NOW)): Client {
  const lines: string[] = [];
  const config = readConfig({ HS_PRIVATE_APP_TOKEN: 'pat-test-token', HUBSPOT_BASE_URL: HUBSPOT_URL, ...env });
  const hubspot = createHubSpotService(config.hubspot, {
    clock,
    log: createLog(clock, 'debug', (line) => lines.push(line)),
    telemetry: new Telemetry(false),
    random: () => 0.5,
    defaultDeadlineMs: 9000,
  });
  clock.busy = () => hubspot.activeCount;
  return { clock, hubspot, lines };
}
