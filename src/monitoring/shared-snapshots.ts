import { UnreachableError } from '../shared/redis.ts';
import type { Shared } from '../shared/share.ts';
import type { Snapshot } from './snapshot.ts';

/** An instance that was not heard of for longer, in milliseconds, has ended or has nothing to do. */
const FORGOTTEN_AFTER_MS = 60_000;

/** Leaves what an instance has counted for the dashboards of the others. Nothing, while Redis does not answer. */
export async function writeSnapshot({ redis, ledger }: Shared, snapshot: Snapshot): Promise<void> {
  const key = ledger.key('monitoring');
  await reach(async () =>
    redis.use(async (connection) => {
      await connection.ask('HSET', key, snapshot.instanceId, JSON.stringify(snapshot));
      return connection.ask('PEXPIRE', key, String(FORGOTTEN_AFTER_MS));
    }),
  );
}

/** What the instances heard of lately have counted; `own` is this one's. */
export async function readSnapshots({ redis, ledger }: Shared, own: Snapshot): Promise<Snapshot[]> {
  const key = ledger.key('monitoring');
  const fields = await reach(async () => redis.use(async (connection) => connection.ask('HVALS', key)));
  const all = ((fields ?? []) as string[]).map((text) => JSON.parse(text) as Snapshot);
  const others = all.filter(
    ({ instanceId, atMs }) => instanceId !== own.instanceId && atMs > own.atMs - FORGOTTEN_AFTER_MS,
  );
  return [own, ...others];
}

async function reach<T>(work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof UnreachableError)) throw error;
    return undefined;
  }
}
