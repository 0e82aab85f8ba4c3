import { afterAll, beforeAll, expect, it } from 'vitest';
import { bareClientMs } from '../bench/measure/bare-client.ts';
import { EmulatorProcess } from '../bench/process/emulator.ts';
import type { MeteredCall } from '../bench/process/metered-emulator.ts';

const emulator = new EmulatorProcess();
let url: string;

beforeAll(async () => {
  ({ url } = await emulator.start('writes', { students: 1, seats: 0 }));
});
afterAll(() => emulator.stop());

const read: MeteredCall = {
  method: 'POST',
  path: '/crm/v3/objects/contacts/search',
  startedAt: 1000,
  finishedAt: 1040,
  status: 200,
  sentBytes: 300,
  bytes: 5000,
};
const after: MeteredCall = { ...read, startedAt: 1050, finishedAt: 1070, sentBytes: 0 };

it('a bare client makes the calls of a request once more, and counts only what the wire takes', async () => {
  const ms = await bareClientMs(emulator, url, { calls: [read, read, after], answerBytes: 2000 });
  // What the calls took, 60 ms, is HubSpot's.
  expect(ms).toBeGreaterThan(0);
  expect(await emulator.ask('calls', { quietMs: 0 })).toEqual([]);
});
