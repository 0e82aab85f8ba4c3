import { parseArgs } from 'node:util';
import { Emulator } from './emulator.ts';
import { importAccount } from './import/import.ts';
import { ImportError } from './import/read-account.ts';
import { FileError, PortalFile, readJsonFile, toPortal } from './portal-file.ts';
import { fillAccount, SeedFile } from './seed-file.ts';
import { seedAccount } from './seed/seed.ts';
import { serveEmulator } from './server.ts';
import { LIFELIKE_SETTINGS, mergeSettings } from './settings.ts';

const USAGE = `npm run emulator -- [options]
npm run emulator -- import --out FILE

  --port N        where it listens, 0 for a free one (default 4010)
  --portal FILE   the account to emulate: object types, properties, associations; src/emulator/portals has an example and
                  the JSON Schema (default: the PrepDoctors account)
  --seed FILE     the records to begin with (default: sessions, students and bookings of the PrepDoctors account; none
                  with --portal)
  --empty         no records
  --out FILE      import: writes the portal file of the account that HS_PRIVATE_APP_TOKEN is for; how it is set up, no records
  --help          this text

Any token is taken. The control endpoints are below /_emulator/.`;

const OPTIONS = {
  port: { type: 'string', default: '4010' },
  portal: { type: 'string' },
  seed: { type: 'string' },
  empty: { type: 'boolean', default: false },
  out: { type: 'string' },
  help: { type: 'boolean', default: false },
} as const;

/** What was asked for cannot be done; the message says what to change. */
class UsageError extends Error {}

function readPort(text: string): number {
  const port = Number(text);
  if (Number.isInteger(port) && port >= 0 && port <= 65_535) return port;
  throw new UsageError(`--port must be a number from 0 to 65535, not ${text}`);
}

function readOptions() {
  try {
    const { values, positionals } = parseArgs({ options: OPTIONS, allowPositionals: true });
    return { ...values, command: positionals.join(' ') };
  } catch (error) {
    throw new UsageError(`${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`, { cause: error });
  }
}

async function importTo(out: string | undefined): Promise<void> {
  // The emulator stands alone: it knows nothing of the API's settings.
  // oxlint-disable-next-line no-restricted-properties
  const { env } = process;
  const { HS_PRIVATE_APP_TOKEN: token, HUBSPOT_BASE_URL: baseUrl = 'https://api.hubapi.com' } = env;
  if (out === undefined) throw new UsageError('--out must say where the portal file goes');
  if (!token) throw new UsageError('HS_PRIVATE_APP_TOKEN must hold a token that may read the account');
  for (const line of await importAccount(out, { baseUrl, token })) console.log(line);
}

async function main(): Promise<void> {
  const { port: portText, portal, seed, empty, help, command, out } = readOptions();
  if (help) return console.log(USAGE);
  if (command === 'import') return importTo(out);
  if (command !== '') throw new UsageError(`There is no command ${command}\n\n${USAGE}`);
  if (seed && empty) throw new UsageError('--seed and --empty exclude each other');
  const port = readPort(portText);
  const file = portal && readJsonFile(portal, PortalFile);
  const settings = mergeSettings(LIFELIKE_SETTINGS, (file || undefined)?.settings);
  const emulator = new Emulator({ settings, ...(file && portal ? { portal: toPortal(portal, file) } : {}) });
  if (seed) fillAccount(emulator.account, seed, readJsonFile(seed, SeedFile), Date.now());
  else if (!portal && !empty) seedAccount(emulator.account, Date.now());
  emulator.snapshot();
  const server = await serveEmulator(emulator, port);
  const count = emulator.account.portal.objectTypes.reduce((sum, type) => {
    return sum + emulator.account.records.all(type).length;
  }, 0);
  console.log(
    `HubSpot emulator on ${server.url} (any token; ${count} records; calls made: ${server.url}/_emulator/calls)`,
  );
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void server.close());
}

try {
  await main();
} catch (error) {
  const isTaken = error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
  const isTold = [UsageError, FileError, ImportError].some((known) => error instanceof known);
  console.error(isTaken ? 'The port is taken: choose another with --port' : isTold ? (error as Error).message : error);
  process.exitCode = 1;
}
