import type { App } from '../http/app.ts';
import { HubSpotError, isTokenRejected } from '../hubspot/errors.ts';

/** Begins to ask HubSpot once, so that a wrong token shows in the log at start and not with the first student. */
export async function proveToken(app: App): Promise<void> {
  const { hubspot, config, log, background } = await app.deps();
  background('first call to HubSpot', async () => {
    try {
      await hubspot.ping(config.objectTypes.contacts);
    } catch (error) {
      if (!(error instanceof HubSpotError)) throw error;
      const reason = error.message;
      if (isTokenRejected(error)) log.error('HubSpot rejects the access token: check HS_PRIVATE_APP_TOKEN', { reason });
      else log.warn('HubSpot cannot be reached', { reason });
    }
  });
}
