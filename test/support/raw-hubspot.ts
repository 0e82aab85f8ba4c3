import { Emulator, type EmulatorOptions } from '../../src/emulator/emulator.ts';
import { AccountBuilder } from './account-builder.ts';
import { NOW, VirtualClock } from './virtual-clock.ts';

/** An emulator spoken to directly, as by a client that knows nothing of this project. */
export function rawHubSpot(options: Omit<EmulatorOptions, 'clock'> = {}) {
  const clock = new VirtualClock(NOW);
  const emulator = new Emulator({ ...options, clock });
  const send = async (method: string, path: string, body?: unknown, token = 'x') => {
    const init = {
      method,
      headers: { authorization: `Bearer ${token}` },
      body: body === undefined ? null : JSON.stringify(body),
    };
    const response = await clock.run(async () => emulator.fetch(new Request(`https://api.hubapi.com${path}`, init)));
    const text = await response.text();
    return {
      status: response.status,
      headers: response.headers,
      body: isJson(response) ? JSON.parse(text) : text || undefined,
    };
  };
  return { clock, emulator, account: new AccountBuilder(emulator), send };
}

function isJson({ headers }: Response): boolean {
  return headers.get('content-type')?.startsWith('application/json') ?? false;
}
