import { randomUUID } from 'node:crypto';
import type { CacheService } from '../cache/cache-service.ts';
import type { Debts } from '../consistency/debts.ts';
import type { InProcessDebtsOptions } from '../consistency/in-process-debts.ts';
import type { Journal } from '../consistency/journal.ts';
import type { KeyedLock } from '../consistency/keyed-lock.ts';
import type { Log } from '../observability/log.ts';
import type { RunInBackground } from '../request/background.ts';
import type { Config } from '../settings/config.ts';
import type { Clock } from '../time/clock.ts';
import { CallWindows } from './call-windows.ts';
import { type Fact, takeDown } from './facts.ts';
import { Ledger, type News } from './ledger.ts';
import { GuardedRedis, type RedisConnection } from './redis.ts';
import { SharedDebts } from './shared-debts.ts';
import { SharedJournal } from './shared-journal.ts';
import { SharedLock } from './shared-lock.ts';
import { SharedValues } from './shared-values.ts';
import { isDebt } from './wire-debt.ts';

export interface SharePorts {
  clock: Clock;
  log: Log;
  background: RunInBackground;
  seal: (text: string) => string;
  connect: () => Promise<RedisConnection>;
  /** See {@link LedgerOptions.serverNow}. */
  serverNow: (() => number) | null;
}

/** Who else in this process has to know what other instances did; they are made later. */
interface Others {
  cache: CacheService | undefined;
  /** Counts a failed login of that sealed name. */
  loginFailed: ((key: string) => void) | undefined;
}

/** What several instances know and decide together. */
export interface Shared {
  journal: Journal;
  debts: Debts;
  locks: KeyedLock;
  ledger: Ledger;
  redis: GuardedRedis;
  attach: (others: Others) => void;
  /** Tells the others at once what `fact` says when it leaves. */
  tell: (fact: () => Fact) => void;
  values: SharedValues;
  /** See {@link CallWindows.admit}. */
  admit: CallWindows['admit'];
}

/** HubSpot may show what was sold this much later than it usually does, in milliseconds. */
const YOUTH_MARGIN_MS = 1500;
/** HubSpot shows by itself what was done longer ago, in milliseconds. */
const TELL_AGAIN_MS = 60_000;

function timesOf({ consistencyLagMs, debtDeadlineMs, writeHorizonMs }: Config) {
  return {
    youthMs: consistencyLagMs + YOUTH_MARGIN_MS,
    holdMs: debtDeadlineMs + writeHorizonMs,
    tellAgainMs: Math.max(TELL_AGAIN_MS, 2 * consistencyLagMs),
  };
}

/** Instances of another version may tell what nobody here understands: what is understood still holds. */
function understand(log: Log, hear: () => void): void {
  try {
    hear();
  } catch (error) {
    log.error('news of another instance not understood: are two versions running?', { reason: String(error) });
  }
}

/** Puts together what is shared over Redis, around what this process keeps by itself. */
export function share(
  config: Config,
  own: Omit<InProcessDebtsOptions, 'clock'>,
  { clock, log, background, seal, connect, serverNow }: SharePorts,
): Shared {
  const me = randomUUID();
  const redis = new GuardedRedis(clock, log, connect);
  const { youthMs, holdMs, tellAgainMs } = timesOf(config);
  const others: Others = { cache: undefined, loginFailed: undefined };
  const options = { redis, clock, prefix: config.redis.prefix, me, background, tellAgainMs, serverNow };
  const hear = ({ text, by, place, agoMs }: News) => {
    if (by === me) return;
    if (isDebt(text)) return void debts.learn(text, by);
    const fact = JSON.parse(text) as Fact;
    if (fact[0] === 'dropped') values.dropped(fact[1], place);
    takeDown(fact, clock.monotonicMs() - agoMs, { journal: own.journal, debts, ...others });
  };
  const ledger = new Ledger(options, {
    hear: (news) => understand(log, () => hear(news)),
    startOver(known, toldFrom) {
      values.startOver(toldFrom);
      others.cache?.clear();
      debts.startOver(known, me);
    },
    due: (ids) => debts.due(ids),
    lost(names) {
      debts.lost(names);
      locks.lost(names);
    },
    held: () => [...locks.held(), ...debts.held()],
    remembered: () => [...debts.remembered(), ...journal.remembered()],
  });
  const journal = new SharedJournal(own.journal, ledger);
  const { sharedAssurance } = config;
  const debts = new SharedDebts({ clock, ...own }, { clock, ledger, youthMs, holdMs, sharedAssurance });
  const values = new SharedValues({ clock, ledger, redis, background });
  const isWhole = () => ledger.isInTouch && clock.monotonicMs() >= debts.knowsAllAtMs;
  const locks = new SharedLock({ clock, ledger, seal, maxWaitMs: config.lockWaitMs, isWhole });
  const tell = (fact: () => Fact) =>
    background('news', async () =>
      ledger.outbox.write({ kind: 'news', key: null, values: () => [JSON.stringify(fact())] }),
    );
  const attach = (attached: Others) => void Object.assign(others, attached);
  const key = (name: string) => ledger.key(name);
  const windows = new CallWindows({ clock, redis, key, limits: config.hubspot.limits, serverNow });
  const admit = async (operation: string, leaveBy: number) => windows.admit(operation, leaveBy);
  return { values, admit, journal, debts, locks, ledger, redis, attach, tell };
}
