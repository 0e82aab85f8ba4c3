import { type GuardedRedis, UnreachableError } from './redis.ts';

/** Why what is shared may be lost unnoticed, or why it cannot be reached, one sentence each; none when all is well. */
export async function checkRedis(redis: GuardedRedis): Promise<string[]> {
  try {
    const info = String(await redis.use(async (connection) => connection.ask('INFO')));
    const policy = /maxmemory_policy:(\S+)/.exec(info)?.[1] ?? 'noeviction';
    return [
      ...(/run_id:\w/.test(info) ? [] : ['INFO tells no run_id: a failover may pass unnoticed']),
      ...(policy === 'noeviction' ? [] : [`maxmemory-policy is ${policy}: what is shared may be evicted`]),
    ];
  } catch (error) {
    if (!(error instanceof UnreachableError)) throw error;
    return [`Redis does not answer: ${error.message}`];
  }
}
