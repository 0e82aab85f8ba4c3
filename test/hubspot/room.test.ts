import { expect, it } from 'vitest';
import { CONTACTS, createEmulated } from '../support/hubspot.ts';

it('HubSpot’s limit tells when it has room for a student again', async () => {
  const env = { COALESCING_ENABLED: 'false', HUBSPOT_CALLS_PER_10_SECONDS: '3' };
  const { clock, hubspot } = createEmulated(env, { latency: { readMs: 100, writeMs: 200 } });
  expect(hubspot.roomInMs).toBe(0);
  await clock.run(async () =>
    Promise.all(
      [0, 1000, 2000].map(async (atMs) => {
        await clock.sleep(atMs);
        return hubspot.getObject(CONTACTS, '1', { properties: [] });
      }),
    ),
  );
  expect(hubspot.roomInMs).toBe(8000);
  await clock.advance(8000);
  expect(hubspot.roomInMs).toBe(0);
});
