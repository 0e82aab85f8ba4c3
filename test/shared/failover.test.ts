import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createLog } from '../../src/observability/log.ts';
import { Secret } from '../../src/settings/secret.ts';
import { connectRedis, GuardedRedis, UnreachableError } from '../../src/shared/redis.ts';
import { systemClock } from '../../src/time/clock.ts';
import { seatHolders, sendBooking } from '../support/booking.ts';
import { hasRedis, RedisServer } from '../support/redis-server.ts';
import { SharedRedis } from '../support/shared-redis.ts';
import { TcpProxy } from '../support/tcp-proxy.ts';
import { World } from '../support/world.ts';

const SETTINGS = {
  latency: { readMs: 100, writeMs: 200 },
  lag: { associationMs: 2000, rollupMs: 2000, searchMs: 5000 },
  limits: { per10Seconds: null, searchPerSecond: null },
};
const ENV = { VERCEL: '1', RATE_LIMIT_PER_ADDRESS: '0', RATE_LIMIT_BOOKINGS: '0' };

describe.skipIf(!hasRedis)('behind one address', () => {
  let master: RedisServer;
  let proxy: TcpProxy;

  beforeEach(async () => {
    master = await RedisServer.start();
    proxy = await TcpProxy.start(master.port);
  });
  afterEach(async () => {
    proxy.close();
    await master.kill();
  });

  it('a replica is promoted that missed the last bookings: no seat is sold twice', async () => {
    const replica = await RedisServer.start();
    const redis = new SharedRedis(proxy, 'test');
    try {
      const one = await World.create({ settings: SETTINGS, env: ENV, redis });
      const all = [one, await one.sibling(ENV, redis), await one.sibling(ENV, redis)];
      for (const world of all) await world.clock.run(async () => world.deps.sync());
      await one.clock.advance(10_000);
      const exam = one.account.exam({ capacity: 7 });
      const students = Array.from({ length: 18 }, () => one.account.student({ sj_credits: 1 }));
      const press = async (from: number, to: number) =>
        one.clock.run(async () =>
          Promise.all(
            students.slice(from, to).map(async (student, index) => {
              await one.clock.sleep(index * 50);
              return sendBooking(all[index % 3] ?? one, student, { exam });
            }),
          ),
        );
      await master.command('CONFIG', 'SET', 'repl-diskless-sync-delay', '0');
      await replica.command('REPLICAOF', '127.0.0.1', String(master.port));
      await until(async () => String(await replica.command('INFO', 'replication')).includes('master_link_status:up'));
      const before = await press(0, 2);
      await until(async () => (await replica.command('DBSIZE')) === (await master.command('DBSIZE')));
      await replica.command('REPLICAOF', 'NO', 'ONE');
      const missed = await press(2, 7);
      proxy.open(replica.port);
      const after = await press(7, 18);
      for (const world of all) await world.settle();

      const holders = seatHolders(one, exam);
      expect(holders).toHaveLength(7);
      const told = [...before, ...missed, ...after].filter(({ status }) => status === 201);
      expect(new Set(told.map(({ body }) => String(body.data.booking_record_id)))).toEqual(new Set(holders));
      expect(students.filter(({ id }) => one.account.values('contacts', id)['sj_credits'] === '0')).toHaveLength(7);
    } finally {
      redis.close();
      await replica.kill();
    }
  });

  it.each(['silence', 'refuse'] as const)(
    'an instance that is cut off (%s) is back once the way is free',
    async (cut) => {
      const log = createLog(systemClock, 'silent', () => {});
      const redis = new GuardedRedis(systemClock, log, async () => connectRedis(new Secret(proxy.url)));
      const answers = async () => {
        try {
          return await redis.use(async (connection) => connection.ask('PING'));
        } catch (error) {
          if (!(error instanceof UnreachableError)) throw error;
          return null;
        }
      };
      expect(await answers()).toBe('PONG');
      proxy[cut]();
      expect([await answers(), await answers(), await answers()]).toEqual([null, null, null]);
      expect(redis.problem).not.toBe(null);
      proxy.open();
      await until(async () => (await answers()) === 'PONG');
      expect(redis.problem).toBe(null);
      redis.close();
    },
  );

  it('a server that stands still before the first contact is used once it goes on', async () => {
    master.freeze();
    const log = createLog(systemClock, 'silent', () => {});
    const redis = new GuardedRedis(systemClock, log, async () => connectRedis(new Secret(proxy.url)));
    const pull = async () =>
      redis.use(async (connection) =>
        connection.run('pull', ['{t}:s', '{t}:n', '{t}:d', '{t}:u'], ['', 'me', '', '0']),
      );
    await expect(pull()).rejects.toThrow(UnreachableError);
    await expect(pull()).rejects.toThrow(UnreachableError);
    master.thaw();
    await until(async () =>
      pull().then(
        () => true,
        () => false,
      ),
    );
    redis.close();
  });
});

/** Real time passes until it is so. @throws after five seconds. */
async function until(isSo: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 100; tries += 1) {
    if (await isSo()) return;
    await sleep(50);
  }
  throw new Error('it did not become so within five seconds');
}
