import type { RunInBackground } from '../request/background.ts';
import type { CacheService } from '../cache/cache-service.ts';
import type { Clock } from '../time/clock.ts';
import type { Config } from '../settings/config.ts';
import type { CountWriter } from '../consistency/count-writer.ts';
import type { IdempotencyStore } from '../consistency/idempotency.ts';
import type { Journal } from '../consistency/journal.ts';
import type { KeyedLock } from '../consistency/keyed-lock.ts';
import type { Debt, Debts } from '../consistency/debts.ts';
import type { Pursuit } from '../consistency/pursuit.ts';
import type { Turn } from '../consistency/turn.ts';
import type { SyncQueue } from '../consistency/sync-queue.ts';
import type { HubSpotService } from '../hubspot/service.ts';
import type { Log } from '../observability/log.ts';
import type { Telemetry } from '../observability/telemetry.ts';
import type { Shared } from '../shared/share.ts';
import type { RecordContext } from '../records/values.ts';

/** What every verb works with: `verbNoun(deps, input)`. Built once per instance. */
export interface Deps {
  config: Config;
  clock: Clock;
  log: Log;
  telemetry: Telemetry;
  hubspot: HubSpotService;
  /** What HubSpot's records are read with. */
  recordContext: RecordContext;
  cache: CacheService;
  /** One request at a time per login, in this process. */
  logins: KeyedLock;
  /** One request at a time per contact. */
  locks: KeyedLock;
  journal: Journal;
  debts: Debts;
  /** Begins the work on a debt, with the student's turn held. */
  pursue: (debt: Debt, turn: Turn) => Pursuit;
  counts: CountWriter;
  idempotency: IdempotencyStore;
  syncQueue: SyncQueue;
  /** A name for a text that tells nothing of it to whoever does not have it. */
  seal: (text: string) => string;
  /** Gets to know what other instances did, where there are any. */
  sync: () => Promise<void>;
  /** What is shared with other instances; null when nothing is. */
  shared: Shared | null;
  /** Starts work that the answer does not wait for. */
  background: RunInBackground;
  /** Starts work on what is owed, which the answer waits for only as long as the student does. */
  owed: RunInBackground;
  /** Lets nothing wait for company any more and what is owed be seen to at once: the process ends in `graceMs`. */
  stop: (graceMs: number) => void;
}
