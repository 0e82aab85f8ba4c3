import { startLocalHost } from '../../../src/local/host.ts';
import { type Operations, serveOperations } from './operations.ts';

/** Serves operations as the API itself is served by `npm start`, on a free port, and says where. */
export async function serveContestant(connect: (hubspotUrl: string) => Operations): Promise<void> {
  const { HUBSPOT_BASE_URL: hubspotUrl } = process.env;
  if (!hubspotUrl) throw new Error('HUBSPOT_BASE_URL must say where HubSpot is');
  const handler = serveOperations(connect(hubspotUrl));
  const host = await startLocalHost({ handler, port: 0, trustedProxies: [] });
  process.stdout.write(`API on ${host.url} over ${hubspotUrl}\n`);
}
