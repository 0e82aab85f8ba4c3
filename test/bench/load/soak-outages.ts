import { setTimeout as sleep } from 'node:timers/promises';
import type { Stage } from './soak-stage.ts';

/** Redis stands still for so long, in milliseconds. */
const FREEZE_MS = 2500;

/**
 * What instances that share a Redis have to live with: it stands still, one of them is killed in the middle of its work
 * and replaced by a new one, and Redis loses all it knows.
 */
export async function breakThings({ redis, replaceOne }: Stage, until: number): Promise<void> {
  if (!redis) return;
  const quarterMs = (until - Date.now()) / 4;
  await sleep(quarterMs);
  redis.freeze();
  await sleep(FREEZE_MS);
  redis.thaw();
  await sleep(quarterMs);
  await replaceOne();
  await sleep(quarterMs);
  await redis.command('FLUSHALL');
}
