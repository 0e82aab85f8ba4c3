import { describe, expect, it } from 'vitest';
import { book } from '../support/booking.ts';
import { createApp } from '../../src/http/app.ts';
import { readConfig } from '../../src/settings/config.ts';
import { NOW, VirtualClock } from '../support/virtual-clock.ts';
import { World } from '../support/world.ts';

describe('the first booking of a process', () => {
  it('waits until HubSpot shows what a process before it did, counted from its start', async () => {
    const world = await World.create();
    const young = await world.sibling();
    const exam = world.account.exam();
    const student = world.account.student();
    await world.clock.advance(1000);
    const before = world.clock.now();
    const answer = await book(young, student, { exam });
    expect(answer.status).toBe(201);
    expect(world.clock.now() - before).toBe(2000);
  });

  it('waits for nothing a minute after the start, although nobody has asked the process for anything', async () => {
    const world = await World.create();
    const idle = await world.sibling();
    const exam = world.account.exam();
    const student = world.account.student();
    await world.clock.advance(60_000);
    const before = world.clock.now();
    const answer = await book(idle, student, { exam });
    expect(answer.status).toBe(201);
    expect(world.clock.now() - before).toBe(0);
  });

  it('counts from the start of the process, not from the first request that needs HubSpot', async () => {
    const clock = new VirtualClock(NOW);
    const app = createApp(readConfig({ HS_PRIVATE_APP_TOKEN: 'pat-test-token' }), {
      clock,
      waitUntil: () => {},
      resume: async () => {},
    });
    await clock.advance(60_000);
    expect((await app.deps()).debts.knowsAllAtMs).toBe(3000);
  });
});
