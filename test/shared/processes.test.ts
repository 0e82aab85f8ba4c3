import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Emulator } from '../../src/emulator/emulator.ts';
import { type EmulatorServer, serveEmulator } from '../../src/emulator/server.ts';
import { LEASE_MS } from '../../src/shared/outbox.ts';
import { AccountBuilder, type TestStudent } from '../support/account-builder.ts';
import { bookingBody } from '../support/booking.ts';
import { hasRedis, RedisServer } from '../support/redis-server.ts';
import { seatHoldersOf } from '../support/seat-holders.ts';
import { startProcess } from '../support/start-process.ts';

const SETTINGS = { latency: { readMs: 20, writeMs: 40 }, lag: { associationMs: 600, rollupMs: 600, searchMs: 1000 } };
const DAY = new Date(Date.now() + 20 * 86_400_000).toISOString().slice(0, 10);

interface Pressed {
  student: TestStudent;
  /** 0 for a connection that broke. */
  status: number;
  // oxlint-disable-next-line typescript/no-explicit-any
  body: any;
}

/**
 * Real processes, a real Redis and real time: what cannot be told by a clock that is moved. One story in several chapters,
 * so that what has to be waited for is waited for once.
 */
describe.skipIf(!hasRedis)('three processes behind a load balancer', { timeout: 60_000 }, () => {
  let redis: RedisServer;
  let emulator: Emulator;
  let hubspot: EmulatorServer;
  let account: AccountBuilder;
  let processes: { url: string; kill: (signal: NodeJS.Signals) => void }[];
  let turn = 0;

  beforeAll(async () => {
    redis = await RedisServer.start();
    emulator = new Emulator({ settings: SETTINGS });
    account = new AccountBuilder(emulator);
    hubspot = await serveEmulator(emulator);
    processes = await Promise.all([start(), start(), start()]);
    await Promise.all(processes.map(async ({ url }) => fetch(`${url}/api/mock-exams/available?mock_type=Mini-mock`)));
    // The state is new: bookings wait until it knows all.
    await sleep(2600);
  });
  afterAll(async () => {
    for (const each of processes) each.kill('SIGKILL');
    await hubspot.close();
    await redis.kill();
  });

  async function start() {
    const { child, line } = await startProcess({
      PORT: '0',
      VERCEL: '1',
      HS_PRIVATE_APP_TOKEN: 'test-token',
      HUBSPOT_BASE_URL: hubspot.url,
      REDIS_URL: redis.url,
      CONSISTENCY_LAG_MS: '1000',
      CRON_SECRET: 'the-secret-of-cron',
      RATE_LIMIT_BOOKINGS: '0',
      RATE_LIMIT_PER_ADDRESS: '0',
    });
    const url = /http:\/\/\S+/.exec(line)?.[0] ?? '';
    expect(url).not.toBe('');
    return { url, kill: (signal: NodeJS.Signals) => child.kill(signal) };
  }

  async function send(path: string, init: RequestInit = {}) {
    turn += 1;
    const { url } = processes[turn % processes.length] ?? { url: '' };
    const response = await fetch(`${url}/api/${path}`, { headers: { 'Content-Type': 'application/json' }, ...init });
    // oxlint-disable-next-line typescript/no-explicit-any
    return { status: response.status, body: (await response.json()) as any };
  }

  async function press(students: readonly TestStudent[], exam: string, everyMs: number): Promise<Pressed[]> {
    return Promise.all(
      students.map(async (student, index) => {
        await sleep(index * everyMs);
        const body = JSON.stringify(bookingBody(student, { exam, date: DAY }));
        try {
          return { student, ...(await send('bookings/create', { method: 'POST', body })) };
        } catch {
          return { student, status: 0, body: null };
        }
      }),
    );
  }

  /** Lets what was left behind be finished, as the cron does each minute. */
  async function settled(): Promise<void> {
    for (let tries = 0; tries < 60; tries += 1) {
      const headers = { Authorization: 'Bearer the-secret-of-cron' };
      const answer = await send('cron/settle', { headers }).catch(() => null);
      if (answer?.body.open === 0) return;
      await sleep(500);
    }
    throw new Error('bookings are left unfinished');
  }

  function expectWhole(exam: string, pressed: readonly Pressed[], capacity: number): number {
    const holders = seatHoldersOf(emulator, exam);
    expect(holders.length).toBeLessThanOrEqual(capacity);
    const paid = pressed.filter(({ student }) => account.values('contacts', student.id)['sj_credits'] === '0');
    expect(paid).toHaveLength(holders.length);
    const told = pressed.filter(({ status }) => status === 201).map(({ body }) => body.data.booking_record_id);
    expect(told.filter((id) => !holders.includes(id))).toEqual([]);
    return holders.length;
  }

  const crowd = (count: number) => Array.from({ length: count }, () => account.student({ sj_credits: 1 }));

  it('sell what there is, show it everywhere and cancel it anywhere', async () => {
    const exam = account.exam({ capacity: 20, date: DAY });
    const pressed = await press(crowd(26), exam, 0);
    expect(expectWhole(exam, pressed, 20)).toBe(20);
    const booked = pressed.filter(({ status }) => status === 201);
    expect(booked).toHaveLength(20);
    for (const { student, body } of booked.slice(0, 6)) {
      const who = { student_id: student.studentId, email: student.email };
      const query = new URLSearchParams({ ...who, filter: 'upcoming' }).toString();
      const list = await send(`bookings/list?${query}`);
      expect(list.body.data.bookings).toHaveLength(1);
      const path = `bookings/${body.data.booking_record_id}`;
      const cancelled = await send(path, { method: 'DELETE', body: JSON.stringify(who) });
      expect([cancelled.status, cancelled.body.data.actions_completed.credits_restored]).toEqual([200, true]);
    }
    expect(seatHoldersOf(emulator, exam)).toHaveLength(14);
  });

  /** What was pressed when one of them was killed, and when that was. */
  let abandoned: { exam: string; pressed: Pressed[]; atMs: number };

  it('go on when one of them is killed', async () => {
    const exam = account.exam({ capacity: 12, date: DAY });
    const pressing = press(crowd(12), exam, 15);
    await sleep(200);
    processes.shift()?.kill('SIGKILL');
    const atMs = performance.now();
    const pressed = await pressing;
    expect(pressed.some(({ status }) => status === 0)).toBe(true);
    abandoned = { exam, pressed, atMs };
  });

  it('go on while Redis stands still, and when it comes back', async () => {
    const exam = account.exam({ capacity: 12, date: DAY });
    const pressing = press(crowd(20), exam, 100);
    await sleep(500);
    redis.freeze();
    await sleep(2000);
    redis.thaw();
    const pressed = await pressing;
    await settled();
    expect(expectWhole(exam, pressed, 12)).toBeGreaterThanOrEqual(10);
  });

  it('finish what the one that was killed left behind, once its lease is over', async () => {
    await sleep(Math.max(0, abandoned.atMs + LEASE_MS + 500 - performance.now()));
    await settled();
    expect(expectWhole(abandoned.exam, abandoned.pressed, 12)).toBeGreaterThan(0);
  });

  it('go on when Redis ends and begins again with nothing in it', async () => {
    const exam = account.exam({ capacity: 12, date: DAY });
    const pressing = press(crowd(20), exam, 100);
    await sleep(700);
    await redis.kill();
    await sleep(500);
    await redis.restart();
    const pressed = await pressing;
    await settled();
    expect(expectWhole(exam, pressed, 12)).toBeGreaterThanOrEqual(10);
  });
});
