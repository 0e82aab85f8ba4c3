import { type EmulatorServer, serveEmulator } from '../../../src/emulator/server.ts';
import { LIFELIKE_SETTINGS, mergeSettings, type SettingsPatch } from '../../../src/emulator/settings.ts';
import { AccountBuilder } from '../../support/account-builder.ts';
import { type AccountName, ACCOUNTS, type AccountSize } from '../accounts/accounts.ts';
import type { EmulatorMessage, EmulatorReply, EmulatorRequestName, EmulatorRequests } from './messages.ts';
import { MeteredEmulator } from './metered-emulator.ts';
import { storedState } from './stored-state.ts';

// The emulator in a process of its own, so that its work shows in nobody's latency. Its parent tells it what to do by
// messages; HubSpot's paths are served over HTTP as always.

/** Of HubSpot's limits, those that the account really has. */
const LIMITS = { per10Seconds: 190, associationsPer10Seconds: 150, searchPerSecond: 4 };
/** A count that no session of the benchmark really has. */
const WRONG_COUNT = 99;

interface Running {
  emulator: MeteredEmulator;
  account: AccountBuilder;
  server: EmulatorServer;
}
let running: Running | undefined;

function current(): Running {
  if (!running) throw new Error('no account has been put up');
  return running;
}

async function start({ name, size, settings }: { name: AccountName; size: AccountSize; settings: SettingsPatch }) {
  await running?.server.close();
  const base = mergeSettings(LIFELIKE_SETTINGS, { limits: LIMITS });
  const emulator = new MeteredEmulator({ settings: mergeSettings(base, settings) });
  const account = new AccountBuilder(emulator);
  const data = ACCOUNTS[name](account, size);
  const server = await serveEmulator(emulator);
  running = { emulator, account, server };
  return { url: server.url, data };
}

type Handlers = { [N in EmulatorRequestName]: (ask: EmulatorRequests[N]['ask']) => unknown };

const HANDLERS: Handlers = {
  start,
  calls: async ({ quietMs }) => current().emulator.takeCalls(quietMs),
  drift: ({ exams }) => {
    for (const id of exams) current().account.change('mock_exams', id, { total_bookings: WRONG_COUNT });
    return null;
  },
  change: ({ type, id, properties }) => {
    current().account.change(type, id, properties);
    return null;
  },
  value: ({ type, id, property }) => current().account.values(type, id)[property] ?? '',
  state: (ask) => storedState(current().emulator, ask),
};

async function answer<N extends EmulatorRequestName>({ id, name, ask }: EmulatorMessage<N>): Promise<EmulatorReply> {
  try {
    const handle: Handlers[N] = HANDLERS[name];
    return { id, answer: await handle(ask) };
  } catch (error) {
    return { id, problem: String(error) };
  }
}

process.on('message', (message: EmulatorMessage) => {
  void answer(message).then((reply) => process.send?.(reply));
});
// Whoever started it is gone: nobody is left to be served.
process.on('disconnect', () => process.exit(0));
