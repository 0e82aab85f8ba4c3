import type { App } from '../http/app.ts';
import { HubSpotError, isTokenRejected } from '../hubspot/errors.ts';
import { waitAtMost } from '../time/clock.ts';

/** Milliseconds the start waits for HubSpot's answer: mostly it is told before anything else is. */
const MAX_WAIT_MS = 1000;

/** Asks HubSpot once, so that a wrong token shows in the log at start and not with the first student. */
export async function proveToken(app: App): Promise<void> {
  const { background, clock } = await app.deps();
  const { promise: told, resolve } = Promise.withResolvers<void>();
  background('first call to HubSpot', async () => askOnce(app).finally(resolve));
  await waitAtMost(clock, MAX_WAIT_MS, told);
}

async function askOnce(app: App): Promise<void> {
  const { hubspot, config, log } = await app.deps();
  try {
    await hubspot.ping(config.objectTypes.contacts);
  } catch (error) {
    if (!(error instanceof HubSpotError)) throw error;
    const reason = error.message;
    if (isTokenRejected(error)) log.error('HubSpot rejects the access token: check HS_PRIVATE_APP_TOKEN', { reason });
    else log.warn('HubSpot cannot be reached', { reason });
  }
}
