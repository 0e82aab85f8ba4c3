import { describe, expect, it } from 'vitest';
import { signedHeaders, WEBHOOK_ENV } from '../support/webhook.ts';
import { World } from '../support/world.ts';

const CRON = { CRON_SECRET: 'a-secret-long-enough' };
const BEARER = { Authorization: `Bearer ${CRON.CRON_SECRET}` };

/** A body that arrives one byte a second, and whether somebody still takes it in. */
function trickle({ clock }: World, text: string) {
  const bytes = new TextEncoder().encode(text);
  const state = { sent: 0, cancelled: false };
  const body = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        await clock.sleep(1000);
        if (state.cancelled) return;
        if (state.sent === bytes.length) return controller.close();
        controller.enqueue(bytes.subarray(state.sent, state.sent + 1));
        state.sent += 1;
      },
      cancel() {
        state.cancelled = true;
      },
    },
    { highWaterMark: 0 },
  );
  return { body, state };
}

async function postSlowly(world: World, path: string, text: string, headers: Record<string, string> = {}) {
  const { body, state } = trickle(world, text);
  const startedMs = world.clock.monotonicMs();
  const answer = await world.clock.run(async () => world.sendStream(path, body, headers));
  return { ...answer, tookMs: world.clock.monotonicMs() - startedMs, state };
}

describe('a body of one byte a second', () => {
  it.each([
    ['a student', 'mock-exams/validate-credits', {}, 9000],
    ['HubSpot', 'webhooks/booking-sync', {}, 9000],
    ['the scheduler', 'mock-exams/sync-capacity', BEARER, 50_000],
  ])('from %s is cut at the deadline', async (_who, path, headers, deadlineMs) => {
    const world = await World.create({ env: { ...WEBHOOK_ENV, ...CRON } });
    const { status, body, tookMs, state } = await postSlowly(world, path, `{"a": "${'x'.repeat(100)}"}`, headers);
    expect([status, body.code, tookMs]).toEqual([408, 'REQUEST_TIMEOUT', deadlineMs]);
    expect(state.cancelled).toBe(true);
    expect(world.takeCalls()).toEqual([]);
  });

  it('is read when it is complete in time', async () => {
    const world = await World.create({ env: WEBHOOK_ENV });
    const headers = signedHeaders(world, 'webhooks/booking-sync', '[]');
    expect((await postSlowly(world, 'webhooks/booking-sync', '[]', headers)).status).toBe(200);
  });

  it('is cut as soon as it is too large', async () => {
    const world = await World.create({ env: { STUDENT_BODY_LIMIT_BYTES: '3' } });
    const { status, tookMs, state } = await postSlowly(world, 'mock-exams/validate-credits', '{"a": 1}');
    expect([status, tookMs, state.cancelled]).toEqual([413, 4000, true]);
  });
});
