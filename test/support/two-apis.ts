import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach } from 'vitest';
import { Api } from '../../src/compare/api.ts';
import { type CompareOptions, compareApis } from '../../src/compare/compare.ts';
import { toReport } from '../../src/compare/report.ts';
import { SeededRandom } from '../../src/emulator/seed/random.ts';

export interface Reply {
  status?: number;
  headers?: Record<string, string>;
  body?: unknown;
  /** In place of JSON. */
  text?: string;
}
export type Answer = (method: string, url: URL, body: string) => Reply | null;

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

/** An API over HTTP; null breaks the connection. */
async function serve(name: string, answer: Answer) {
  const log: string[] = [];
  const server = createServer((request, response) => {
    let sent = '';
    request.on('data', (part) => (sent += part));
    request.on('end', () => {
      const url = new URL(request.url ?? '/', 'http://any');
      log.push(`${request.method} ${url.pathname}`);
      const reply = answer(request.method ?? '', url, sent);
      if (!reply) return response.destroy();
      const { status = 200, headers = {}, body = { success: true, data: [] }, text = JSON.stringify(body) } = reply;
      response.writeHead(status, { 'content-type': 'application/json', ...headers });
      return response.end(text);
    });
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { api: new Api(name, `${url}/`, () => performance.now()), log };
}

export async function compare(
  lines: readonly string[],
  baseline: Answer,
  candidate: Answer,
  options: Partial<CompareOptions> = {},
) {
  const [left, right] = [await serve('baseline', baseline), await serve('candidate', candidate)];
  const random = new SeededRandom(1);
  const sleeps: number[] = [];
  let nowMs = 0;
  const clock = {
    now: () => nowMs,
    sleep: async (ms: number) => {
      sleeps.push(ms);
      nowMs += ms;
    },
  };
  async function* input() {
    yield* lines;
  }
  const tally = await compareApis(input(), {
    baseline: left.api,
    candidate: right.api,
    clock,
    random: () => random.next(),
    perMinute: 0,
    shareLeft: null,
    writesFor: null,
    progress: () => {},
    ...options,
  });
  return { report: toReport(tally), asked: { baseline: left.log, candidate: right.log }, sleeps };
}

export const LIST = 'GET /api/bookings/list?student_id=1599999&email=maya.obrien@example.com';
