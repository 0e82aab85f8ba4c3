import { statSync } from 'node:fs';
import { resume, ROUTES } from '../../api/index.ts';
import { createApp } from '../http/app.ts';
import { ConfigError, environmentVariables, readConfig } from '../settings/config.ts';
import { Emulator } from '../emulator/emulator.ts';
import { seedAccount } from '../emulator/seed/seed.ts';
import { serveEmulator } from '../emulator/server.ts';
import { LIFELIKE_SETTINGS } from '../emulator/settings.ts';
import { createRouter } from '../http/router.ts';
import { createFrontDoor } from './front-door.ts';
import { startLocalHost } from './host.ts';
import { proveToken } from './prove-token.ts';

/** Where the API's data comes from, in words for the terminal, and how to let go of it. */
interface Upstream {
  variables: Record<string, string | undefined>;
  /** The emulator started here; null for HubSpot itself. */
  emulator: Emulator | null;
  /** Suspicious settings, one sentence each. */
  warnings: readonly string[];
  description: string;
  close: () => Promise<void>;
}

/** HubSpot when a token is set, else an emulator on a port of its own. */
async function connectUpstream(): Promise<Upstream> {
  const variables = environmentVariables();
  if (variables['HS_PRIVATE_APP_TOKEN']?.trim()) {
    return {
      variables,
      emulator: null,
      warnings: [],
      description: variables['HUBSPOT_BASE_URL'] || 'HubSpot',
      close: async () => {},
    };
  }
  const emulator = new Emulator({ settings: LIFELIKE_SETTINGS });
  seedAccount(emulator.account, Date.now());
  const server = await serveEmulator(emulator);
  const own = { ...variables, HS_PRIVATE_APP_TOKEN: 'emulator', HUBSPOT_BASE_URL: server.url };
  const description = `the embedded HubSpot, no account needed (its calls: ${server.url}/_emulator/calls)`;
  const warnings = variables['HUBSPOT_BASE_URL']?.trim()
    ? ['HUBSPOT_BASE_URL is set without HS_PRIVATE_APP_TOKEN: the data is made up, from the embedded HubSpot']
    : [];
  return { variables: own, emulator, warnings, description, close: async () => server.close() };
}

function examples(url: string): string {
  const student = 'student_id=1599999&email=maya.obrien@example.com';
  const body = `{"student_id":"1599999","email":"maya.obrien@example.com","mock_type":"Mini-mock"}`;
  return [
    `  curl '${url}/api/bookings/list?${student}&filter=upcoming'`,
    `  curl '${url}/api/mock-exams/available?mock_type=Clinical%20Skills&realtime=true'`,
    `  curl -X POST ${url}/api/mock-exams/validate-credits -H 'Content-Type: application/json' -d '${body}'`,
  ].join('\n');
}

async function main(): Promise<void> {
  if (statSync('.env', { throwIfNoEntry: false })?.isFile()) process.loadEnvFile('.env');
  const upstream = await connectUpstream();
  const read = readConfig(upstream.variables);
  const warnings = [...upstream.warnings, ...read.warnings];
  const config = { ...read, warnings, overEmulator: upstream.emulator !== null };
  const app = createApp(config, { waitUntil: () => {}, resume });
  const { port, trustedProxies } = config;
  const handler = createRouter(app, ROUTES);
  const over = upstream.emulator ? 'the embedded HubSpot' : upstream.description;
  const frontDoor = createFrontDoor({ over, emulator: upstream.emulator });
  const host = await startLocalHost({ handler, frontDoor, port, trustedProxies });
  upstream.emulator?.webhooks.subscribe({
    targetUrl: `${host.url}/api/webhooks/booking-sync`,
    clientSecret: config.http.webhookSecrets[0]?.reveal() ?? 'embedded',
    subscriptions: [],
  });
  const stop = async () => {
    // Nothing else keeps the process alive: its timers do not.
    const alive = setInterval(() => {}, 1000);
    const endsAt = Date.now() + config.shutdownGraceMs;
    await host.close(config.shutdownGraceMs);
    await app.stop(Math.max(0, endsAt - Date.now()));
    await upstream.close();
    clearInterval(alive);
    process.exit(0);
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void stop());
  if (!upstream.emulator) await proveToken(app);
  console.log(
    `API on ${host.url} over ${upstream.description}${upstream.emulator ? `. Try:\n${examples(host.url)}` : ''}`,
  );
}

try {
  await main();
} catch (error) {
  const taken = error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
  const explained = error instanceof ConfigError ? error.message : error;
  console.error(
    taken ? `Port ${environmentVariables()['PORT'] ?? 3000} is taken: set PORT to another one.` : explained,
  );
  process.exit(1);
}
