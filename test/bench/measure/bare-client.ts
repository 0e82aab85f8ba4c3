import { Agent, request as httpRequest } from 'node:http';
import type { EmulatorProcess } from '../process/emulator.ts';
import { ECHO, type MeteredCall, preciseNow } from '../process/metered-emulator.ts';
import { busySpans, costOf } from './cost.ts';

const agent = new Agent({ keepAlive: true, maxSockets: Infinity });

/** What one request asked of the wire: the calls its answer waited for, and how long that answer is. */
export interface WireLoad {
  calls: readonly MeteredCall[];
  answerBytes: number;
}

/**
 * Milliseconds that processes, sockets and the machine take for these calls, HubSpot's own time left out: a client that
 * does nothing else makes calls as long and as large, as many at a time. One more stands for the user's own request.
 */
export async function bareClientMs(
  emulator: EmulatorProcess,
  hubspotUrl: string,
  { calls, answerBytes }: WireLoad,
): Promise<number> {
  await emulator.ask('calls', { quietMs: 0 });
  const startedAt = preciseNow();
  await echo(hubspotUrl, { ms: 0, bytes: answerBytes, sentBytes: 0 });
  for (const round of busySpans(calls))
    await Promise.all(round.calls.map(async (call) => echo(hubspotUrl, load(call))));
  const wallMs = preciseNow() - startedAt;
  const { busyMs } = costOf(await emulator.ask('calls', { quietMs: 0 }));
  return Math.max(0, wallMs - busyMs);
}

interface Echo {
  ms: number;
  bytes: number;
  sentBytes: number;
}

function load({ startedAt, finishedAt, bytes, sentBytes }: MeteredCall): Echo {
  return { ms: Math.round(finishedAt - startedAt), bytes, sentBytes };
}

async function echo(hubspotUrl: string, { ms, bytes, sentBytes }: Echo): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const url = `${hubspotUrl}${ECHO}?ms=${ms}&bytes=${bytes}`;
  const request = httpRequest(url, { method: 'POST', agent, headers: { 'Content-Length': sentBytes } });
  request.on('error', reject);
  request.on('response', (response) => {
    response.on('error', reject);
    response.on('end', () => (response.statusCode === 200 ? resolve() : reject(new Error('the echo was refused'))));
    response.resume();
  });
  request.end('x'.repeat(sentBytes));
  await promise;
}
