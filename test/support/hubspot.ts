import { Emulator } from '../../src/emulator/emulator.ts';
import type { SettingsPatch } from '../../src/emulator/settings.ts';
import { AccountBuilder } from './account-builder.ts';
import { createClient } from './hubspot-client.ts';
import { answerAsHubSpot, serveInProcess } from './wire.ts';

export * from './hubspot-client.ts';

/** A service over an emulator of its own. */
export function createEmulated(env: Record<string, string> = {}, settings: SettingsPatch = {}) {
  const client = createClient(env);
  const emulator = new Emulator({ clock: client.clock, settings });
  serveInProcess(emulator);
  client.clock.busy = () => client.hubspot.activeCount - emulator.waitingCount;
  return { ...client, emulator, account: new AccountBuilder(emulator) };
}

/** A service over answers given one by one; the last one is repeated. Requests are kept as they came. */
export function createScripted(answers: readonly (() => Response)[], env: Record<string, string> = {}) {
  const requests: { method: string; url: URL; body: unknown; headers: Headers }[] = [];
  answerAsHubSpot(async (request) => {
    const text = await request.text();
    const { method, url, headers } = request;
    requests.push({
      method,
      url: new URL(url),
      headers,
      body: text === '' ? undefined : (JSON.parse(text) as unknown),
    });
    const answer = answers[Math.min(requests.length, answers.length) - 1];
    if (!answer) throw new Error('no answer was scripted');
    return answer();
  });
  return { ...createClient(env), requests };
}

/** A JSON answer, or one with another status. */
export const json =
  (body: unknown, status = 200, headers: Record<string, string> = {}) =>
  () =>
    Response.json(body, { status, headers });
