import { http, HttpResponse } from 'msw';
import { setupServer } from 'msw/node';
import { afterAll, afterEach, beforeAll } from 'vitest';
import { HUBSPOT_URL } from './hubspot-client.ts';
import { ConnectionBroken, type Emulator } from '../../src/emulator/emulator.ts';

const server = setupServer();
beforeAll(() => server.listen({ onUnhandledFrame: 'error' }));
afterEach(async () => {
  await letStrayCallsLeave();
  server.resetHandlers();
});
afterAll(() => server.close());

/** A request that is refused early leaves reads behind that nobody waits for: they must not reach the next test. */
async function letStrayCallsLeave(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

/** Lets `answer` stand where HubSpot stands, until the test ends. */
export function answerAsHubSpot(answer: (request: Request) => Response | Promise<Response>): void {
  server.use(http.all(`${HUBSPOT_URL}/*`, async ({ request }) => answer(request)));
}

/** Lets an emulator stand where HubSpot stands, until the test ends. */
export function serveInProcess(emulator: Emulator): void {
  answerAsHubSpot(async (request) => {
    try {
      return await emulator.fetch(request);
    } catch (error) {
      if (error instanceof ConnectionBroken) return HttpResponse.error();
      throw error;
    }
  });
}
