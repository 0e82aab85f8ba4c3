import { parseArgs } from 'node:util';
import { Emulator } from './emulator.ts';
import { seedAccount } from './seed/seed.ts';
import { serveEmulator } from './server.ts';
import { LIFELIKE_SETTINGS } from './settings.ts';

const { values } = parseArgs({ options: { port: { type: 'string', default: '4010' } } });
const port = Number(values.port);
if (!Number.isInteger(port) || port < 0 || port > 65_535) {
  console.error(`--port must be a number from 0 to 65535, not ${values.port}`);
  process.exit(1);
}
const emulator = new Emulator({ settings: LIFELIKE_SETTINGS });
const { demoStudent } = seedAccount(emulator.account, Date.now());

try {
  const server = await serveEmulator(emulator, port);
  console.log(
    `HubSpot emulator on ${server.url} (any token; try contact ${demoStudent.record.id}; calls made: ${server.url}/_emulator/calls)`,
  );
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void server.close());
} catch (error) {
  const taken = error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
  console.error(taken ? `Port ${values.port} is taken: choose another with --port` : error);
  process.exitCode = 1;
}
