import { sessionsKey } from '../cache/keys.ts';
import { MOCK_TYPES } from '../contract/fields.ts';
import type { Config } from '../settings/config.ts';
import type { Clock } from '../time/clock.ts';
import type { Deps } from '../wiring/deps.ts';
import type { Monitoring } from './monitoring.ts';
import type { KnownSession, MonitoringData } from './snapshot.ts';

/** What the dashboard is drawn from; no HubSpot call. */
export async function readMonitoringData(
  { config, clock }: { config: Config; clock: Clock },
  monitoring: Monitoring,
  deps: Deps | undefined,
): Promise<MonitoringData> {
  return {
    atMs: clock.now(),
    hubspot: config.overEmulator ? 'the embedded HubSpot' : config.hubspot.baseUrl,
    webhooks: config.http.webhookSecrets.length > 0,
    instances: await monitoring.snapshots(),
    sessions: deps ? knownSessions(deps) : [],
  };
}

function knownSessions({ cache, counts }: Deps): KnownSession[] {
  const exams = MOCK_TYPES.flatMap((type) => cache.peek(sessionsKey(type)) ?? []);
  return exams.flatMap(({ id, mockType, examDate, capacity, totalBookings: total, updatedAtMs }) => {
    if (examDate === null) return [];
    const taken = counts.current({ examId: id, total, updatedAtMs });
    return [{ id, type: mockType, date: examDate, capacity: capacity ?? 0, taken }];
  });
}
